"""What a rule may say. A rule file imports nothing else of preflight.

A rule is one file: a docstring that states the problem and shows it with its findings, a `check`,
perhaps a `fix`, and a `RULE`. What `check` gets depends on the rule's scope:

======== ================================== ====================================================
scope    `check` gets                       `check` returns
======== ================================== ====================================================
FILE     a `FileView`                       the `Problem`s, if there are any
HEADER   a `FileView`                       the `Problem`s
RECORD   a frame of malformed records, and  a mask: False where the rule reports the record
         of those with a stray quote
ROW      a frame of whole rows as read      a mask: True where valid
         and a `RowContext`
CELL     a Series of distinct cell values   a mask: True where valid
         (and a `Context`)
STORED   a frame of cells that a sheet      a mask: True where valid
         holds as numbers                    (see `stored_numbers.stored_cells`)
TABLE    a frame of rows that are alike     a mask: True where valid (see `Alike`)
COMPARI- nothing: it reports what comparing  –
SON      a corrected file with earlier runs
         found
DRIFT    a `Drift`: the file beside a       the `Problem`s
         snapshot of its source
SCHEMA   nothing: it reports failures of    –
         the user's own schema
CRASH    nothing: it reports a crash of     –
         another rule
======== ================================== ====================================================

A mask is a boolean Series with the index of the argument. A cell rule does not see blank cells. One
with `blanks=True` sees blank cells of required columns and nothing else.

A ROW rule sees only its suspects, the rows that `among` selects. `among` is an RE2 pattern for the
first cell of a row that is not blank, or a function of the `RowContext`. The function returns such
a pattern, or a pattern for each of some columns by position (a match in any of them makes the row a
suspect), or None if there is nothing to look for. The frame has a column of text for each header
column, labelled by position. A ROW rule sees rows as read, before any fix. No cell rule sees a row
that a ROW rule drops.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from preflight.config.column_suggestions import Candidate, map_option
from preflight.config.consent import holds_consent
from preflight.config.fields import Field
from preflight.config.profile import Limits, Profile
from preflight.config.rule_views import Context, FileView, RowContext
from preflight.core.arrow import contains
from preflight.core.formula_text import FORMULA_TEXT, formula_text
from preflight.core.invisible import BLANK
from preflight.core.invisible_cells import stripped, tidied
from preflight.core.names import bare_name
from preflight.core.styled_letters import STYLED, plain_letters
from preflight.core.types import Column, Layout, Problem, Safety, Severity
from preflight.core.verdicts import Verdict
from preflight.kinds.comments import Comment, comment
from preflight.kinds.country_names import country_code, likely_country
from preflight.kinds.registry import (
    ALL_KINDS,
    PLACEHOLDER,
    PLACEHOLDER_ADDRESS,
    SHEET_ERROR,
    drop_zero_width,
    emails_in,
    is_placeholder,
    line_types,
    numbers_of,
    phones_in,
    placeholder,
    placeholder_email,
    several_emails,
    strip_invisible,
    tidy,
    trim_email,
    trim_phone,
    unwrap_email,
)
from preflight.kinds.sniffing import LOOK_NAMES, Looks, looks_of
from preflight.snapshots.drift import ColumnPair, Drift, Turn, shown
from preflight.snapshots.snapshot import ColumnSnapshot, Mix, Share

__all__ = [
    "ALL_KINDS",
    "BLANK",
    "FORMULA_TEXT",
    "LOOK_NAMES",
    "PLACEHOLDER",
    "PLACEHOLDER_ADDRESS",
    "SHEET_ERROR",
    "STYLED",
    "Alike",
    "Candidate",
    "Column",
    "ColumnPair",
    "ColumnSnapshot",
    "Comment",
    "Context",
    "Drift",
    "Field",
    "FileView",
    "Layout",
    "Limits",
    "Looks",
    "Mix",
    "Phase",
    "Problem",
    "Profile",
    "Repair",
    "RowContext",
    "Rule",
    "Safety",
    "Scope",
    "Severity",
    "Share",
    "Turn",
    "Verdict",
    "bare_name",
    "comments_in",
    "contains",
    "country_code",
    "drop_zero_width",
    "emails_in",
    "formula_text",
    "holds_consent",
    "is_placeholder",
    "likely_country",
    "line_types",
    "looks_of",
    "map_option",
    "numbers_of",
    "phones_in",
    "placeholder",
    "placeholder_email",
    "plain_letters",
    "several_emails",
    "shown",
    "strip_invisible",
    "stripped",
    "tidied",
    "tidy",
    "trim_email",
    "trim_phone",
    "unwrap_email",
]


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
    DRIFT = "drift"
    SCHEMA = "schema"
    CRASH = "crash"


class Alike(enum.StrEnum):
    """What a TABLE rule compares rows by.

    Its frame holds the rows that equal another row; if there are none, `check` is not called. A
    large file has several frames, and rows that are alike are in one. The index is the row number.
    Rows without other errors come first. The columns are `line` int64, `bad` bool (the row is
    rejected for another reason), and `high` and `low` uint64, which are equal for rows that are
    alike:

    - KEY: the match key, after fixing and in its normal form;
    - ROW: all cells as read (rows that equal no other may be missing from the frame);
    - PHONE: the phone number in E.164, after fixing. The column `person` uint64 is equal for rows
      of one person, by the match key or else by name, and 0 if neither is known;
    - FILES: the match key, in several files (`--across`). Its frame holds no more than one row of a
      file for each key, that of the first file first. The index is of no meaning; the columns are
      also `row` int64, `file` int64 (which file of the call) and `path` str (its name).
    """

    KEY = "key"
    ROW = "row"
    PHONE = "phone"
    FILES = "files"


class Repair(enum.StrEnum):
    """How a record with a wrong number of fields is made a row again; see `repair_records`.

    - TRIM: blank fields beyond the header are taken away.
    - JOIN: fields that an unquoted delimiter has cut are joined again, if only one way fits.
    - FILL: blank cells are added at the end, if the cells before them fit their columns.
    - REQUOTE: a record with text after a closing quote is read in the one way that fits.
    """

    TRIM = "trim"
    JOIN = "join"
    FILL = "fill"
    REQUOTE = "requote"

    @property
    def safety(self) -> Safety:
        """Whether it could change what a record means."""
        return Safety.SAFE if self in (Repair.TRIM, Repair.REQUOTE) else Safety.UNSAFE


class Phase(enum.IntEnum):
    """When a fix is applied; within a phase the order is that of the codes."""

    OPEN = 0
    DECODE = 1
    TRIM = 2
    UNWRAP = 3
    SHAPE = 4
    CASE = 5


def comments_in(rows: pd.DataFrame, context: RowContext) -> pd.Series[Any]:
    """For each row of a ROW rule with `raws`, which `Comment` it is."""
    fields = context.fields if context.fields is not None else [len(context.header)] * len(rows)
    found = [
        comment(cells, count, context.columns)
        for cells, count in zip(rows.itertuples(index=False), fields, strict=True)
    ]
    return pd.Series(found, index=rows.index, dtype=object)


Reasons = Callable[..., "pd.Series[str]"]
Fix = Callable[..., "pd.Series[str]"]
Suspects = str | Callable[[], str] | Callable[[Context], str]
RowSuspects = Callable[[RowContext], str | Mapping[int, str] | None]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule.

    Attributes:
        code: three letters of the family and three digits; never used again for another rule.
        name: the problem in kebab-case.
        scope: what `check` gets.
        severity: unless a profile says otherwise.
        message: the problem as a fact in lower case, without any value.
        check: see the module's docstring; None for COMPARISON, SCHEMA and CRASH only.
        profiles: the profiles that turn it on; empty for all.
        online: whether it uses the network, and so is on with `--online` only.
        kinds: for a CELL or STORED rule, the kinds of column that it checks.
        blanks: for a CELL rule, whether it checks blank cells of required columns instead.
        suspects: for a CELL rule, an RE2 pattern of values that it may report although the kind's
            triage passes them. Or a function that returns such a pattern, "" for none; it is called
            when a column of the kind is linted, and may take a `Context` without values.
        marks: for a CELL rule, ASCII characters of which each cell that it reports has one, so that
            a text without them need not be parsed; "" if other cells may be reported.
        among: for a ROW rule, its suspects; see the module's docstring.
        tail: for a ROW rule that is about the end of the file: how many of the last records that
            are not blank it sees.
        ragged: for a ROW rule with a `tail`, whether it also sees records with too few fields (the
            missing cells are blank) or too many (those beyond the header are not shown).
        raws: for a ROW rule without a `tail`, an RE2 pattern of such records as written; it also
            sees the ones that match.
        opens_table: for a ROW rule, whether a row that it reports is the header of another table,
            so that it reports all rows below as well, with `message`.
        sole: for a ROW rule, whether its error is the one reason of a row: no other rule looks at
            it.
        place: for a ROW rule, a function of the arguments of `reason` that returns the position of
            the column each finding is about. None if findings are about the row.
        alike: for a TABLE rule, what it compares rows by.
        yields_to: for a rule about cells, rows, records, the file or its header, the codes of rules
            that know better what is wrong: it does not report a cell or row that one of them
            reports (a ROW rule yields to earlier codes), nor a column or the file with an error of
            one of them that no fix settles. A RECORD rule yields to rules about the file and its
            header: it reports nothing in a file with such an error. Where such a rule is off, it
            reports it.
        reason: a function that returns a message for each reported value or row, where `message`
            says too little. It gets the arguments of `check`, narrowed to what is reported. The
            messages contain no value of a contact.
        fix: a function that returns the fixed values for the reported ones; the same value if it
            cannot fix it.
        safety: of the fix; for a FILE or HEADER rule, of most of its problems; for a rule that
            drops or repairs, of dropping or repairing.
        phase: when the fix is applied.
        drops: for a RECORD, ROW, TABLE or COMPARISON rule, whether the row is dropped; for a HEADER
            rule, whether the column is dropped. A row that such a ROW rule reports as an error is
            no contact: no other rule looks at it, dropped or not.
        unwraps: for a CELL rule, whether it reports cells that a program wrapped in a formula (see
            `formula_text`), and its fix unwraps them. All other rules then see what is inside.
        rejects: for a RECORD rule that is a warning, the flaws that it reports as errors.
        repairs: for a RECORD rule, how a record that it reports may become a row again. A repair
            has a safety of its own.
        verdict: for a COMPARISON rule, the verdict that it reports.
        limit: for a DRIFT rule, the change that it accepts, as the rule measures it.
        misplaces_cells: whether a record that it reports may have cells in the wrong columns. Such
            a record is not sent again before somebody has corrected it.
        limits_records: whether it reports records that are too large for any file within the
            provider's limit. Exactly one rule does.
        doc: the docstring of its file.
        origin: where the catalogue found it: "" for preflight itself, else a path, or a
            distribution and its version.
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
    marks: str = ""
    among: str | RowSuspects | None = None
    tail: int = 0
    ragged: bool = False
    raws: str = ""
    opens_table: bool = False
    sole: bool = False
    place: Callable[..., pd.Series[int]] | None = None
    alike: Alike = Alike.KEY
    yields_to: frozenset[str] = frozenset()
    reason: Reasons | None = None
    fix: Fix | None = None
    safety: Safety | None = None
    phase: Phase = Phase.SHAPE
    drops: bool = False
    unwraps: bool = False
    rejects: frozenset[str] = frozenset()
    repairs: frozenset[Repair] = frozenset()
    verdict: Verdict | None = None
    limit: float = 0.0
    misplaces_cells: bool = False
    limits_records: bool = False
    doc: str = ""
    origin: str = ""

    @property
    def held_back(self) -> bool:
        """Whether its findings wait until the header is right: those about rows do."""
        return not self.of_file

    @property
    def of_file(self) -> bool:
        """Whether its findings are about the file and not about its rows."""
        return self.scope in (Scope.FILE, Scope.HEADER, Scope.DRIFT)


FileCheck = Callable[[FileView], Iterable[Problem]]
