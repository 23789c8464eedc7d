"""Bytes to layout: what a file is, and where its table starts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa

from preflight.core import csv_writer
from preflight.core.errors import SourceError, UsageError
from preflight.core.names import is_helper
from preflight.core.types import Layout, Sheet, Source
from preflight.reading.binary import is_binary
from preflight.reading.dialect import Dialect, SampleRow, find_dialect, sep_line_delimiter
from preflight.reading.encoding import Encoding, find_encoding, transcode
from preflight.reading.workbook import restored
from preflight.reading.wrapped_lines import physical_lines, unwrap

MOST_COLUMNS = 1 << 14
"""How many columns a file may have: as many as a sheet of a workbook."""

_HEAD_BYTES = 1 << 20
_MAGIC_BYTES = 64 << 10
_MAGIC = (
    (rb"%PDF-", "PDF document"),
    (rb"\x89PNG\r\n\x1a\n", "PNG image"),
    (rb"\xff\xd8\xff", "JPEG image"),
    (rb"GIF8[79]a", "GIF image"),
    (rb"RIFF....WEBP", "WebP image"),
    (rb"II\*\0|MM\0\*", "TIFF image"),
    (rb"PK\x03\x04.*?xl/", "Excel workbook"),
    (rb"PK\x03\x04.*?word/", "Word document"),
    (rb"PK\x03\x04.*?application/vnd\.oasis", "OpenDocument file"),
    (rb"PK(?:\x03\x04|\x05\x06)", "ZIP archive"),
    (rb"\x1f\x8b\x08", "gzip archive"),
    (rb"BZh[1-9]1AY&SY", "bzip2 archive"),
    (rb"\xfd7zXZ\0", "xz archive"),
    (rb"7z\xbc\xaf\x27\x1c", "7z archive"),
    (rb"Rar!\x1a\x07", "RAR archive"),
    (rb"\x28\xb5\x2f\xfd", "Zstandard archive"),
    (rb"SQLite format 3\0", "SQLite database"),
    (rb"PAR1", "Parquet file"),
    (rb"ARROW1", "Arrow file"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "legacy Office document"),
    (rb"\x7fELF", "program"),
    (rb"\{\\rtf", "RTF document"),
)
_MARKUP = (
    (rb"<!doctype html|<html|<head|<body|<table|<div|<meta", "HTML page"),
    (rb"<\?xml|<!DOCTYPE|<[a-z][\w:.-]*(?:\s[^<>]*)?>\s*<", "XML document"),
    (rb'\{\s*(?:\}|"[^"]*"\s*:)', "JSON document"),
    (rb'\[\s*(?:[\[{\]]|"[^"]*"\s*[,\]]|(?:-?\d+|true|false|null)\s*[,\]])', "JSON document"),
    (rb"BEGIN:VCARD", "vCard file"),
    (rb"(?i:(?:--[^\n]*\n\s*)*(?:insert\s+into|create\s+table|drop\s+table)\s)", "SQL script"),
    (rb"-- (?:MySQL dump|PostgreSQL database dump)", "SQL script"),
)


def scan(
    source: Source,
    *,
    spool: Path,
    known: Callable[[str], bool],
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
) -> Layout:
    """Find out how to read a source. Problems of its content do not raise an error.

    If the source is not valid UTF-8, its text is written as UTF-8 to a file in `spool`. A source
    without text is "empty"; one of blank lines only is a "table" without a header.

    Args:
        source: an opened source.
        spool: an existing directory for files that live as long as the run.
        known: whether a header text is the name or an alias of a field, in any spelling.
        encoding: a codec name of Python, to use instead of the detected one.
        delimiter: one ASCII character, to use instead of the detected one.
        header_row: the physical line of the header, from 1.

    Raises:
        UsageError: an unknown encoding, a delimiter that cannot be one, or a header row that the
            file does not have.
        SourceError: there are more than `MOST_COLUMNS`.
    """
    if delimiter is not None and not _can_delimit(delimiter):
        raise UsageError(
            f"{delimiter!r} cannot be a delimiter; give one ASCII character other than a quote"
        )
    if header_row is not None and header_row < 1:
        raise UsageError(f"there is no line {header_row}; lines count from 1")
    if source.sheet is not None:
        return _scan_sheet(source, source.sheet, known, header_row)
    with source.path.open("rb") as file:
        magic = file.read(_MAGIC_BYTES)
    unreadable = source.unreadable or _binary_format(magic)
    if unreadable:
        return Layout(source=source, content=unreadable, text=source.path)
    layout = _readable(source, find_encoding(source, encoding), spool)
    if unwrapped := unwrap(layout.text, layout.text_offset, spool, known):
        layout = replace(layout, text=unwrapped, text_offset=0, wrapped=True)
    return _scan_text(layout, known, delimiter, header_row)


def _scan_text(
    layout: Layout, known: Callable[[str], bool], delimiter: str | None, header_row: int | None
) -> Layout:
    """The layout of a text, which finds its dialect and its header; see `scan`."""
    with layout.text.open("rb") as file:
        file.seek(layout.text_offset)
        top = file.read(_MAGIC_BYTES)
    unreadable = _foreign_text(top)
    if not top or unreadable:
        return replace(layout, content=unreadable or "empty")
    from_sep_line = sep_line_delimiter(top)
    start, line = layout.text_offset, 1
    if header_row is not None:
        start = _line_start(layout, header_row)
        line = header_row
    dialect = _dialect(
        layout, start, known, delimiter or from_sep_line, header_first=header_row is not None
    )
    layout = replace(
        layout,
        delimiter=dialect.syntax.delimiter,
        quote=dialect.syntax.quote,
        escape=dialect.syntax.escape,
        spaced=dialect.syntax.spaced,
        strange_delimiter=dialect.strange,
        delimiter_from="option" if delimiter else "sep" if from_sep_line else "sniffed",
    )
    return _headed(layout, dialect, start, line, known)


def _scan_sheet(
    source: Source, sheet: Sheet, known: Callable[[str], bool], header_row: int | None
) -> Layout:
    """The layout of a sheet's text; only its header has to be found."""
    layout = Layout(source=source, content="table", text=sheet.text, delimiter_from="sheet")
    if not sheet.text.stat().st_size:
        return replace(layout, content="empty")
    start = 0 if header_row is None else _line_start(layout, header_row)
    dialect = _dialect(layout, start, known, ",", header_first=header_row is not None)
    headed = _headed(layout, dialect, start, header_row or 1, known)
    return replace(headed, header=tuple(restored(name) for name in headed.header))


