"""The values that the stages pass on.

All of them are frozen; a stage makes new ones. Tables are columnar: a `pyarrow.Table` of strings, a
`pandas.DataFrame`, or numpy arrays of one length, never a list of Python objects per row.

`row` is the 1-based number of a data record of the *input*, without the header; `line` is the
1-based physical line of the input on which that record starts. Quoted line breaks make them differ,
so both are kept everywhere. `column` is 1-based.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from preflight.core.stored_object import Openable, StoredObject

CHANGE_COLUMNS = ("row", "line", "column_name", "code", "safety", "old", "new")
"""The columns of fixes.csv, and of a table of changes."""

LOCATED_CHANGE_COLUMNS = (*CHANGE_COLUMNS, "position")
"""The same, and which column of the input was changed: names repeat. -1 for a whole record."""

Ints = npt.NDArray[np.int64]
_SURE, _LIKELY = 0.95, 0.2
"""No guess of an encoding with this confidence was wrong: `make compare` measures it."""
Bools = npt.NDArray[np.bool_]


class Severity(enum.StrEnum):
    """How bad a finding is: an error rejects its row (or the file), a warning does not."""

    ERROR = "error"
    WARNING = "warning"


class Safety(enum.StrEnum):
    """Whether a fix can change what a value means: a safe one cannot, an unsafe one is a guess."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Flaw(enum.StrEnum):
    """Why a record is malformed, and so in `Chunk.malformed` instead of the table."""

    BLANK = "blank"
    SHORT = "short"
    LONG = "long"
    UNCLOSED = "unclosed"
    RUNAWAY = "runaway"
    UNDECODABLE = "undecodable"
    STRAY = "stray"
    MISQUOTED = "misquoted"


@dataclass(frozen=True, slots=True)
class Syntax:
    """How the records of a text are written.

    Attributes:
        delimiter: one ASCII character.
        quote: `"` or `'`; it is doubled within a quoted field.
        escape: whether a backslash escapes a quote, delimiter, backslash or line end after it;
            before anything else it is a plain backslash.
        spaced: whether spaces between a delimiter and a quote are not part of the cell.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: bool = False
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook, as text.

    Attributes:
        name: of the sheet.
        text: a local CSV file of its rows, one physical line each, from the sheet's first row and
            first column on; see `reading.workbook`.
        others: the other visible sheets that are not empty.
        hidden: the hidden sheets.
        hidden_rows: the numbers of the hidden rows that are not empty; they are read as well.
        hidden_columns: how many columns are hidden; they are read as well.
        filtered: whether a filter hides rows.
        merged: how many ranges of cells are merged; only the first cell of each has the value.
        uncalculated: (line, column) of each formula without a value, from 1.
        numbers: column position → the lines in which it holds a number, not text.
        digits: column position → how many digits most of its numbers have.
        full: whether the format contains hidden rows, errors, zeros and formulas at all.
    """

    name: str
    text: Path
    others: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    hidden_rows: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    hidden_columns: int = 0
    filtered: bool = False
    merged: int = 0
    uncalculated: tuple[tuple[int, int], ...] = ()
    numbers: Mapping[int, Ints] = field(default_factory=dict)
    digits: Mapping[int, int] = field(default_factory=dict)
    full: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """A readable input.

    Attributes:
        name: what the user called it; the `path` of every report.
        path: a local file with its bytes exactly as given; an object of a store that is read where
            it is, see `open_source`.
        sha256: hex digest of those bytes; with a row number it makes the row ID.
        size: length in bytes.
        sheet: the sheet that is read, if it is a workbook.
        unreadable: why a workbook cannot be read ("password-protected Excel workbook"), or "".
        misnamed: whether it has the name of a workbook, but is not one.
        written: when it was written, in UTC, if its store says so; None for a file on disk.
        stamp: its size, its time and its number on disk before it was read; None if it was copied
            into a private folder.
        stored: the same bytes in a store, for other machines; None if they are in none, or have to
            be unpacked.
        utf8: how many characters beyond ASCII it has, where it was found to be UTF-8 when it was
            opened.
    """

    name: str
    path: Openable
    sha256: str
    size: int
    sheet: Sheet | None = None
    unreadable: str = ""
    misnamed: bool = False
    written: datetime | None = None
    stamp: tuple[int, int, int] | None = None
    stored: StoredObject | None = None
    utf8: int | None = None

    @property
    def local(self) -> Path:
        """`path`, of a source that is a file of this machine."""
        if not isinstance(self.path, Path):
            raise TypeError(f"{self.name} is read where it is")
        return self.path


