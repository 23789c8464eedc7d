"""Finds the delimiter, the quoting and the header line of a file."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from preflight.core.types import Syntax
from preflight.reading.header_evidence import holds_contact, is_contact, is_name, proved_by_columns
from preflight.reading.odd_delimiter import odd_delimiter
from preflight.reading.quoting import find_syntax
from preflight.reading.records import Record, RecordReader

DELIMITERS = ",;\t|"
"""The delimiters that are tried; an earlier one wins if the evidence is equal."""

_NO_DELIMITER = "\x1f"
_BLANK, _FEWEST_NAMES = " ", 2
_NARROW, _EVEN = 2, 0.6
_RECORDS = 100
_HEADER_WITHIN = 30
_MOST, _SHOWN = 0.8, 20
_LINES_OF_A_CELL = 3
_SEP = re.compile(rb'"?sep=([\x01-\x7f])"?[ \t]*(?=[\r\n]|\Z)', re.IGNORECASE)
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BLANK_LINES = re.compile(rb"[\r\n]++")
_CONTINUED = 3
_TYPE = re.compile(
    r"(?:text|string|(?:var)?char|email|phone|date|date ?time|timestamp|number|int(?:eger)?|float"
    r"|decimal|double|currency|bool(?:ean)?|checkbox|picklist|lookup|id|url|required|optional)"
    r"(?: ?\(\d+(?:, ?\d+)?\))?"
)
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_+[A-Za-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+")
_LONGEST_NAME = 1_000
"""A longer cell is no name: to match it would take time that grows with its square."""
_RESPONSES = {"response", "open-ended response"}
_ONE_COLUMN = 0.3
_MARK = re.compile("[\udc00-\udcff]")


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A record that is not blank; offsets count from the start of the sample, lines from 1.

    `quotes` is "stray" if a quote is in the wrong place, "unclosed" if one does not close, or "".
    """

    cells: tuple[str, ...]
    start: int
    end: int
    line: int
    lines: int
    quotes: str = ""

    @property
    def filled(self) -> list[str]:
        """The cells that are not blank."""
        return [cell for cell in self.cells if cell.strip()]


@dataclass(frozen=True, slots=True)
class Dialect:
    """The delimiter and the header row; no header if every line is blank.

    `certain` is whether known names or the columns confirm the header, `below` the rows below it
    that describe the columns, `contacts` the lines of the rows above it that hold an address,
    `tables` the first and last lines of the tables that these seem to belong to, `strange` another
    character that seems to separate the fields, or "", and `longer` some rows of data, if most of
    them have the same number of fields, more than the header is written with; `shorter` some of
    them if all have the same number, fewer than the header. `surplus` is the number of nameless
    columns that the header had at its end and no row has, and `halved` is whether the row above the
    header seems to be its upper half.
    """

    syntax: Syntax
    header: SampleRow | None
    certain: bool
    below: tuple[SampleRow, ...] = ()
    contacts: tuple[int, ...] = ()
    tables: tuple[tuple[int, int], ...] = ()
    strange: str = ""
    longer: tuple[tuple[str, ...], ...] = ()
    shorter: tuple[tuple[str, ...], ...] = ()
    surplus: int = 0
    halved: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """The top of a file as read with one syntax; `width` is the usual number of fields."""

    syntax: Syntax
    rows: list[SampleRow]
    width: int
    score: float


def sep_line_delimiter(head: bytes) -> str | None:
    """The delimiter given by a first line such as `sep=;`, which spreadsheets write."""
    match = _SEP.match(head)
    return match[1].decode() if match and match[1] not in b'"\r\n' else None


