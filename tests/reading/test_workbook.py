"""A sheet of a workbook as text: what a person reads in it, at the place where it stands."""

from __future__ import annotations

import csv
import datetime as dt
import io
import sys
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlsxwriter
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.errors import MissingExtra, SourceError, UsageError
from preflight.core.types import Flaw, Layout, Sheet, Source
from preflight.reading import sheet_reader, workbook
from preflight.reading.chunks import read_chunks
from preflight.reading.scan import scan
from preflight.reading.source import open_source

HEADER = ["email", "phone"]
PEOPLE = [["ann@kestrel-labs.com", 14155552671], ["bo@kestrel-labs.com", 4915112345678]]


def _book(path: Path, *rows: Sequence[Any], **options: Any) -> Path:
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("People")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return path


def _legacy(path: Path, *rows: Sequence[Any]) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("People")
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(at, column, value)
    book.save(str(path))
    return path


def _moment(*clock: Any) -> dt.datetime:
    return dt.datetime.combine(dt.date(2026, 4, 21), dt.time(*clock))


def _texts(sheet: Sheet) -> list[list[str]]:
    return list(csv.reader(sheet.text.read_text().splitlines()))


def _layout(path: Path, spool: Path, sheet: str | None = None, **options: Any) -> Layout:
    return _known(open_source(path, spool=spool, sheet=sheet), **options)


def _read_here(path: Path, spool: Path) -> Source:
    """A workbook that this process reads, for tests that read many."""
    sheet = sheet_reader.read(path, path.name, None, spool)
    assert isinstance(sheet, Sheet)
    return Source(path.name, path, "", path.stat().st_size, sheet=sheet)


def _known(source: Source, **options: Any) -> Layout:
    return scan(source, spool=source.local.parent, known=lambda name: name == "email", **options)


def _cells(layout: Layout) -> list[tuple[int, list[str]]]:
    """The well-formed records, each with its line."""
    found = []
    for chunk in read_chunks(layout):
        records = zip(
            *(chunk.table[name].to_pylist() for name in chunk.table.column_names), strict=True
        )
        found += [(int(line), list(one)) for line, one in zip(chunk.lines, records, strict=True)]
    return found


def _sheet(path: Path, spool: Path, wanted: str | None = None) -> Sheet:
    sheet = open_source(path, spool=spool, sheet=wanted).sheet
    assert sheet is not None
    return sheet


@pytest.mark.parametrize(("make", "name"), [(_book, "a.xlsx"), (_legacy, "a.xls")])
def test_numbers_keep_their_digits_and_rows_their_numbers(
    tmp_path: Path, make: Callable[..., Path], name: str
) -> None:
    """No 1.41556E+10, no 14155552671.0."""
    layout = _layout(make(tmp_path / name, HEADER, *PEOPLE, ["", ""], ["cy@x.org", 0.1]), tmp_path)
    assert layout.header == ("email", "phone")
    assert (layout.header_line, layout.delimiter, layout.encoding) == (1, ",", "utf-8")
    assert _cells(layout) == [
        (2, ["ann@kestrel-labs.com", "14155552671"]),
        (3, ["bo@kestrel-labs.com", "4915112345678"]),
        (5, ["cy@x.org", "0.1"]),
    ]
    sheet = layout.source.sheet
    assert sheet is not None
    assert sheet.numbers[1].tolist() == [2, 3, 5]
    assert sheet.full is (name == "a.xlsx")


