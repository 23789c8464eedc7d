"""The findings of a file by rule and column, for formats that have no room for each of them."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from preflight.baseline.comparison import Standing
from preflight.core import findings as tables
from preflight.core.types import Ints, Severity
from preflight.linting import rule_limits
from preflight.report import records
from preflight.report.listing import Listing
from preflight.report.wording import plural
from preflight.rule import Rule


@dataclass(frozen=True)
class ColumnFindings:
    """The findings of one rule in one column of a file, with one severity and one standing.

    Attributes:
        rule: with its severity.
        column: from 1; None if they are about rows or the file.
        column_name: the header as written; None without a column, or if it may be a value.
        count: of all of them.
        message: what is wrong with all of them, in lower case; without a value.
        rows, lines: of the first ones, from 1; 0 where none applies.
        fingerprint: a hash that is equal for another state of the same file, whatever its lines.
        standing: to the baseline; None without one.
        accepted: whether they do not count: by the baseline, or by the `max` of their rule.
    """

    rule: Rule
    column: int | None
    column_name: str | None
    count: int
    message: str
    rows: Ints
    lines: Ints
    fingerprint: str
    standing: Standing | None
    accepted: bool

    @property
    def name(self) -> str:
        """The name of the column on one line; "" if it is not to be named."""
        return " ".join((self.column_name or "").split())

    @property
    def place(self) -> str:
        """The column for people: `E-mail`, or column 3; "" without a column."""
        if self.column is None:
            return ""
        return f"`{self.name}`" if self.name else f"column {self.column}"

    @property
    def sentence(self) -> str:
        """What is wrong, with the column where the message does not name it."""
        place = "" if self.place in self.message else f"{self.place}: "
        return f"{place}{self.message}"

    @property
    def annotation(self) -> str:
        """The sentence at the first place of all, with their number."""
        return self.sentence + (
            f" ({plural(self.count, 'finding')}, the first one here)" if self.count > 1 else ""
        )

    @property
    def of_file(self) -> bool:
        """Whether they are about the file or its header."""
        return self.rule.of_file


def by_column(listing: Listing, most: int) -> list[ColumnFindings]:
    """The findings of a file by rule and column: errors first, then by code and column.

    What is accepted comes last.

    Args:
        listing: of the file; cells are not needed.
        most: how many places of each are kept.
    """
    found = list(_found(listing, most))
    return sorted(
        found,
        key=lambda one: (
            one.accepted,
            one.rule.severity is not Severity.ERROR,
            one.rule.code,
            one.column or 0,
        ),
    )


def useful_first(found: ColumnFindings) -> tuple[bool, bool, bool, int, str]:
    """A sort key: errors of the file, other errors, warnings, the most frequent first.

    What is accepted comes last.
    """
    error = found.rule.severity is Severity.ERROR
    not_of_file = error and not found.of_file
    return found.accepted, not error, not_of_file, -found.count, found.rule.code


def _found(listing: Listing, most: int) -> Iterator[ColumnFindings]:
    frame = listing.findings.frame
    if not len(frame):
        return
    plan = listing.analysis.plan
    names = {column.position + 1: column.name for column in plan.columns}
    shows_names = not listing.names_are_values
    codes, columns = frame[tables.CODE].cat, frame[tables.COLUMN].to_numpy()
    errors = _errors(listing)
    known_as = _known_as(names) if shows_names else {at: f"#{at}" for at in names}
    standings = listing.standings
    known = np.zeros(len(frame), np.int64) if standings is None else standings.astype(np.int64)
    excused = rule_limits.accepted(listing.analysis) if standings is None else frozenset()
    messages, rows, lines = (
        frame[name].to_numpy() for name in (tables.MESSAGE, tables.ROW, tables.LINE)
    )
    numbers = codes.codes.to_numpy().astype(np.int64)
    for positions in _split(numbers, columns, errors.astype(np.int64), known):
        at = int(positions[0])
        column = int(columns[at])
        rule, problem = listing.problems.get(
            at, (plan.rules[str(codes.categories[numbers[at]])], None)
        )
        if errors[at]:
            rule = dataclasses.replace(rule, severity=Severity.ERROR)
        standing = None if standings is None else Standing(known[at])
        accepted = standing is Standing.ACCEPTED or (problem is None and rule.code in excused)
        name = names.get(column) if shows_names else None
        first = positions[:most]
        yield ColumnFindings(
            rule=rule,
            column=column or None,
            column_name=name,
            count=len(positions),
            message=_message(rule, messages[positions]),
            rows=rows[first],
            lines=lines[first],
            fingerprint=_fingerprint(listing.path, rule, known_as.get(column, ""), accepted),
            standing=standing,
            accepted=accepted,
        )


def _errors(listing: Listing) -> np.ndarray:
    """A mask of the findings that are errors."""
    frame, rules = listing.findings.frame, listing.analysis.plan.rules
    error = [code for code, rule in rules.items() if rule.severity is Severity.ERROR]
    errors = (frame[tables.CODE].isin(error) | frame[tables.ERROR]).to_numpy(dtype=bool, copy=True)
    for at, (rule, _) in listing.problems.items():
        errors[at] = rule.severity is Severity.ERROR
    return errors


def _split(*keys: Ints) -> list[Ints]:
    """The positions of the findings that have all keys in common, in their order."""
    order = np.lexsort(keys)
    ordered = np.stack([key[order] for key in keys])
    starts = np.flatnonzero((np.diff(ordered, axis=1) != 0).any(axis=0)) + 1
    return np.split(order, starts)


def _message(rule: Rule, messages: np.ndarray) -> str:
    """What is wrong with all of them: what each says, or else what the rule says of all."""
    same = len(messages) == 1 or bool((messages == messages[0]).all())
    return (messages[0] if same else None) or rule.message


def _known_as(names: Mapping[int, str]) -> dict[int, str]:
    """The names of the columns, each with how many of that name are before it."""
    seen = Counter[str]()
    known = {}
    for column, name in names.items():
        known[column] = f"{name}\0{seen[name]}"
        seen[name] += 1
    return known


def _fingerprint(path: str, rule: Rule, where: str, accepted: bool) -> str:
    """A hash of what stays when lines are added or removed: neither rows nor their number."""
    known = "\0accepted" if accepted else ""
    return records.digest(f"{path}\0{rule.code}\0{rule.severity}\0{where}{known}", 32)