def find_dialect(
    head: bytes,
    *,
    final: bool,
    known: Callable[[str], bool],
    delimiter: str | None = None,
    header_first: bool = False,
) -> Dialect:
    """Find the delimiter and the header in the top of a text.

    Lines above the header are `sep=`, blank, or narrower than most rows. The header is the row with
    the most known names above the first row of data (one with an address or a phone number);
    without known names, the first row of the usual width.

    Args:
        head: UTF-8, without a byte order mark; ends anywhere.
        final: whether `head` is the whole file.
        known: whether a header text is the name of a field.
        delimiter: the one to use; None to find it.
        header_first: whether the first row that is not blank is the header.
    """
    # A long text that is cut at its blanks has the same words again and again.
    known = functools.cache(known)
    strange = ""
    if delimiter is not None:
        reading = _read(head, find_syntax(head, delimiter, final=final), known, final=final)
        if reading.width == 1:
            strange = _delimiter_of(_sniffed(head, known, final=final))
    else:
        reading = _sniffed(head, known, final=final)
        strange = "" if _is_named(reading) else odd_delimiter(head, known)
    rows, syntax = reading.rows, reading.syntax
    if not rows:
        return Dialect(syntax, None, certain=False)
    if header_first:
        certain = True
        header: SampleRow | None = rows[0]
    else:
        header, names = _named_header(reading, known)
        certain = header is not None and (names > 1 or names == len(header.filled))
    header = header or _first_header(reading)
    above = [row for row in rows if row.line < header.line]
    data = [row for row in rows if row.line > header.line]
    below = continuation(header, data, known)
    data = data[len(below) :]
    longer = _longer(header, data)
    halved = bool(above) and _is_upper_half(above[-1], header)
    named = _without_last_columns(header, data)
    surplus = len(header.cells) - len(named.cells)
    header = _with_last_column(named, data)
    certain = certain or proved_by_columns(
        header.cells, [row.cells for row in above], [row.cells for row in data]
    )
    contacts = tuple(row.line for row in above if holds_contact(row.cells, reading.width))
    return Dialect(
        syntax=syntax,
        header=header,
        certain=certain,
        below=tuple(below),
        contacts=contacts,
        tables=_tables_above(above),
        strange=strange,
        longer=longer,
        shorter=_shorter(header, data),
        surplus=surplus,
        halved=halved,
    )


def _is_upper_half(row: SampleRow, header: SampleRow) -> bool:
    """Whether a row above a header seems to be its upper half: names over some of its columns.

    A line with one cell is a title, and one with two on the left is a note and its value.
    """
    if row.line + row.lines != header.line or len(row.cells) != len(header.cells):
        return False
    filled = [at for at, cell in enumerate(row.cells) if cell.strip()]
    return len(filled) > 1 and filled != [0, 1] and all(is_name(row.cells[at]) for at in filled)


def _is_named(reading: _Reading) -> bool:
    """Whether a reading has several columns and a header with known names."""
    return reading.width > 1 and reading.score > 1


def _delimiter_of(reading: _Reading) -> str:
    """The delimiter of a reading with several columns; "" if it may be prose."""
    even = reading.width > _NARROW and reading.score > _EVEN
    return reading.syntax.delimiter if even or _is_named(reading) else ""


def _sniffed(head: bytes, known: Callable[[str], bool], *, final: bool) -> _Reading:
    readings = [
        _read(head, find_syntax(head, delimiter, final=final), known, final=final)
        for delimiter in DELIMITERS
    ]
    best = max(readings, key=lambda reading: reading.score)
    lines = _read(head, Syntax(_NO_DELIMITER), known, final=final).rows
    one_column = _ONE_COLUMN + (1 if any(known(line.cells[0]) for line in lines[:1]) else 0)
    if not _is_named(best) and (blank := _blank_delimited(head, known, final=final)):
        return blank
    if best.score > one_column:
        return best
    return _Reading(readings[0].syntax, readings[0].rows, 1, one_column)


def _blank_delimited(head: bytes, known: Callable[[str], bool], *, final: bool) -> _Reading | None:
    """The text with a blank as the delimiter, if names, widths and addresses prove it."""
    reading = _read(head, find_syntax(head, _BLANK, final=final), known, final=final)
    header, names = _named_header(reading, known)
    if header is None or names < _FEWEST_NAMES or len(header.cells) != reading.width:
        return None
    data = [row for row in reading.rows if row.line > header.line]
    even = sum(len(row.cells) == reading.width for row in data)
    contacts = sum(holds_contact(row.cells) for row in data)
    return reading if data and min(even, contacts) >= _MOST * len(data) else None


def _with_last_column(header: SampleRow, data: list[SampleRow]) -> SampleRow:
    """The header with a nameless last column, if each row has one and it is always blank."""
    width = len(header.cells) + 1
    if data and all(len(row.cells) == width and not row.cells[-1].strip() for row in data):
        return replace(header, cells=(*header.cells, ""))
    return header


