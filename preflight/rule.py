"""What a rule may say. A rule file imports nothing else of preflight.

A rule is one file: a docstring that tells the problem, shows it and its findings, a `check`,
perhaps a `fix`, and a `RULE`. What `check` is given depends on the rule's scope:

======== ================================== ====================================================
scope    `check` gets                       `check` returns
======== ================================== ====================================================
FILE     a `FileView`                       the `Problem`s, none if all is well
HEADER   a `FileView`                       the `Problem`s
RECORD   a frame of malformed records, and  a mask: True where this rule has nothing to say
         of those with a stray quote
ROW      a frame of whole rows as read      a mask: True where valid
         and a `RowContext`
CELL     a Series of distinct cell values   a mask: True where valid
         (and a `Context`)
STORED   a frame of cells that a sheet      a mask: True where valid
         holds as numbers                    (see `stored_numbers.stored_cells`)
TABLE    a frame of rows that are alike     a mask: True where valid (see `Alike`)
COMPARI- nothing: what comparing a corrected  –
SON      file with earlier runs says of its
         rows is reported by it
SCHEMA   nothing: failures of the user's    –
         own schema are reported by it
CRASH    nothing: the engine reports by it  –
======== ================================== ====================================================

A mask is a boolean Series of the same index as what was given. A blank cell is no business of a
cell rule unless it says `blanks=True`; then it sees blank cells of required columns and nothing
else.

A ROW rule sees only its suspects, the rows that `among` names: an RE2 pattern of the first cell of
a row that is not blank, or a function of the `RowContext` that gives such a pattern, or one for
each of some columns by position (a row is a suspect by any of them), or None where there is nothing
to look for. Its frame has a column of text for each header column, labelled by position. It sees
rows as they stand in the file; a row that it drops is not looked at by any rule about cells.
"""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from preflight.config.column_suggestions import Candidate, candidates, map_option, suggested
from preflight.config.fields import Field
from preflight.config.profile import Limits, Profile
from preflight.core.invisible import BLANK, stripped, tidied
from preflight.core.types import Column, Layout, Problem, Safety, Severity
from preflight.core.verdicts import Verdict
from preflight.kinds.registry import (
    ALL_KINDS,
    drop_zero_width,
    line_types,
    numbers_of,
    phones_in,
    strip_invisible,
    tidy,
    trim_email,
    trim_phone,
    unwrap_email,
)
from preflight.kinds.sniffing import LOOK_NAMES, Looks

__all__ = [
    "ALL_KINDS",
    "BLANK",
    "LOOK_NAMES",
    "Alike",
    "Candidate",
    "Column",
    "Context",
    "Field",
    "FileView",
    "Layout",
    "Limits",
    "Looks",
    "Phase",
    "Problem",
    "Profile",
    "RowContext",
    "Rule",
    "Safety",
    "Scope",
    "Severity",
    "Verdict",
    "drop_zero_width",
    "line_types",
    "map_option",
    "numbers_of",
    "phones_in",
    "strip_invisible",
    "stripped",
    "tidied",
    "tidy",
    "trim_email",
    "trim_phone",
    "unwrap_email",
]


Mail = Callable[[Iterable[str]], Mapping[str, str | None]]
_VALUE = re.compile(
    r"[^\s@]+@[^\s@]+\.[^\s@]+|^[+(]?\d[\d ().-]{6,}$|^\d{4}-\d\d-\d\d|^\d{1,2}[./]\d{1,2}[./]\d{4}"
)


class Scope(enum.StrEnum):
    """What a rule looks at."""

    FILE = "file"
    HEADER = "header"
    RECORD = "record"
    ROW = "row"
    CELL = "cell"
    TABLE = "table"
    STORED = "stored"
    COMPARISON = "comparison"
    SCHEMA = "schema"
    CRASH = "crash"


