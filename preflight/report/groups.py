"""The findings of a file by rule, with what settles each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from preflight.baseline.comparison import Standing
from preflight.core.findings import Findings
from preflight.core.types import Ints, Problem, Safety, Severity
from preflight.linting.analysis import Analysis
from preflight.linting.row_states import CLEAN
from preflight.report.blocks import Block, among, guessed, rule_of
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
    blocks = _Blocks(listing)
    for block in listing.blocks(cells=False):
        blocks.add(block)
    return sorted([*blocks.of_file(without), *blocks.of_rows()], key=_order)


def _order(group: Group) -> tuple[bool, bool, int, str]:
    error = group.rule.severity is Severity.ERROR
    of_file = group.rule.of_file
    return not error, error and not of_file, -group.count, group.rule.code


@dataclass
class _Gathered:
    """The findings of a rule about rows, as they are gone over.

    Attributes:
        count: of them.
        positions, messages: of the first ones, in the listing.
        alike: whether all have the same message.
        fixed: how many of them safe fixes settle, and how many more unsafe ones would.
    """

    count: int = 0
    positions: list[int] = field(default_factory=list)
    messages: list[str | None] = field(default_factory=list)
    alike: bool = True
    fixed: tuple[int, int] = (0, 0)

    def add(self, found: Findings, positions: Ints, fixed: tuple[int, int]) -> None:
        """Adds some findings, at their positions in the listing."""
        messages = found.messages
        text = found.text(messages[0])
        first = self.messages[0] if self.messages else text
        self.alike &= bool((messages == messages[0]).all()) and text == first
        self.count += len(found)
        self.positions += positions[: PLACES - len(self.positions)].tolist()
        left = messages[: PLACES + 1 - len(self.messages)]
        self.messages += map(found.text, left.tolist())
        self.fixed = self.fixed[0] + fixed[0], self.fixed[1] + fixed[1]


class _Blocks:
    """The findings of a listing by rule, block by block; their number hardly takes memory.

    Args:
        listing: of the file.
    """

    def __init__(self, listing: Listing) -> None:
        self._analysis = listing.analysis
        self._problems: dict[tuple[str, Severity], list[tuple[int, Rule, Problem]]] = {}
        self._rows: dict[tuple[str, bool], _Gathered] = {}
        self._repaired = _repaired(listing.analysis)

    def add(self, block: Block) -> None:
        """Adds the next block, without what a baseline accepts."""
        left = np.ones(len(block), dtype=bool)
        if block.standings is not None:
            left = block.standings != Standing.ACCEPTED
        for at, (rule, problem) in block.problems.items():
            if left[at]:
                some = self._problems.setdefault((rule.code, rule.severity), [])
                some.append((block.start + at, rule, problem))
            left[at] = False
        found = block.findings
        for of_code, code in enumerate(found.codes):
            for error in (False, True):
                where = np.flatnonzero(left & (found.numbers == of_code) & (found.errors == error))
                if len(where):
                    gathered = self._rows.setdefault((code, error), _Gathered())
                    some_found = found.taken(where)
                    fixed = self._fixed(self._analysis.plan.rules[code], some_found)
                    gathered.add(some_found, where + block.start, fixed)

    def of_file(self, without: frozenset[int]) -> Iterator[Group]:
        """The groups of the findings about the file and its header."""
        for found in self._problems.values():
            some = [one for one in found if not _is_left_out(*one[1:], without)]
            if not some:
                continue
            rule, problems = some[0][1], [problem for *_, problem in some]
            sentence, details = _sentence(rule, [problem.message for problem in problems])
            safe = sum(self._analysis.plan.applies(problem.safety) for problem in problems)
            unsafe = sum(problem.safety is Safety.UNSAFE for problem in problems)
            positions = [at for at, *_ in some]
            yield _group(rule, len(some), positions, sentence, details, (safe, unsafe))

    def of_rows(self) -> Iterator[Group]:
        """The groups of the findings about rows."""
        plan = self._analysis.plan
        for (code, error), gathered in sorted(self._rows.items()):
            rule, first = plan.rules[code], gathered.messages[0]
            if gathered.alike:
                sentence, details = first or rule.message, ("",) * PLACES
            else:
                sentence, details = _sentence(rule, gathered.messages)
                sentence = sentence if sentence != first else rule.message
            safe, unsafe = gathered.fixed
            if rule.fix is not None and not rule.drops and not rule.repairs:
                safe = min(safe, self._analysis.fixed.get(code, 0))
            rule = rule_of(plan, code, error=error)
            positions = gathered.positions
            yield _group(rule, gathered.count, positions, sentence, details, (safe, unsafe))

    def _fixed(self, rule: Rule, found: Findings) -> tuple[int, int]:
        """How many findings of a rule safe fixes settle, and how many more unsafe ones would.

        Safe fixes of cells settle no more of them than they change cells, see `of_rows`.
        """
        analysis = self._analysis
        if analysis.refused:
            return 0, 0
        applies, count = analysis.plan.applies(rule.safety), len(found)
        if rule.drops:
            return (count, 0) if applies else (0, count)
        if rule.repairs:
            repaired, possible = self._repaired
            return int(among(found.rows, repaired).sum()), int(among(found.rows, possible).sum())
        if rule.fix is None:
            return 0, 0
        if applies:
            return count, 0
        return 0, int(guessed(analysis, found.rows, found.columns).sum())


def _is_left_out(rule: Rule, problem: Problem, without: frozenset[int]) -> bool:
    """Whether it is a warning about the name of a column whose warnings are left out."""
    left_out = rule.severity is Severity.WARNING and (problem.column or 0) - 1 in without
    return rule.scope is Scope.HEADER and left_out


def _repaired(analysis: Analysis) -> tuple[Ints, Ints]:
    """The rows that repairs make clean, and those that unsafe repairs would; ascending."""
    plan = analysis.plan
    applied = [analysis.repairs.all_of(safety) for safety in Safety if plan.applies(safety)]
    rows = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *applied]))
    possible = sorted(analysis.preview.records)
    return rows[analysis.after[rows - 1] == CLEAN], np.array(possible, dtype=np.int64)


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
    count: int,
    positions: Sequence[int],
    sentence: str,
    details: tuple[str, ...],
    fixed: tuple[int, int],
) -> Group:
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
