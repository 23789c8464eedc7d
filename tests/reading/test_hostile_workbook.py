"""Workbooks that lie about their size, or name one thing thousands of times."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from preflight.core.errors import SourceError
from preflight.reading import sheet_reader
from preflight.reading.source import open_source
from preflight.reading.workbook_xml import WorkbookXml
from tests.hostile.legacy_workbook import legacy_workbook

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet().write(0, 0, "email")
    return path


def _changed(path: Path, **contents: str) -> Path:
    """The workbook at a path, with other contents of some members: by their stems."""
    other = path.with_stem("changed")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, contents.get(Path(name).stem, old.read(name)))
    return other


def _sheet(rows: str) -> str:
    start = f'<worksheet xmlns="{_MAIN}" xmlns:x="{_MAIN}"><sheetData>'
    return f"{start}{rows}</sheetData></worksheet>"


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row><row r="1"><c><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="a1"><v>1</v></c><c r="xfd1048576"><v>1</v></c></row>',
        '<x:row r="1"><x:c r="A1"><v>1</v></x:c><c r="XFD1048576"><v>1</v></c></x:row>',
    ],
)  # fmt: skip
def test_cells_that_are_far_apart_are_refused_in_whatever_order(
    book: Path, tmp_path: Path, rows: str
) -> None:
    with pytest.raises(SourceError, match="as CSV"):
        open_source(_changed(book, sheet1=_sheet(rows)), spool=tmp_path)


@pytest.mark.parametrize("spans", [None, (0xFFFFFFFF, 0xFFFF)])
def test_a_legacy_workbook_that_says_it_is_huge_is_refused_and_ends_no_process(
    tmp_path: Path, spans: tuple[int, int] | None
) -> None:
    """The library asks for a terabyte, and its process is aborted."""
    path = tmp_path / "far.xls"
    cells = [(0, 0), (65_535, 65_535)]
    path.write_bytes(legacy_workbook(cells if spans is None else cells[:1], spans=spans))
    with pytest.raises(SourceError, match="cannot be read in 512 MB of memory; save the sheet"):
        open_source(path, spool=tmp_path)


@pytest.mark.parametrize("row", ["1048577", "0", "-1", "9" * 5_000])
def test_a_row_that_no_sheet_has_is_damage(book: Path, tmp_path: Path, row: str) -> None:
    sheet = _sheet(f'<row r="{row}"><c><v>1</v></c></row>')
    source = open_source(_changed(book, sheet1=sheet), spool=tmp_path)
    assert source.unreadable == sheet_reader.DAMAGED


def test_formats_and_sheets_by_the_thousand_are_looked_at_once(book: Path) -> None:
    """A format of 5 kB took 20 seconds, once for each style that has it."""
    code, style = "[" * 200_000, '<xf numFmtId="164"/>'
    sheets = "".join(f'<sheet name="S{at}" r:id="rId1"/>' for at in range(5_000))
    changed = _changed(
        book,
        styles=f'<styleSheet><numFmts><numFmt numFmtId="164" formatCode="{code}"/></numFmts>'
        f"<cellXfs>{style * 60_000}</cellXfs></styleSheet>",
        workbook=f'<workbook xmlns:r="{_RELATED}"><sheets>{sheets}</sheets></workbook>',
        sheet1=_sheet("<row/>" * 200_000),
    )
    with zipfile.ZipFile(changed) as archive:
        xml = WorkbookXml(archive)
        assert not any(xml.holds_values(at) for at in range(5_000))