class Alike(enum.StrEnum):
    """By what a TABLE rule tells rows alike.

    Its frame holds the rows that are like another one; it is not asked where there are none. The
    index is the row number, rows without other errors come first, and the columns are `line` int64,
    `bad` bool (the row is rejected for another reason), and `high` and `low` uint64, equal where
    rows are alike:

    - KEY: by the match key, after fixing and in its normal form;
    - ROW: by all cells as they stand in the file (a row may lack that is like no other);
    - PHONE: by the phone number in E.164, after fixing; the column `person` uint64 is equal for
      rows of one person, by the match key or else by name, and 0 where neither is known.
    """

    KEY = "key"
    ROW = "row"
    PHONE = "phone"


class Phase(enum.IntEnum):
    """When a fix is applied; within a phase the order is that of the codes."""

    DECODE = 1
    TRIM = 2
    UNWRAP = 3
    SHAPE = 4
    CASE = 5


@dataclass(frozen=True)
class FileView:
    """What is known of a file after it was read once.

    Attributes:
        layout: encoding, delimiter, header, …
        columns: one for each header column.
        profile: of the provider it is for.
        rows: how many data records there are.
        filled: for each column, how many of its cells hold something.
        sent: the positions of the columns that are written for the provider.
        used: the positions of those that are, or that one which is sent is made from.
        well_formed: how many of the records took their place in the table.
        options: of the provider, as far as the user has given them; see `Plan`.
        looks: for each column of the header, what a sample of its cells looks like.
        newlines: how many records, the header among them, end in LF, CRLF and CR.
    """

    layout: Layout
    columns: tuple[Column, ...]
    profile: Profile
    rows: int
    filled: tuple[int, ...]
    sent: frozenset[int]
    used: frozenset[int]
    well_formed: int = 0
    options: Mapping[str, str] = field(default_factory=dict)
    looks: tuple[Looks, ...] = ()
    newlines: tuple[int, int, int] = (0, 0, 0)

    @functools.cached_property
    def header_is_data(self) -> bool:
        """Whether the first row looks like data, so that its cells are no names.

        It does when nothing vouches for it, no name in it is known, and an address, a phone number
        or a moment stands in it. Its cells are then values of a contact: no message may hold one.
        """
        if self.layout.header_certain or any(column.field for column in self.columns):
            return False
        return any(_VALUE.search(name.strip()) for name in self.layout.header)

    @property
    def headers(self) -> tuple[Column, ...]:
        """The columns the header names; none where the first row looks like data."""
        if self.header_is_data:
            return ()
        return tuple(one for one in self.columns if not one.pieces and one.kind != "helper")

    def candidates(self, field: Field) -> tuple[Candidate, ...]:
        """The columns that may hold a field, though no name says so; the likeliest first."""
        return candidates(self.headers, self.looks, field)

    def suggested(self, column: Column) -> Candidate | None:
        """What a column without a field most likely holds; None where the evidence is weak."""
        return suggested(column, self.columns, self.looks, self.profile)

    def at(self, column: Column, **said: Any) -> Problem:
        """A problem of a column's name; `said` is what `Problem` takes besides the place."""
        return Problem(line=self.layout.header_line, column=column.position + 1, **said)


@dataclass(frozen=True)
class Context:
    """What a cell rule may know besides the values.

    Attributes:
        judged: a frame of the values' index with what the kind's library makes of each; see
            `kinds` for the columns: email core, normal, reason · phone e164, status, reason ·
            timestamp status, iso, reason, order. Without columns for other kinds.
        column: the column the values are from.
        field: the profile's field it holds, if any.
        profile: of the provider.
        written: when the file was last written, with a zone; None if it cannot be told.
        mail: with `--online`, says of domains why each takes no mail: "" where it does, None where
            nobody knows.
    """

    judged: pd.DataFrame
    column: Column
    field: Field | None
    profile: Profile
    written: datetime | None = None
    mail: Mail | None = None


@dataclass(frozen=True)
class RowContext:
    """What a ROW rule may know besides the rows.

    Attributes:
        header: the names as written.
        columns: one for each of them.
        profile: of the provider.
        left: for a rule with a `tail`, of the rows' index: how many records that hold anything
            follow each row; None for others, and where a rule is asked for its suspects.
        fields: of the rows' index: how many fields each has as written; None where `left` is.
    """

    header: tuple[str, ...]
    columns: tuple[Column, ...]
    profile: Profile
    left: pd.Series[int] | None = None
    fields: pd.Series[int] | None = None

    @functools.cached_property
    def held(self) -> Mapping[str, int]:
        """The position of the first column that holds each field of the profile."""
        return {one.field: one.position for one in reversed(self.columns) if one.field}


