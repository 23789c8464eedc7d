"""Writes a sheet of a workbook as text: one record a row, every cell as a person reads it.

Every row of the sheet is one physical line of CSV, so that line numbers are the row numbers of the
sheet. A line break inside a cell is replaced by a control character that workbooks do not contain;
`workbook.with_line_breaks` puts it back after the records are read.
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

from preflight.core.errors import MissingExtra, SourceError, UsageError
from preflight.core.suggest import nearest
from preflight.core.types import Ints, Sheet
from preflight.core.workspace import spooled
from preflight.reading.workbook_xml import DamagedXml, SheetFacts, WorkbookXml, cell_key

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

DAMAGED, LOCKED = "damaged Excel workbook", "password-protected Excel workbook"
MOST_CELLS = 20_000_000

_TO_MARKS = str.maketrans("\n\r", "\x1e\x1c")


def read(path: Path, name: str, wanted: str | None, spool: Path) -> Sheet | str:
    """Writes one sheet of a workbook as text, see `workbook.read_sheet`."""
    try:
        import python_calamine as calamine
    except ImportError:
        raise MissingExtra("an Excel workbook", "excel") from None
    try:
        with calamine.CalamineWorkbook.from_path(path) as book, _xml(path) as xml:
            return _Reader(book, xml, name, spool).sheet(wanted)
    except calamine.PasswordError:
        return LOCKED
    except (calamine.CalamineError, DamagedXml):
        return DAMAGED


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