def _tables_above(above: list[SampleRow]) -> tuple[tuple[int, int], ...]:
    """The first and last lines of other tables: a row of names, and rows of its width below it."""
    tables = []
    at = 0
    while at < len(above):
        header, end = above[at], at + 1
        if len(header.filled) > 1 and all(map(is_name, header.filled)):
            while end < len(above) and len(above[end].cells) == len(header.cells):
                end += 1
        if any(holds_contact(row.cells) for row in above[at + 1 : end]):
            last = above[end - 1]
            tables.append((header.line, last.line + last.lines - 1))
            at = end
        else:
            at += 1
    return tuple(tables)


def _without_last_columns(header: SampleRow, data: list[SampleRow]) -> SampleRow:
    """The header without nameless columns at its end that the rows do not have."""
    widths = Counter(len(row.cells) for row in data)
    width, support = widths.most_common(1)[0] if widths else (0, 0)
    if support < _MOST * len(data) or not width < len(header.cells):
        return header
    kept = len(header.cells)
    while kept > width and not header.cells[kept - 1].strip():
        kept -= 1
    return replace(header, cells=header.cells[:kept]) if kept == width else header


def _longer(header: SampleRow, data: list[SampleRow]) -> tuple[tuple[str, ...], ...]:
    """Some rows, if most rows have the same number of fields, which is more than the header has."""
    widths = Counter(len(row.cells) for row in data)
    width, support = widths.most_common(1)[0] if widths else (0, 0)
    if width <= len(header.cells) or support < _MOST * len(data):
        return ()
    return tuple(row.cells for row in data if len(row.cells) == width)[:_SHOWN]


def _shorter(header: SampleRow, data: list[SampleRow]) -> tuple[tuple[str, ...], ...]:
    """Some rows, if all rows have the same number of fields, which is less than the header has."""
    widths = {len(row.cells) for row in data}
    if len(widths) != 1 or min(widths) >= len(header.cells):
        return ()
    return tuple(row.cells for row in data[:_SHOWN])


def _read(head: bytes, syntax: Syntax, known: Callable[[str], bool], *, final: bool) -> _Reading:
    rows = _rows(head, syntax, final=final)
    widths = Counter(len(row.cells) for row in rows if len(row.cells) > 1)
    if not widths:
        return _Reading(syntax, rows, 1, 0.0)
    width, support = widths.most_common(1)[0]
    score = support / len(rows) * (1 - 1 / width)
    if all(_is_prose(row, syntax.delimiter) for row in rows if len(row.cells) > 1):
        score /= 2
    header, names = _named_header(_Reading(syntax, rows, width, score), known)
    if header is not None and len(header.cells) > 1:
        score += 1 + min(names, 5) / 10
    return _Reading(syntax, rows, width, score)


def _rows(head: bytes, syntax: Syntax, *, final: bool) -> list[SampleRow]:
    # a quote that is open at the end of the head counts as one that closes later
    reader = RecordReader(syntax, 0, lambda _: True)
    rows: list[SampleRow] = []
    sep_line = _SEP.match(head)
    at, line = 0, 1
    while at < len(head) and len(rows) < _RECORDS:
        if blank := _BLANK_LINES.match(head, at):
            at = blank.end()
            line += len(_LINE_END.findall(blank[0]))
            continue
        record = reader.read(head, at, final=final)
        if record is None:
            break
        if record.lines > _LINES_OF_A_CELL:
            record = _again(head, at, record, syntax, final=final)
        fields = record.fields
        if record.flaw is not None:
            fields = head[at : record.stop].split(syntax.delimiter.encode("ascii"))
        cells = tuple(_MARK.sub(_escaped, f.decode("utf-8", "surrogatepass")) for f in fields)
        if any(cell.strip() for cell in cells) and not (sep_line and at == 0):
            quotes = "unclosed" if record.flaw else "stray" if record.stray else ""
            rows.append(SampleRow(cells, at, record.end, line, record.lines, quotes))
        at = record.end
        line += record.lines
    return rows


def _again(head: bytes, at: int, record: Record, syntax: Syntax, *, final: bool) -> Record:
    """A record of several lines, read as one of as many fields as its first line shows.

    If its quote swallows lines that look like that line, it is a runaway.
    """
    first = head[at : record.stop].splitlines()[0]
    width = first.count(syntax.delimiter.encode("ascii")) + 1
    return RecordReader(syntax, width, lambda _: True).read(head, at, final=final) or record