@dataclass(frozen=True, slots=True)
class InvalidByte:
    """The first byte that is not UTF-8: `offset` from 0, `line` from 1, `byte` its value."""

    offset: int
    line: int
    byte: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What `scan` found out about a source.

    Attributes:
        source: where it came from.
        content: "table", "empty", or the name of a foreign format ("PDF document").
        text: the same text in UTF-8, without a byte order mark: a local file, or `source.path`
            itself if it is UTF-8 already (`text_offset` then skips a mark). An undecodable byte is
            replaced by the lone surrogate U+DC00 + byte, which is not valid UTF-8.
        text_offset: where the text starts in `text`, in bytes.
        wrapped: whether each line of the source is one quoted cell; `text` is what is inside.
        encoding: the Python codec name of the source's encoding.
        encoding_from: "strict" (it decodes as UTF-8), "bom", "option" or "detected".
        confidence: 0 to 1; 1 unless detected.
        bom: whether the source starts with a byte order mark.
        invalid_byte: the first byte that is not UTF-8, if there is one.
        bad_offsets: offset in the source of every byte that is not valid in `encoding`.
        delimiter: one character.
        quote, escape, spaced: as in `Syntax`.
        strange_delimiter: another character than `delimiter` that seems to separate the fields,
            or "": an unsupported one, or the one of the file if the option names a wrong one.
        delimiter_from: "option", "sep" (a `sep=;` line) or "sniffed".
        header: the names as written, unquoted; one entry a column; empty if there is no header.
        header_line: physical line of the header, from 1.
        header_certain: whether known names, the columns below or the user confirm the header line.
        header_flaw: "stray" if a quote in it is in the wrong place, "unclosed" if one does not
            close, "commented" if `#` stands in front of its first name, or "".
        header_surplus: how many nameless columns it had at its end that no row has; they are not in
            `header`.
        header_halved: whether the line above the header seems to be its upper half.
        longer_rows: some of the first rows, if most of them have the same number of fields, more
            than the header is written with. Personal data.
        shorter_rows: some of the first rows, if all of them have the same number of fields, fewer
            than the header. Personal data.
        preamble: how many physical lines above the header, blank ones included.
        contacts_above: those of them that hold an address: perhaps contacts of another table.
        tables_above: the first and last lines of the tables that they seem to belong to.
        continued: how many physical lines below the header describe the columns (other names or
            their types) and are not data.
        data_offset: byte offset in `text` of the first data record.
        data_line: physical line of that record.
    """

    source: Source
    content: str
    text: Openable
    text_offset: int = 0
    wrapped: bool = False
    encoding: str = "utf-8"
    encoding_from: str = "strict"
    confidence: float = 1.0
    bom: bool = False
    invalid_byte: InvalidByte | None = None
    bad_offsets: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    delimiter: str = ","
    delimiter_from: str = "sniffed"
    quote: str = '"'
    escape: bool = False
    spaced: bool = False
    strange_delimiter: str = ""
    continued: int = 0
    header: tuple[str, ...] = ()
    header_line: int = 1
    header_certain: bool = True
    header_flaw: str = ""
    header_surplus: int = 0
    header_halved: bool = False
    longer_rows: tuple[tuple[str, ...], ...] = ()
    shorter_rows: tuple[tuple[str, ...], ...] = ()
    preamble: int = 0
    contacts_above: tuple[int, ...] = ()
    tables_above: tuple[tuple[int, int], ...] = ()
    data_offset: int = 0
    data_line: int = 1

    @property
    def syntax(self) -> Syntax:
        """How its records are written."""
        return Syntax(self.delimiter, self.quote, self.escape, self.spaced)

    @property
    def encoding_certain(self) -> bool:
        """Whether the encoding is known, or detected so surely that it was never wrong."""
        return self.encoding_from != "detected" or self.confidence >= _SURE

    @property
    def encoding_likely(self) -> bool:
        """Whether the encoding is certain, or a guess that is worth asking about."""
        return self.encoding_certain or self.confidence >= _LIKELY


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of consecutive records.

    Attributes:
        table: the well-formed records, one string column per header column, named "0", "1", …;
            nothing inferred, a blank cell is "".
        rows: int64, the row number of each record of `table`.
        lines: int64, the physical line of each.
        malformed: the other records, in row order, a frame of the columns row int64, line int64,
            flaw str (a `Flaw`), fields int64 (how many it has), expected int64 (how many the header
            has), lines int64 (how many physical lines it spans), offset int64 (of its first
            undecodable byte in the source, else -1), raw str (the record as written, without its
            line end, an undecodable byte as `\\xHH`). The rules about rows may add likely str (the
            column in which a delimiter probably lacks its quotes, or "").
        noted: records of `table` that a rule may still report, in the same columns: those with a
            stray quote (`Flaw.STRAY`) and, after the rules about rows, repaired ones.
        newlines: how many records end in LF, CRLF and CR; the first chunk includes the header.
        left_out: how many further records there are, well-formed ones that need no look.
    """

    table: pa.Table
    rows: Ints
    lines: Ints
    malformed: pd.DataFrame
    noted: pd.DataFrame | None = None
    newlines: tuple[int, int, int] = (0, 0, 0)
    left_out: int = 0

    @property
    def count(self) -> int:
        """How many records of the input it stands for."""
        return len(self.rows) + len(self.malformed) + self.left_out


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the input and what it means.

    Attributes:
        position: 0-based; the name of the column in a chunk's table is `str(position)`.
        name: the header as written.
        field: the profile's field it holds, or None.
        kind: the kind of its cells: "email", "phone", "timestamp", "name", "country", "text".
        required: whether the profile rejects a row in which it is blank.
        matched: "exact", "alias", "option", "joined"; when `field` is None, "option" if the user
            left the column out, else "".
        pieces: for a joined column, the positions of the input columns that it is joined from; its
            own position is then after those of the input.
    """

    position: int
    name: str
    field: str | None = None
    kind: str = "text"
    required: bool = False
    matched: str = ""
    pieces: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known about a whole column besides its cells.

    Attributes:
        timezone: of times without an offset; None if not given.
        order: what the column's own cells prove about its dates: "day-first", "month-first",
            "both" if they contradict each other, "" if there is no evidence.
        region: ISO 3166 code of the origin of the file; "" if not given.
    """

    timezone: tzinfo | None = None
    order: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What a file or header rule found.

    Attributes:
        message: a lower-case fact; None for the rule's own message.
        line: the physical line, if there is one.
        column: 1-based, if there is one.
        safety: of the fix that rewriting the file makes; None if rewriting does not fix it.
        old: the text before the fix, for the log of fixes.
        new: the text after the fix.
        severity: if it differs from the rule's.
        row: the row where it begins, if there is one.
    """

    message: str | None = None
    line: int | None = None
    column: int | None = None
    safety: Safety | None = None
    old: str | None = None
    new: str | None = None
    severity: Severity | None = None
    row: int | None = None
