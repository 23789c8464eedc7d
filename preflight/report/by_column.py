"""The findings of a file by rule and column, for formats that have no room for each of them."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from preflight.baseline.comparison import Standing
from preflight.core.findings import Findings
from preflight.core.types import Ints, Severity
from preflight.linting import rule_limits
from preflight.report import records
from preflight.report.blocks import Block, column_names
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


class _Key(NamedTuple):
    """What the findings of a `ColumnFindings` have in common; in the order in which they stand."""

    standing: int
    error: bool
    column: int
    code: str


@dataclass
class _Gathered:
    """Findings with a key in common, as they are gone over.

    Attributes:
        rule: with its severity.
        of_file: whether the first one is a problem of the file or its header.
        message: of the first one; None for the rule's own.
        alike: whether all have it.
        count: of all of them.
        rows, lines: of the first ones.
    """

    rule: Rule
    of_file: bool
    message: str | None
    alike: bool = True
    count: int = 0
    rows: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def add(self, found: Findings, most: int) -> None:
        """Adds findings; of no more than so many their places are kept."""
        said = found.messages[0]
        self.alike &= found.text(said) == self.message and bool((found.messages == said).all())
        self.count += len(found)
        left = most - len(self.rows)
        self.rows += found.rows[:left].tolist()
        self.lines += found.lines[:left].tolist()


def _found(listing: Listing, most: int) -> Iterator[ColumnFindings]:
    names = column_names(listing.analysis.plan)
    shows_names = not listing.names_are_values
    known_as = _known_as(names) if shows_names else {at: f"#{at}" for at in names}
    compared = listing.compared is not None
    excused = frozenset() if compared else rule_limits.accepted(listing.analysis)
    gathered: dict[_Key, _Gathered] = {}
    for block in listing.blocks(cells=False):
        _add(gathered, block, most)
    for key, found in sorted(gathered.items(), key=itemgetter(0)):
        rule, standing = found.rule, Standing(key.standing) if compared else None
        accepted = standing is Standing.ACCEPTED or (not found.of_file and rule.code in excused)
        yield ColumnFindings(
            rule=rule,
            column=key.column or None,
            column_name=names.get(key.column) if shows_names else None,
            count=found.count,
            message=(found.message if found.alike else None) or rule.message,
            rows=np.array(found.rows, dtype=np.int64),
            lines=np.array(found.lines, dtype=np.int64),
            fingerprint=_fingerprint(listing.path, rule, known_as.get(key.column, ""), accepted),
            standing=standing,
            accepted=accepted,
        )


def _add(gathered: dict[_Key, _Gathered], block: Block, most: int) -> None:
    """Adds the findings of a block."""
    found, errors, plan = block.findings, block.errors(), block.analysis.plan
    standings = np.zeros(len(block), np.int64)
    if block.standings is not None:
        standings = block.standings.astype(np.int64)
    columns, numbers = found.columns.astype(np.int64), found.numbers.astype(np.int64)
    for positions in _split(numbers, columns, errors.astype(np.int64), standings):
        at = int(positions[0])
        code, error = found.codes[numbers[at]], bool(errors[at])
        key = _Key(int(standings[at]), error, int(columns[at]), code)
        some = found.taken(positions)
        if key not in gathered:
            rule = block.problems[at][0] if at in block.problems else plan.rules[code]
            if found.errors[at]:
                rule = dataclasses.replace(rule, severity=Severity.ERROR)
            gathered[key] = _Gathered(rule, at in block.problems, some.text(some.messages[0]))
        gathered[key].add(some, most)


def _split(*keys: Ints) -> list[Ints]:
    """The positions of the findings that have all keys in common, in their order."""
    order = np.lexsort(keys)
    ordered = np.stack([key[order] for key in keys])
    starts = np.flatnonzero((np.diff(ordered, axis=1) != 0).any(axis=0)) + 1
    return np.split(order, starts)


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
