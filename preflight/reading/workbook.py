"""Writes a sheet of a workbook as text: one record a row, every cell as a person reads it.

Every row of the sheet is one physical line of CSV, so that line numbers are the row numbers of the
sheet. A line break inside a cell is replaced by a control character that workbooks do not contain;
`with_line_breaks` puts it back after the records are read.
"""

from __future__ import annotations

import csv
import datetime
import io
import zipfile
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.errors import MissingExtra, SourceError, UsageError
from preflight.core.suggest import nearest
from preflight.core.types import Chunk, Ints, Sheet
from preflight.core.workspace import spooled
from preflight.reading.workbook_xml import DamagedXml, SheetFacts, WorkbookXml, cell_key

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

SUFFIXES = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
DAMAGED, LOCKED = "damaged Excel workbook", "password-protected Excel workbook"
MOST_CELLS = 20_000_000
MOST_BYTES = 2 << 30
_HARMLESS, _MOST_TIMES = 64 << 20, 100
"""What a workbook may unpack to whatever its size; and else, so many times its size."""
_READ = (".xml", ".bin", ".rels")

_LEGACY = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
_PACKED = (_ZIP, b"PK\x05\x06")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_TO_MARKS = str.maketrans("\n\r", "\x1e\x1c")
_FROM_MARKS = str.maketrans("\x1e\x1c", "\n\r")


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook, by its bytes; its name does not matter."""
    with path.open("rb") as file:
        head = file.read(8)
    if head == _LEGACY:
        return True
    if not head.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                return archive.read("mimetype").strip() == _OPEN_DOCUMENT
            return any(name.startswith("xl/") for name in names)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError):
        return False


def is_damaged(path: Path) -> bool:
    """Whether a file named like a workbook, but not readable as one, starts like one."""
    with path.open("rb") as file:
        return file.read(4) in _PACKED


def read_sheet(path: Path, name: str, wanted: str | None, spool: Path) -> Sheet | str:
    """Writes one sheet of a workbook as text into `spool`.

    Args:
        path: of the workbook.
        name: what the user called it.
        wanted: the sheet, by its name or its number from 1; by default the first visible sheet
            that is not empty.
        spool: an existing directory.

    Returns:
        The sheet; or, if none can be read, what the file is instead.

    Raises:
        MissingExtra: the library that reads workbooks is not installed.
        UsageError: there is no such sheet.
        SourceError: it is too large.
    """
    try:
        import python_calamine as calamine
    except ImportError:
        raise MissingExtra("an Excel workbook", "excel") from None
    if _is_encrypted(path):
        return LOCKED
    _bounded(path, name)
    try:
        with calamine.CalamineWorkbook.from_path(path) as book, _xml(path) as xml:
            return _Reader(book, xml, name, spool).sheet(wanted)
    except calamine.PasswordError:
        return LOCKED
    except (calamine.CalamineError, DamagedXml):
        return DAMAGED


def with_line_breaks(chunk: Chunk) -> Chunk:
    """A chunk of a sheet's text with the line breaks in its cells restored."""
    table = pa.table({name: _restored(chunk.table[name]) for name in chunk.table.column_names})
    malformed = chunk.malformed.assign(raw=chunk.malformed["raw"].map(restored))
    return Chunk(table, chunk.rows, chunk.lines, malformed)


def restored(cell: str) -> str:
    """A cell of a sheet's text with its line breaks restored."""
    return cell.translate(_FROM_MARKS)


def _restored(column: pa.ChunkedArray) -> pa.ChunkedArray:
    for mark, line_break in (("\x1e", "\n"), ("\x1c", "\r")):
        if pc.any(pc.match_substring(column, mark)).as_py():
            column = pc.replace_substring(column, mark, line_break)
    return column


def _is_encrypted(path: Path) -> bool:
    """Whether it is an encrypted package, which looks like a legacy document."""
    with path.open("rb") as file:
        if file.read(8) != _LEGACY:
            return False
        overlap = b""
        while block := file.read(1 << 20):
            if _ENCRYPTED in overlap + block:
                return True
            overlap = block[-len(_ENCRYPTED) :]
    return False


def _bounded(path: Path, name: str) -> None:
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [info for info in archive.infolist() if info.filename.endswith(_READ)]
            size = sum(info.file_size for info in parts)
            packed = sum(info.compress_size for info in parts)
    except zipfile.BadZipFile:
        return
    if size > max(_HARMLESS, packed * _MOST_TIMES):
        raise SourceError(
            f"{name}: a workbook that unpacks to {size // max(packed, 1):,} times its size, "
            f"{size:,} bytes; save the sheet as CSV"
        )
    if size > MOST_BYTES:
        raise SourceError(
            f"{name}: a workbook that unpacks to {size:,} bytes, over the limit of {MOST_BYTES:,}; "
            "save the sheet as CSV"
        )