Reasons = Callable[..., "pd.Series[str]"]
Fix = Callable[..., "pd.Series[str]"]
Suspects = str | Callable[[], str] | Callable[[Context], str]
RowSuspects = Callable[[RowContext], str | Mapping[int, str] | None]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        code: three letters of the family and three digits; never used again for another.
        name: the problem in kebab-case.
        scope: what `check` is given.
        severity: unless a profile says otherwise.
        message: the problem as a lower-case fact, no value in it.
        check: see the module's docstring; None for COMPARISON, SCHEMA and CRASH only.
        profiles: the profiles under which it is on; empty for all of them.
        online: whether it asks the network, and is on with `--online` only.
        kinds: for a CELL or STORED rule, the kinds of column it looks at.
        blanks: for a CELL rule, whether blank cells of required columns are what it is about.
        suspects: for a CELL rule, an RE2 pattern of values that it may blame though they look
            obviously fine to the kind's triage; or a function that makes one, "" for none, where
            making it costs something or the column matters: it may take a `Context`, of no values.
            It is called when a column of the kind is linted.
        among: for a ROW rule, its suspects; see the module's docstring.
        tail: for a ROW rule, that it is about the last so many records that hold anything.
        ragged: for a ROW rule with a `tail`, whether it also sees records of too few fields (the
            cells that lack are blank) or too many (those beyond the header are not shown).
        place: for a ROW rule, the position of the column a finding is about; gets what `reason`
            gets. None where a finding is about the row.
        alike: for a TABLE rule, by what it tells rows alike.
        reason: a message for each blamed value or row, where the plain one says too little; gets
            what `check` got, narrowed to the blamed ones. No value of a contact may stand in it.
        fix: the mended values for the blamed ones; the same value where it cannot tell.
        safety: of the fix; for a FILE or HEADER rule, of most of its problems; for one that drops
            rows, of dropping them; for one that repairs, of that.
        phase: when the fix is applied.
        drops: for a RECORD, ROW, TABLE or COMPARISON rule, whether the row is dropped; for a HEADER
            rule, whether the column is.
        repairs: for a RECORD rule, whether a record whose fields can be joined again in one way
            only is a row again, see `rejoin_fields`.
        verdict: for a COMPARISON rule, the verdict that it reports.
        misplaces_cells: whether a record that it finds may have cells in other columns than theirs,
            so that it is not sent again before somebody has corrected it.
        limits_records: whether a record that no file within the provider's limit can hold is
            rejected under its code; one rule of preflight is this one.
        doc: the docstring of its file.
        origin: where it comes from, as the catalogue found out: "" for preflight itself, else a
            path, or a distribution and its version.
    """

    code: str
    name: str
    scope: Scope
    severity: Severity
    message: str
    check: Callable[..., Any] | None = None
    kinds: frozenset[str] = frozenset()
    profiles: frozenset[str] = frozenset()
    online: bool = False
    blanks: bool = False
    suspects: Suspects | None = None
    among: str | RowSuspects | None = None
    tail: int = 0
    ragged: bool = False
    place: Callable[..., pd.Series[int]] | None = None
    alike: Alike = Alike.KEY
    reason: Reasons | None = None
    fix: Fix | None = None
    safety: Safety | None = None
    phase: Phase = Phase.SHAPE
    drops: bool = False
    repairs: bool = False
    verdict: Verdict | None = None
    misplaces_cells: bool = False
    limits_records: bool = False
    doc: str = ""
    origin: str = ""

    @property
    def held_back(self) -> bool:
        """Whether its findings are held back while the header is wrong: those about rows are."""
        return self.scope not in (Scope.FILE, Scope.HEADER)


FileCheck = Callable[[FileView], Iterable[Problem]]