@pytest.mark.parametrize("since_1904", [False, True])
def test_moments_dates_times_durations_and_truths_are_written_plainly(
    tmp_path: Path, since_1904: bool
) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": since_1904}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["email", *"abcdefgh"])

        def moment(column: int, value: Any, code: str) -> None:
            sheet.write_datetime(1, column, value, book.add_format({"num_format": code}))

        moment(0, _moment(15, 30), "yyyy-mm-dd hh:mm")
        moment(1, _moment(15, 30, 1, 250000), "dd/mm/yyyy hh:mm:ss.000")
        moment(2, _moment(), "yyyy-mm-dd hh:mm")
        moment(3, dt.date(2026, 4, 21), "yyyy-mm-dd")
        moment(4, dt.time(12, 0), "hh:mm")
        moment(5, dt.timedelta(hours=36, seconds=5), "[h]:mm:ss")
        sheet.write_boolean(1, 6, True)
        sheet.write_number(1, 7, 0.155, book.add_format({"num_format": "0%"}))
        sheet.write_number(1, 8, 1e-7)
    [(line, cells)] = _cells(_layout(path, tmp_path))
    assert line == 2
    assert cells == [
        "2026-04-21T15:30:00", "2026-04-21T15:30:01.250000", "2026-04-21T00:00:00", "2026-04-21",
        "12:00:00", "36:00:05", "TRUE", "0.155", "0.0000001",
    ]  # fmt: skip


def test_a_format_of_zeros_keeps_them_and_the_cell_is_no_number(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["email", "zip", "id", "price"])
        for at, code in enumerate(["00000", '"No. "000-00', "0.00"], 1):
            sheet.write_number(1, at, 123, book.add_format({"num_format": code}))
    sheet_read = _sheet(path, tmp_path)
    assert _texts(sheet_read)[1] == ["", "00123", "00123", "123"]
    assert set(sheet_read.numbers) == {3}


def test_errors_stand_as_text_and_formulas_without_a_value_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["email", "a", "b", "c", "d"])
        sheet.write_formula(1, 1, "=NA()", None, "#N/A")
        sheet.write_formula(1, 2, "=1+1", None, 2)
        sheet.write_formula(1, 3, "=A1", None, "")
        sheet.write_formula(2, 4, "=A1&B1", None, "ab")
        sheet.write_formula(3, 1, "=1/0", None, "#DIV/0!")
    sheet_read = _sheet(path, tmp_path)
    assert _texts(sheet_read)[1:] == [
        ["", "#N/A", "2", "", ""],
        ["", "", "", "", "ab"],
        ["", "#DIV/0!", "", "", ""],
    ]
    assert sheet_read.uncalculated == ((2, 4),)