def _headed(
    layout: Layout, dialect: Dialect, start: int, line: int, known: Callable[[str], bool]
) -> Layout:
    """The layout with the header that was found, from an offset and its line on."""
    row = dialect.header
    if row is None:
        size = layout.text.stat().st_size
        return replace(layout, header_certain=False, data_offset=size)
    header_line = line + row.line - 1
    if len(row.cells) > MOST_COLUMNS:
        raise SourceError(
            f"{layout.source.name}: {len(row.cells):,} columns, over the limit of "
            f"{MOST_COLUMNS:,}; save those that you need to a file of their own"
        )
    names, flaw = _names(row, dialect.syntax.quote, known)
    if any(map(is_helper, names)):
        names = tuple(csv_writer.plain(pa.array(names, pa.string())).to_pylist())
    last = dialect.below[-1] if dialect.below else row
    return replace(
        layout,
        header=names,
        header_line=header_line,
        header_certain=dialect.certain,
        header_flaw=flaw,
        longer_rows=dialect.longer,
        shorter_rows=dialect.shorter,
        header_surplus=dialect.surplus,
        header_halved=dialect.halved,
        preamble=header_line - 1,
        contacts_above=tuple(line - 1 + row_line for row_line in dialect.contacts),
        tables_above=tuple((line - 1 + first, line - 1 + end) for first, end in dialect.tables),
        continued=(line + last.line - 1 + last.lines) - (header_line + row.lines),
        data_offset=start + last.end,
        data_line=line + last.line - 1 + last.lines,
    )


def _names(row: SampleRow, quote: str, known: Callable[[str], bool]) -> tuple[tuple[str, ...], str]:
    """The names of a header, and `Layout.header_flaw`.

    They are without a quote at one end of a name that has none at the other, and without the mark
    of a comment in front of a known name.
    """
    names = row.cells
    if row.quotes:
        names = tuple(cell.strip(quote) if cell.count(quote) == 1 else cell for cell in names)
    first = names[0].lstrip("# ")
    if row.quotes or not names[0].startswith("#") or known(names[0]) or not known(first):
        return names, row.quotes
    return (first, *names[1:]), "commented"


def _can_delimit(delimiter: str) -> bool:
    return len(delimiter) == 1 and "\0" < delimiter < "\x80" and delimiter not in '"\r\n'


def _binary_format(head: bytes) -> str:
    """The name of a format that is not text, or ""."""
    for pattern, name in _MAGIC:
        if re.match(pattern, head, re.DOTALL):
            return name
    return ""


def _foreign_text(head: bytes) -> str:
    """The name of a text format that is not a table, or ""; `head` is UTF-8."""
    start = head.lstrip()
    for pattern, name in _MARKUP:
        if re.match(pattern, start, re.IGNORECASE):
            return name
    return "binary data" if is_binary(head) else ""


def _readable(source: Source, encoding: Encoding, spool: Path) -> Layout:
    """A layout with the encoding and the text only."""
    layout = Layout(
        source=source,
        content="table",
        text=source.path,
        text_offset=encoding.skip,
        encoding=encoding.name,
        encoding_from=encoding.origin,
        confidence=encoding.confidence,
        bom=encoding.skip > 0,
        invalid_byte=encoding.invalid_byte,
    )
    if encoding.invalid_byte is None and encoding.name == "utf-8":
        return layout
    text, bad_offsets = transcode(source, encoding, spool)
    return replace(layout, text=text, text_offset=0, bad_offsets=bad_offsets)


def _dialect(
    layout: Layout,
    start: int,
    known: Callable[[str], bool],
    delimiter: str | None,
    *,
    header_first: bool,
) -> Dialect:
    size = _HEAD_BYTES
    with layout.text.open("rb") as file:
        while True:
            file.seek(start)
            head = file.read(size)
            final = len(head) < size
            dialect = find_dialect(
                head, final=final, known=known, delimiter=delimiter, header_first=header_first
            )
            if dialect.header is not None or final:
                return dialect
            size *= 2


def lines_above(layout: Layout) -> str:
    """The text above the header as it is in the file; "" if only `sep=` or blank lines are there.

    An undecodable byte is shown as an escape.
    """
    if not layout.preamble:
        return ""
    start = layout.text_offset
    with layout.text.open("rb") as file:
        file.seek(start)
        above = file.read(_line_start(layout, layout.header_line) - start)
    if not above.strip() or (sep_line_delimiter(above) and len(above.split()) == 1):
        return ""
    text = above.decode("utf-8", "surrogatepass")
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _line_start(layout: Layout, line: int) -> int:
    """Offset in the text at which a physical line starts."""
    at, above, begins = layout.text_offset, 0, True
    with layout.text.open("rb") as file:
        file.seek(at)
        for piece in physical_lines(file):
            above += begins
            if begins and above == line:
                return at
            at += len(piece)
            begins = piece.endswith((b"\n", b"\r"))
    raise UsageError(f"there is no line {line} for a header; {layout.source.name} has {above}")
