"""The findings of a file by rule, with what settles each."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from preflight.baseline.comparison import Standing
from preflight.core import findings as tables
from preflight.core.types import Bools, Safety, Severity
from preflight.linting.analysis import Analysis
from preflight.linting.row_states import CLEAN
from preflight.report.listing import Listing
from preflight.report.wording import number
from preflight.rule import Alike, Rule, Scope

PLACES = 3
"""How many findings of a rule are shown."""
PERSON = "a person has to correct it"
LATER = "`preflight fix` does it once the other errors of these rows are settled"
_FIX, _GUESS = "`preflight fix`", "`preflight fix --unsafe-fixes`"
# A message that ends with the option that settles it, for instance `… (add `--region US`)`.
_ADVICE = re.compile(r"(?: \(|: | ?[,;] )(?:add|confirm with|say the country with) `(--[^`]+)`\)?$")


@dataclass(frozen=True)
class Group:
    """The findings of one rule with one severity.

    Attributes:
        rule: with its severity.
        count: of the findings.
        positions: of the first ones, in the listing.
        sentence: what is wrong with all of them.
        details: what more is wrong with each of the first ones, "" for no more.
        step: what settles them.
    """

    rule: Rule
    count: int
    positions: tuple[int, ...]
    sentence: str
    details: tuple[str, ...]
    step: str


def groups(listing: Listing, *, without: frozenset[int] = frozenset()) -> list[Group]:
    """The findings of a listing by rule: those about the whole file, errors, the most frequent.

    What a baseline accepts is left out.

    Args:
        listing: of the file.
        without: positions of columns; warnings about their names are left out.
    """
    found = [*_of_file(listing, without), *_of_rows(listing)]
    return sorted(found, key=_order)


def _order(group: Group) -> tuple[bool, bool, int, str]:
    error = group.rule.severity is Severity.ERROR
    of_file = group.rule.of_file
    return not error, error and not of_file, -group.count, group.rule.code


def _of_file(listing: Listing, without: frozenset[int]) -> Iterator[Group]:
    """The groups of the findings about the file and its header."""
    analysis = listing.analysis
    by_rule: dict[tuple[str, Severity], list[int]] = defaultdict(list)
    for at, (rule, problem) in listing.problems.items():
        left_out = rule.severity is Severity.WARNING and (problem.column or 0) - 1 in without
        if listing.standings is not None and listing.standings[at] == Standing.ACCEPTED:
            continue
        if rule.scope is not Scope.HEADER or not left_out:
            by_rule[rule.code, rule.severity].append(at)
    for positions in by_rule.values():
        rule = listing.problems[positions[0]][0]
        problems = [listing.problems[at][1] for at in positions]
        sentence, details = _sentence(rule, [problem.message for problem in problems])
        safe = sum(analysis.plan.applies(problem.safety) for problem in problems)
        unsafe = sum(problem.safety is Safety.UNSAFE for problem in problems)
        yield _group(rule, positions, sentence, details, (safe, unsafe))


def _of_rows(listing: Listing) -> Iterator[Group]:
    """The groups of the findings about rows; their number does not matter for the time it takes."""
    frame = listing.findings.frame
    if not len(frame):
        return
    of_rows = np.ones(len(frame), dtype=bool)
    of_rows[list(listing.problems)] = False
    if listing.standings is not None:
        of_rows &= listing.standings != Standing.ACCEPTED
    codes, errors = frame[tables.CODE], frame[tables.ERROR].to_numpy()
    numbers = codes.cat.codes.to_numpy()
    for at, code in enumerate(codes.cat.categories):
        for error in (False, True):
            mask = of_rows & (numbers == at) & (errors == error)
            if mask.any():
                yield _of_rule(listing, listing.analysis.plan.rules[str(code)], mask, error=error)


def _of_rule(listing: Listing, rule: Rule, mask: Bools, *, error: bool) -> Group:
    positions = np.flatnonzero(mask)
    frame = listing.findings.frame
    messages = frame[tables.MESSAGE].to_numpy()[positions]
    if (messages == messages[0]).all():
        sentence, details = messages[0] or rule.message, ("",) * PLACES
    else:
        sentence, details = _sentence(rule, list(messages[: PLACES + 1]))
        sentence = sentence if sentence != messages[0] else rule.message
    if error:
        rule = dataclasses.replace(rule, severity=Severity.ERROR)
    rows = frame[tables.ROW].to_numpy()[positions]
    columns = frame[tables.COLUMN].to_numpy()[positions]
    fixed = _fixed(listing.analysis, rule, rows, columns)
    return _group(rule, positions.tolist(), sentence, details, fixed)


def _fixed(
    analysis: Analysis, rule: Rule, rows: np.ndarray, columns: np.ndarray
) -> tuple[int, int]:
    """How many findings of a rule safe fixes settle, and how many more unsafe ones would."""
    if analysis.refused:
        return 0, 0
    plan, preview = analysis.plan, analysis.preview
    if rule.drops:
        count = len(rows)
        return (count, 0) if plan.applies(rule.safety) else (0, count)
    if rule.repairs:
        repaired = [
            row
            for row, safety in analysis.repairs.items()
            if plan.applies(safety) and analysis.after[row - 1] == CLEAN
        ]
        possible = np.fromiter(preview.records, dtype=np.int64)
        return int(np.isin(rows, repaired).sum()), int(np.isin(rows, possible).sum())
    if rule.fix is None:
        return 0, 0
    if plan.applies(rule.safety):
        return min(len(rows), analysis.fixed.get(rule.code, 0)), 0
    guessed = sum(
        int(np.isin(rows[columns == position + 1], changed).sum())
        for position, changed in preview.columns.items()
    )
    return 0, guessed


def _sentence(rule: Rule, messages: Sequence[str | None]) -> tuple[str, tuple[str, ...]]:
    """What is wrong with all of some findings, and what more is wrong with each of the first."""
    whole = [message or rule.message for message in messages]
    if len(set(whole)) == 1:
        return whole[0], ("",) * PLACES
    start = f"{rule.message}: "
    details = (message.removeprefix(start) for message in whole[:PLACES])
    return rule.message, tuple("" if detail == rule.message else detail for detail in details)


def without_advice(message: str) -> str:
    """A message without the option that it ends with."""
    return _ADVICE.sub("", message)


def _group(
    rule: Rule,
    positions: Sequence[int],
    sentence: str,
    details: tuple[str, ...],
    fixed: tuple[int, int],
) -> Group:
    count = len(positions)
    advice = _ADVICE.search(sentence)
    if advice is not None:
        sentence = sentence[: advice.start()]
    step = _step(rule, count, fixed, advice[1] if advice is not None else "")
    if advice is None and "`--" in sentence and not any(fixed):
        step = ""  # the sentence says it
    return Group(rule, count, tuple(positions[:PLACES]), sentence, details, step)


def _step(rule: Rule, count: int, fixed: tuple[int, int], option: str) -> str:
    """What settles the findings of a rule.

    Args:
        rule: of the findings.
        count: of them.
        fixed: how many of them safe fixes settle, and how many more unsafe ones.
        option: of the command line that settles them, or "".
    """
    if rule.scope is Scope.DRIFT:
        return "if it is meant, take the snapshot again"
    safe, unsafe = fixed
    does = "leaves them out" if rule.drops else "does it"
    if safe >= count:
        return f"{_FIX} {does}"
    if safe:
        return f"{_FIX} {does} for {number(safe)} of {number(count)}"
    if option:
        return f"`{option}` settles it"
    if unsafe:
        some = "" if unsafe >= count else f" for {number(unsafe)} of {number(count)}"
        return f"{_GUESS} {does}{some}, by a guess"
    if rule.severity is Severity.WARNING:
        return "no need to act"
    if rule.of_file:
        return "a person has to correct the file"
    if rule.scope is Scope.TABLE and rule.alike is not Alike.FILES:
        return "the first one is kept, the others are rejected"
    return PERSON