def test_the_first_visible_sheet_that_holds_something_is_read_and_the_others_are_named(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Cover")
        book.add_worksheet("Old").write(0, 0, "x")
        book.get_worksheet_by_name("Old").hide()
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=Old!$A$1"})
        book.add_chartsheet("Chart").set_chart(chart)
        people = book.add_worksheet("People")
        people.write_row(0, 0, HEADER)
        people.activate()
        book.add_worksheet("Berlin").write_row(0, 0, HEADER)
    sheet = _sheet(path, tmp_path)
    assert (sheet.name, sheet.others, sheet.hidden) == ("People", ("Berlin",), ("Old",))
    assert _sheet(path, tmp_path, "Berlin").others == ("People",)
    assert _sheet(path, tmp_path, "berlin ").name == "Berlin"
    assert _sheet(path, tmp_path, "5").name == "Berlin"
    assert _sheet(path, tmp_path, "Old").name == "Old"
    with pytest.raises(UsageError, match=r"no sheet `Berln`; it has .*did you mean `Berlin`\?"):
        _sheet(path, tmp_path, "Berln")
    with pytest.raises(UsageError, match="no sheet `6`"):
        _sheet(path, tmp_path, "6")


def test_a_sheet_may_be_called_by_a_number(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("2").write(0, 0, "email")
        book.add_worksheet("2026").write(0, 0, "email")
    assert _sheet(path, tmp_path, "2").name == "2"


def test_hidden_rows_columns_filters_and_merges_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([HEADER, *PEOPLE]):
            sheet.write_row(at, 0, row)
        sheet.autofilter(0, 0, 2, 1)
        sheet.filter_column(0, "x == ann*")
        sheet.set_row(2, options={"hidden": True})
        sheet.set_row(9, options={"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})
        sheet.merge_range(3, 0, 4, 0, "both")
    read = _sheet(path, tmp_path)
    assert read.hidden_rows.tolist() == [3]
    assert (read.hidden_columns, read.filtered, read.merged) == (1, True, 1)


def test_blank_rows_and_columns_in_front_count_and_those_behind_do_not(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(1, 1, "Exported by the stand")
        sheet.write_row(3, 1, HEADER)
        sheet.write_row(4, 1, PEOPLE[0])
        sheet.write_blank(9, 9, None, book.add_format({"bold": True}))
        sheet.write_string(11, 1, "")
    layout = _layout(path, tmp_path)
    assert (layout.header, layout.header_line) == (("", "email", "phone"), 4)
    assert _cells(layout) == [(5, ["", "ann@kestrel-labs.com", "14155552671"])]
    assert _layout(path, tmp_path, header_row=2).header_line == 2


@given(
    rows=st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["C"]), max_size=8), min_size=2, max_size=2
        ),
        max_size=6,
    ),
    breaks=st.lists(st.sampled_from(["\n", "\r\n", '"', ",", "a\nb\n\n" * 80]), max_size=4),
)
def test_any_text_is_read_as_it_stands_in_its_row(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], breaks: list[str]
) -> None:
    """Line breaks and quotes in cells move no line and end no record."""
    folder = tmp_path_factory.mktemp("book")
    people = [["ann@kestrel-labs.com", one] for one in breaks] + rows
    path = folder / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([HEADER, *people]):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell)
    blank: set[int] = set()
    layout = _known(_read_here(path, folder))
    for chunk in read_chunks(layout):
        assert set(chunk.malformed["flaw"]) <= {Flaw.BLANK}
        blank |= set(chunk.malformed["line"])
    found = dict(_cells(layout))
    for line, row in enumerate(people, 2):
        assert found[line] == row if line in found else line in blank or not any(row)


def test_what_it_is_shows_in_the_bytes_and_not_in_the_name(tmp_path: Path) -> None:
    text = b"email,phone\nann@kestrel-labs.com,+14155552671\n"
    posing = tmp_path / "list.xls"
    posing.write_bytes(text)
    source = open_source(posing, spool=tmp_path)
    assert (source.sheet, source.misnamed) == (None, True)
    named = _book(tmp_path / "b.xlsx", HEADER).rename(tmp_path / "b.csv")
    assert _layout(named, tmp_path).content == "Excel workbook"
    kept = named.rename(tmp_path / "0a1b2c")
    assert _layout(kept, tmp_path).header == ("email", "phone")
    page = tmp_path / "crm.xls"
    page.write_bytes(b"<html><table><tr><td>email</td></tr></table></html>")
    assert _layout(page, tmp_path).content == "HTML page"


def test_a_packed_workbook_and_one_on_standard_input_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = _book(tmp_path / "a.xlsx", HEADER, *PEOPLE)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(plain, "inner/a.xlsx")
    assert len(_cells(_layout(tmp_path / "a.zip", tmp_path))) == 2
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(plain.read_bytes())))
    source = open_source("-", spool=tmp_path)
    assert source.sheet is not None


def test_damage_and_passwords_are_findings_about_the_content(tmp_path: Path) -> None:
    whole = _book(tmp_path / "a.xlsx", HEADER, *PEOPLE).read_bytes()
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole[:-400])
    assert _layout(cut, tmp_path).content == sheet_reader.DAMAGED
    locked = tmp_path / "locked.xlsx"
    locked.write_bytes(workbook._LEGACY + b"\0" * (1 << 20) + workbook._ENCRYPTED)
    assert _layout(locked, tmp_path).content == sheet_reader.LOCKED
    old = tmp_path / "cut.xls"
    old.write_bytes(_legacy(tmp_path / "a.xls", HEADER, *PEOPLE).read_bytes()[:2000])
    assert _layout(old, tmp_path).content == sheet_reader.DAMAGED