class _xml:  # noqa: N801 - used like a function
    """The XML of a workbook, if it has any."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path) if zipfile.is_zipfile(path) else None

    def __enter__(self) -> WorkbookXml | None:
        if self._archive is None or "xl/workbook.xml" not in self._archive.namelist():
            return None
        return WorkbookXml(self._archive)

    def __exit__(self, *_: object) -> None:
        if self._archive is not None:
            self._archive.close()


class _Reader:
    def __init__(
        self, book: CalamineWorkbook, xml: WorkbookXml | None, name: str, spool: Path
    ) -> None:
        self._book, self._xml, self._name, self._spool = book, xml, name, spool
        metadata = book.sheets_metadata
        self._names = [sheet.name for sheet in metadata]
        self._tables = [
            at
            for at, sheet in enumerate(metadata)
            if str(sheet.typ).rpartition(".")[2] == "WorkSheet"
        ]
        self._visible = [
            at for at in self._tables if str(metadata[at].visible).rpartition(".")[2] == "Visible"
        ]

    def sheet(self, wanted: str | None) -> Sheet | str:
        full = [at for at in self._visible if self._holds_values(at)]
        at = self._find(wanted) if wanted is not None else next(iter(full or self._visible), None)
        if at is None:
            return "Excel workbook without a visible sheet"
        facts = SheetFacts() if self._xml is None else self._xml.facts(at)
        self._refuse_huge(facts.rows * facts.columns, at)
        cells = self._book.get_sheet_by_index(at)
        self._refuse_huge(cells.height * cells.width, at)
        text, numbers, digits = self._write(cells, facts)
        hidden = np.array(facts.hidden_rows, dtype=np.int64)
        return Sheet(
            name=self._names[at],
            text=text,
            others=tuple(self._names[other] for other in full if other != at),
            hidden=tuple(self._names[i] for i in self._tables if i not in self._visible),
            hidden_rows=hidden,
            hidden_columns=facts.hidden_columns,
            filtered=facts.filtered,
            merged=len(cells.merged_cell_ranges or ()),
            uncalculated=tuple(facts.uncalculated),
            numbers=numbers,
            digits=digits,
            full=self._xml is not None,
        )

    def _find(self, wanted: str) -> int:
        if wanted in self._names:
            return self._names.index(wanted)
        if wanted.isascii() and wanted.isdigit() and 0 < int(wanted) <= len(self._names):
            return int(wanted) - 1
        folded = [name.strip().casefold() for name in self._names]
        if folded.count(wanted.strip().casefold()) == 1:
            return folded.index(wanted.strip().casefold())
        near = nearest(wanted, self._names)
        hint = f"; did you mean `{near}`?" if near else ""
        held = ", ".join(f"`{name}`" for name in self._names)
        raise UsageError(f"{self._name} has no sheet `{wanted}`; it has {held}{hint}")

    def _holds_values(self, at: int) -> bool:
        if self._xml is not None:
            return self._xml.holds_values(at)
        return self._book.get_sheet_by_index(at).end is not None

    def _refuse_huge(self, cells: int, at: int) -> None:
        if cells > MOST_CELLS:
            raise SourceError(
                f"{self._name}: the sheet `{self._names[at]}` spans {cells:,} cells, over the "
                f"limit of {MOST_CELLS:,}; delete unused rows and columns, or save it as CSV"
            )

    def _write(
        self, cells: CalamineSheet, facts: SheetFacts
    ) -> tuple[Path, dict[int, Ints], dict[int, int]]:
        """Writes the sheet as CSV; also each column's rows with numbers, and their usual length."""
        numbers: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))
        lengths: defaultdict[int, Counter[int]] = defaultdict(Counter)
        with (
            spooled(self._spool, "sheet") as (path, raw),
            io.TextIOWrapper(raw, encoding="utf-8", newline="") as file,
        ):
            writer = csv.writer(file, lineterminator="\n")
            blank = 0
            for row, values in _rows(cells, facts):
                texts = [
                    _text(value, cell_key(row, at), facts) if value != "" or facts.errors else ""
                    for at, value in enumerate(values, 1)
                ]
                if not any(texts):
                    blank += 1
                    continue
                for _ in range(blank):
                    writer.writerow([""] * len(texts))
                blank = 0
                writer.writerow(texts)
                for at, value in enumerate(values, 1):
                    if type(value) in (int, float) and cell_key(row, at) not in facts.widths:
                        numbers[at - 1].append(row)
                        lengths[at - 1][len(texts[at - 1])] += 1
        lines = {at: np.array(rows, dtype=np.int64) for at, rows in numbers.items()}
        # The longer of two equally common lengths, because zeros are lost, never added.
        usual = {at: max(counts, key=lambda n: (counts[n], n)) for at, counts in lengths.items()}
        return path, lines, usual


def _rows(cells: CalamineSheet, facts: SheetFacts) -> Iterator[tuple[int, list[Any]]]:
    """The rows of a sheet, from its first row and its first column on, all of one width."""
    first = cells.start[1] if cells.start else 0
    width = max(first + cells.width, facts.columns)
    row = 0
    for row, values in enumerate(cells.iter_rows(), 1):
        yield row, [""] * first + values + [""] * (width - first - len(values))
    # Rows with nothing but errors are blank to the reader of values.
    for further in range(row + 1, facts.rows + 1):
        yield further, [""] * width


def _text(value: Any, key: int, facts: SheetFacts) -> str:
    """A cell as text: numbers with all their digits, dates and times in ISO 8601."""
    if isinstance(value, str):
        return (value or facts.errors.get(key, "")).translate(_TO_MARKS)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        return _digits(value).zfill(facts.widths.get(key, 0))
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    text: str = value.isoformat()
    if key in facts.timestamps and isinstance(value, datetime.date) and "T" not in text:
        text += "T00:00:00"
    return text


def _digits(value: float) -> str:
    """A number as plain digits: a phone number never becomes 1.41556E+10 or 14155552671.0."""
    if float(value).is_integer():
        return str(int(value))
    return np.format_float_positional(value, trim="-")