def continuation(
    header: SampleRow, data: list[SampleRow], known: Callable[[str], bool]
) -> list[SampleRow]:
    """The rows directly below the header that describe the columns and are not data.

    These are other names of the columns, their types, or the import ids that survey tools write as
    JSON, together with all rows in between. A repeated header is not one of them.
    """
    for nth, row in enumerate(data[:_CONTINUED]):
        imported = sum(cell.strip().startswith('{"ImportId"') for cell in row.filled)
        if imported * 2 > len(row.filled):
            return data[: nth + 1]
    below: list[SampleRow] = []
    for row in data[:_CONTINUED]:
        if row.cells == header.cells or any(map(is_contact, row.filled)):
            break
        words = [cell.strip().lower() for cell in row.filled]
        types = len(words) > 1 and all(_TYPE.fullmatch(word) for word in words)
        names = sum(known(cell) or _is_api_name(cell) for cell in row.filled)
        named = sum(map(known, row.filled)) > 1 and names == len(row.filled)
        responses = bool(words) and all(word in _RESPONSES for word in words)
        if not (types or named or responses):
            break
        below.append(row)
    return below


def _is_api_name(cell: str) -> bool:
    return len(cell) <= _LONGEST_NAME and _API_NAME.fullmatch(cell) is not None


def _named_header(reading: _Reading, known: Callable[[str], bool]) -> tuple[SampleRow | None, int]:
    """The row with the most known names above the data, and how many."""
    best: tuple[int, bool] = (0, False)
    header = None
    for row in reading.rows[:_HEADER_WITHIN]:
        wide = len(row.cells) == reading.width
        if any(map(is_contact, row.filled)):
            if wide and row is reading.rows[0]:
                return _header_below_contacts(reading, known)
            if wide:
                break
            continue
        names = sum(map(known, row.filled))
        if not wide and names < 2 and names < len(row.filled):
            continue
        if names and (names, wide) > best:
            best, header = (names, wide), row
    return header, best[0]


def _header_below_contacts(
    reading: _Reading, known: Callable[[str], bool]
) -> tuple[SampleRow | None, int]:
    """The first row of known names alone above a contact, though a row above it is like one.

    A spreadsheet writes `Exported by,sam@kestrel-labs.com,,` above a table of four columns.
    """
    rows = reading.rows[: _HEADER_WITHIN + 1]
    for row, below in itertools.pairwise(rows):
        wide = len(row.cells) == len(below.cells) == reading.width
        names = sum(map(known, row.filled))
        if wide and names >= _FEWEST_NAMES and names == len(row.filled):
            return (row, names) if any(map(is_contact, below.filled)) else (None, 0)
    return None, 0


def _first_header(reading: _Reading) -> SampleRow:
    """The first row that can be a header, although none of its names is known."""
    rows = reading.rows[:_HEADER_WITHIN]
    for row in rows:
        if len(row.cells) == reading.width and not _is_sparse(row, reading.width):
            if (above := _ragged_above(rows, row)) is not None:
                return above
            first = rows[0]
            # with one field too many or too few it is a ragged header, not a title
            ragged = reading.width > 3 and abs(len(first.cells) - reading.width) == 1
            return first if ragged and not _is_sparse(first, reading.width) else row
    return rows[0]


def _ragged_above(rows: list[SampleRow], row: SampleRow) -> SampleRow | None:
    """The row directly above one of data, if it is a header with some names too few or too many."""
    at = rows.index(row)
    if not at or not any(map(is_contact, row.filled)):
        return None
    above = rows[at - 1]
    named = len(above.filled) == len(above.cells) and all(map(is_name, above.cells))
    return above if named and len(above.cells) * 2 > len(row.cells) > 2 else None


def _is_sparse(row: SampleRow, width: int) -> bool:
    """Whether a row is a title or a note, padded with delimiters to the width of the table."""
    if any(map(is_contact, row.filled)):
        return False
    return width > 2 and len(row.filled) * 2 <= width


def _is_prose(row: SampleRow, delimiter: str) -> bool:
    """Whether every delimiter is followed by a space, as in a sentence."""
    return delimiter != "\t" and all(cell.startswith(" ") for cell in row.cells[1:])


def _escaped(mark: re.Match[str]) -> str:
    return f"\\x{ord(mark[0]) - 0xDC00:02x}"