@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_a_document_type_in_the_xml_is_refused(tmp_path: Path, member: str) -> None:
    """It could define entities that unfold without end."""
    whole = _book(tmp_path / "a.xlsx", HEADER)
    bad = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == member:
                content = content.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "c">]>', 1)
            new.writestr(name, content)
    assert _layout(bad, tmp_path).content == sheet_reader.DAMAGED


@pytest.mark.slow
def test_any_byte_may_be_wrong(tmp_path: Path) -> None:
    """It is read, or told to be damaged; it never raises anything else."""
    whole = _book(tmp_path / "a.xlsx", HEADER, *PEOPLE).read_bytes()
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        wrong = bytearray(whole)
        wrong[at] ^= 0x55
        path = tmp_path / "wrong.xlsx"
        path.write_bytes(wrong)
        if workbook.is_workbook(path):
            sheet_reader.read(path, path.name, None, tmp_path)


@pytest.mark.slow
def test_what_is_too_large_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(far) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "email")
        sheet.write(1_048_575, 16_383, "far out")
    with pytest.raises(SourceError, match="spans 17,179,869,184 cells"):
        open_source(far, spool=tmp_path)
    monkeypatch.setattr(workbook, "MOST_BYTES", 1000)
    with pytest.raises(SourceError, match="a workbook that unpacks to"):
        open_source(_book(tmp_path / "a.xlsx", HEADER), spool=tmp_path)


def test_a_workbook_without_a_value_is_empty(tmp_path: Path) -> None:
    assert _layout(_book(tmp_path / "a.xlsx"), tmp_path).content == "empty"
    assert _layout(_legacy(tmp_path / "a.xls"), tmp_path).content == "empty"


def test_the_missing_extra_is_named_with_its_install_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _book(tmp_path / "a.xlsx", HEADER)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "python_calamine.py").write_text("raise ImportError")
    monkeypatch.syspath_prepend(tmp_path / "lib")
    with pytest.raises(MissingExtra, match=r"pip install 'contact-preflight\[excel\]'"):
        open_source(path, spool=tmp_path)


def test_the_usual_length_is_that_of_most_numbers(tmp_path: Path) -> None:
    sheet = _sheet(_book(tmp_path / "a.xlsx", ["email", "zip"]), tmp_path)
    assert sheet.digits == {}
    rows = [["", 94107], ["", 2139], ["", 10115], ["", 941071234]]
    assert _sheet(_book(tmp_path / "b.xlsx", ["email", "zip"], *rows), tmp_path).digits == {1: 5}
    assert np.array_equal(_sheet(tmp_path / "b.xlsx", tmp_path).numbers[1], [2, 3, 4, 5])


def test_a_workbook_with_macros_is_read_like_one_without(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsm", HEADER, *PEOPLE)
    assert _texts(_sheet(path, tmp_path)) == [
        HEADER,
        *([str(one) for one in row] for row in PEOPLE),
    ]


def test_an_open_document_is_read(tmp_path: Path) -> None:
    """As OpenDocument 1.2 names the parts of a package and their elements."""
    table: list[list[Any]] = [HEADER, *PEOPLE]
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
            if isinstance(cell, int)
            else '<table:table-cell office:value-type="string">'
            f"<text:p>{cell}</text:p></table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in table
    )
    names = "".join(
        f' xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"'
        for one in ("office", "table", "text")
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{manifest}"/>')
        archive.writestr(
            "content.xml",
            f'<office:document-content{names} office:version="1.2"><office:body>'
            f'<office:spreadsheet><table:table table:name="People">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    sheet = _sheet(tmp_path / "a.ods", tmp_path)
    assert _texts(sheet) == [HEADER, *([str(one) for one in row] for row in PEOPLE)]
    assert (sheet.name, sheet.full) == ("People", False)
    assert sheet.numbers[1].tolist() == [2, 3]
