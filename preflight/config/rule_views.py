"""What the checks of a rule know besides what they look at; `preflight.rule` hands them on."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from preflight.config.column_suggestions import Candidate, Suggestions, candidates
from preflight.config.fields import Field
from preflight.config.profile import Profile
from preflight.core.types import Column, Layout, Problem
from preflight.kinds.sniffing import Looks

Mail = Callable[[Iterable[str]], Mapping[str, str | None]]
# One character before the @ is enough; more would be looked for from each of them on.
_VALUE = re.compile(
    r"[^\s@]@[^\s@]+\.[^\s@]|^[+(]?\d[\d ().-]{6,}$|^\d{4}-\d\d-\d\d|^\d{1,2}[./]\d{1,2}[./]\d{4}"
)

_NUMBER = re.compile(r"[-+]?\d[\d.,' ]*%?")


@dataclass(frozen=True)
class FileView:
    """What is known about a file after the first pass.

    Attributes:
        layout: encoding, delimiter, header, …
        columns: of the header, in order.
        profile: of the provider that the file is for.
        rows: number of data records.
        filled: for each column, the number of cells that are not blank.
        sent: the positions of the columns that are written for the provider.
        used: the positions of the columns that are sent, or that a column which is sent is made of.
        well_formed: number of records that are not malformed.
        as_wide: number of records with as many fields as the header, before any repair.
        options: of the provider, those that the user has given; see `Plan`.
        looks: for each header column, what a sample of its cells looks like.
        newlines: numbers of records, with the header, that end in LF, CRLF and CR.
    """

    layout: Layout
    columns: tuple[Column, ...]
    profile: Profile
    rows: int
    filled: tuple[int, ...]
    sent: frozenset[int]
    used: frozenset[int]
    well_formed: int = 0
    as_wide: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    looks: tuple[Looks, ...] = ()
    newlines: tuple[int, int, int] = (0, 0, 0)

    @functools.cached_property
    def header_is_data(self) -> bool:
        """Whether the first row looks like data, so that its cells are not column names.

        True if the user did not confirm the header, no name in it is known, and it has an email
        address, a phone number or a timestamp, or is of numbers above numbers. Its cells are then
        values of a contact, and no message may contain them.
        """
        if self.layout.header_certain or any(column.field for column in self.columns):
            return False
        names = [name.strip() for name in self.layout.header]
        if any(_VALUE.search(name) for name in names):
            return True
        filled = [at for at, name in enumerate(names) if name]
        above_numbers = any(self.looks[at].numeric for at in filled if at < len(self.looks))
        return above_numbers and all(_NUMBER.fullmatch(names[at]) for at in filled)

    @functools.cached_property
    def names_in_one_cell(self) -> bool:
        """Whether the header is one quoted cell with several known names inside."""
        if len(self.layout.header) != 1 or self.layout.strange_delimiter:
            return False
        name = self.layout.header[0]
        return any(sum(map(self.profile.knows, name.split(mark))) > 1 for mark in ",;\t|")

    @property
    def headers(self) -> tuple[Column, ...]:
        """The columns that the header names; none if the first row looks like data."""
        if self.header_is_data:
            return ()
        return tuple(
            column for column in self.columns if not column.pieces and column.kind != "helper"
        )

    def candidates(self, field: Field) -> tuple[Candidate, ...]:
        """The columns that may hold a field by their cells, not by name; the likeliest first."""
        return candidates(self.headers, self.looks, field)

    def suggested(self, column: Column) -> Candidate | None:
        """What a column without a field most likely holds; None if the evidence is weak."""
        return self._suggestions.of(column)

    def saved_by(self, column: Column) -> str | None:
        """The field that a column which is not sent would be sent as if `--map` said so."""
        return self._suggestions.saving(column)

    @functools.cached_property
    def _suggestions(self) -> Suggestions:
        return Suggestions(self.columns, self.looks, self.profile)

    def is_value(self, name: str) -> bool:
        """Whether a name of the header holds an address, a number or a date of a contact."""
        return _VALUE.search(name.strip()) is not None

    def at(self, column: Column, **details: Any) -> Problem:
        """A problem of a column's name; `details` are the other fields of `Problem`."""
        return Problem(line=self.layout.header_line, column=column.position + 1, **details)


@dataclass(frozen=True)
class Context:
    """What a cell rule knows besides the values.

    Attributes:
        judged: what the kind's library makes of each value, a frame with the index of the values.
            Its columns, see `kinds`: email core, normal, reason · phone e164, status, reason ·
            timestamp status, iso, reason, order. No such columns for other kinds. What
            else stands in it is no part of this.
        column: the column that the values are from.
        field: the profile's field that the column holds, if any.
        profile: of the provider.
        written: when the file was last written, with a time zone; None if unknown.
        mail: with `--online`, a function from domains to the reason why each takes no mail: "" if
            it takes mail, None if that is unknown.
        columns: of the file.
        region_columns: of these, the ones that say the country of a row's phone numbers.
    """

    judged: pd.DataFrame
    column: Column
    field: Field | None
    profile: Profile
    written: datetime | None = None
    mail: Mail | None = None
    columns: tuple[Column, ...] = ()
    region_columns: tuple[Column, ...] = ()

    def candidates(self, field: str) -> tuple[Candidate, ...]:
        """The columns that may hold a field of the profile by name; the likeliest first."""
        known = self.profile.fields.get(field)
        return candidates(self.columns, (), known) if known is not None else ()


@dataclass(frozen=True)
class RowContext:
    """What a ROW rule knows besides the rows.

    Attributes:
        header: the names as written.
        columns: one for each name.
        profile: of the provider.
        certain: whether a known name or the user confirms that the header is one.
        left: for a rule with a `tail`, the number of records after each row that are not blank,
            with the index of the rows. None for other rules, and in a call of `among`.
        fields: for a rule with a `tail` or `raws`, the number of fields that each row has as
            written, with the same index. None for other rules, and in a call of `among`.
    """

    header: tuple[str, ...]
    columns: tuple[Column, ...]
    profile: Profile
    certain: bool = True
    left: pd.Series[int] | None = None
    fields: pd.Series[int] | None = None

    def names_the_same(self, cells: Sequence[str], folded: Callable[[str], str]) -> bool:
        """Whether a row is the header, if in other words: each cell names its column's field.

        Args:
            cells: of the row.
            folded: makes of a name what is compared with that of the column.
        """
        matches = self.profile.matches(cells)
        return all(
            folded(cell) == folded(column.name) or (match is not None and match[0] == column.field)
            for cell, match, column in zip(cells, matches, self.columns, strict=True)
        )

    @functools.cached_property
    def held(self) -> Mapping[str, int]:
        """The position of the first column that holds each field of the profile."""
        return {column.field: column.position for column in reversed(self.columns) if column.field}
