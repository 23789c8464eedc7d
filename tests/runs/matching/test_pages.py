"""Pages of one report are put together: nothing is lost, and nothing counts twice."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.core.exchange import FailureReport, Further
from preflight.core.received import Received
from preflight.providers import failure_report, line_report
from preflight.runs.matching.pages import carried, selected, together
from preflight.runs.matching.report_file import read_failures
from tests.examples import examples

LINES = st.lists(
    st.tuples(st.sampled_from(["a@b.org", "c@b.org"]), st.sampled_from("XY")), max_size=5
)

FIRST = '"row": 1, "email": "a@b.org", "error": "bad"'
SECOND = '"row": 2, "email": "b@b.org", "error": "bad\u2028"'


def faults(*lines: tuple[str, ...], header: tuple[str, ...] = ("Reason", "Email")) -> FailureReport:
    """Dotdigital's report of these lines."""
    raw = "".join(",".join(line) + "\r\n" for line in (header, *lines)).encode()
    found = failure_report.records(raw)
    return failure_report.report(
        found, code=found.column("Reason") or [], key=found.column("Email")
    )


def said(report: FailureReport) -> list[tuple[str, str]]:
    return list(zip(report.table["code"], report.table["key"], strict=True))


def test_a_page_alone_stays_as_it_came() -> None:
    report = faults(("Blocked", "a@b.org"))
    assert together([report], "dotdigital") is report


def test_a_page_that_stands_in_another_one_is_left_out_however_it_is_written() -> None:
    """Its columns moved, its fields quoted, its lines in another order."""
    whole = faults(("X", "a@b.org"), ("Y", "b@b.org"), ("X", "a@b.org"))
    moved = faults(('"b@b.org"', "Y"), ("a@b.org", "X"), header=("Email", "Reason"))
    assert together([whole, moved], "dotdigital") is whole
    assert together([moved, whole], "dotdigital") is whole
    assert together([moved, moved], "dotdigital") is moved


def test_lines_that_stand_in_two_pages_both_stay_unless_one_holds_the_other() -> None:
    """They may be about twins: of two, and of a third in the other page."""
    one, two = (
        faults(("X", "a@b.org"), ("X", "b@b.org")),
        faults(("X", "a@b.org"), ("Z", "c@b.org")),
    )
    both = together([one, two], "dotdigital")
    assert said(both) == [*said(one), *said(two)]
    assert both.table.index.tolist() == [0, 1, 2, 3]


def test_a_page_without_lines_is_left_out() -> None:
    report = faults(("Blocked", "a@b.org"))
    assert together([faults(), report], "dotdigital") is report


def test_pages_that_are_long_together_stay_pages() -> None:
    """In their order, and each with its lines."""
    pages = [faults((mark * 1_500_000, f"{mark}@b.org")) for mark in "abcd"]
    whole = together(pages, "dotdigital")
    assert [page.table["key"].tolist() for page in whole.pages()] == [
        ["a@b.org"], ["b@b.org"], ["c@b.org"], ["d@b.org"],
    ]  # fmt: skip


def test_pages_of_other_columns_get_one_header() -> None:
    one = faults(("X", "a@b.org", "Ann"), header=("Reason", "Email", "First"))
    two = faults(("a@b.org", "Y", "Berlin"), header=("Email", "REASON", "Town"))
    both = together([one, two], "dotdigital")
    assert both.raw.decode() == ("Reason,Email,First,Town\nX,a@b.org,Ann\nY,a@b.org,,Berlin\n")
    assert both.table["cells"].tolist() == ["X,a@b.org,Ann", "Y,a@b.org,,Berlin"]
    assert carried(both, both.table["cells"].tolist(), ("first", "town")) == {
        0: ["Ann", ""], 1: ["", "Berlin"],
    }  # fmt: skip


def test_a_column_of_the_file_under_the_providers_name_stays_beside_it() -> None:
    one = faults(("X", "a@b.org", "own"), header=("Reason", "Email", "Reason"))
    two = faults(("Y", "b@b.org", "his"), header=("Reason", "Email", "Reason"))
    assert together([one, two], "dotdigital").raw == (
        b"Reason,Email,Reason\nX,a@b.org,own\nY,b@b.org,his\n"
    )


def test_a_line_that_is_shorter_than_its_header_is_kept() -> None:
    one = faults(("X", "a@b.org", "Ann"), ("Z",), header=("Reason", "Email", "First"))
    two = faults(("Y", "b@b.org"))
    assert together([one, two], "dotdigital").raw.decode() == (
        "Reason,Email,First\nX,a@b.org,Ann\nZ,,\nY,b@b.org,\n"
    )


def test_some_lines_of_a_long_report_are_those_of_all_its_pages() -> None:
    first, second = faults(("X", "a@b.org"), ("X", "b@b.org")), faults(("Y", "c@b.org"))
    whole = dataclasses.replace(first, further=Further(Received(), [second.table, second.table]))
    some = selected(whole, np.array([False, True, True, False]))
    assert [page.table["key"].tolist() for page in some.pages()] == [["b@b.org"], ["c@b.org"], []]
    assert selected(first, np.array([True, False])).further is None


def test_pages_of_several_forms_become_json_lines() -> None:
    csv = line_report.read(b"row,email,error\n1,a@b.org,bad\n", ("email",))
    lines = line_report.read(b'{"row": 2, "email": "b@b.org", "error": "worse"}\n', ("email",))
    plain = line_report.read(b"the rest was not read\n", ("email",))
    both = together([csv, lines, plain], "experiture")
    assert both.suffix == ".jsonl"
    assert [json.loads(line) for line in both.raw.decode().splitlines()] == [
        {"row": "1", "email": "a@b.org", "error": "bad"},
        {"row": 2, "email": "b@b.org", "error": "worse"},
        {"message": "the rest was not read"},
    ]
    assert both.table["row_number"].tolist()[:2] == [1, 2]
    assert both.raw.decode().splitlines() == both.table["cells"].tolist()
    again = together([both, csv], "experiture")
    assert again is both


def test_what_a_line_of_json_says_of_the_columns_is_known_too() -> None:
    report = line_report.read(
        b'{"error": "x", "record": {"E-Mail": "a@b.org"}}\n{"error": "y"}\n', ()
    )
    lines = report.table["cells"].tolist()
    assert carried(report, lines, ("e mail", "town")) == {0: ["a@b.org", ""]}
    assert carried(line_report.read(b"plain\n", ()), ["plain"], ("plain",)) == {}


@settings(max_examples=examples(1))
@given(st.lists(LINES, min_size=1, max_size=4))
def test_no_line_is_lost_and_no_page_counts_twice(pages: list[list[tuple[str, str]]]) -> None:
    """Each page's lines are there as often as in it, and the pages once more add nothing."""
    reports = [faults(*((code, key) for key, code in page)) for page in pages]
    whole = together(reports, "dotdigital")
    for report in reports:
        for line in set(said(report)):
            assert said(report).count(line) <= said(whole).count(line)
    assert len(whole.table) <= sum(len(report.table) for report in reports)
    again = together([whole, *reports], "dotdigital")
    assert sorted(said(again)) == sorted(said(whole))


@pytest.mark.parametrize(
    "raw",
    [
        "row;email;error\n1;a@b.org;bad\nROW;Email;ERROR\n2;b@b.org;bad\n",
        "row,email,error\n1,a@b.org,bad\n\ufeffemail,error,row\nb@b.org,bad,2\n,,\n",
        "".join(f"{{{line}}}\n" for line in (FIRST, SECOND)),
        f"[{{{FIRST}}}]\n[{{{SECOND}}}]",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_pages_put_together_in_one_file_are_read(tmp_path: Path, raw: str, encoding: str) -> None:
    (tmp_path / "r").write_bytes(raw.encode(encoding))
    table = read_failures(tmp_path / "r", "experiture", spool=tmp_path).table
    assert table["row_number"].tolist() == [1, 2]
    assert table["key"].tolist() == ["a@b.org", "b@b.org"]
    assert [code.strip("\u2028") for code in table["code"]] == ["bad", "bad"]


def test_a_workbook_is_a_report_too(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "r.xlsx")) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([("rowNum", "errorCode", "rawValue"), (47, "E", "a@@b")]):
            sheet.write_row(at, 0, row)
    table = read_failures(tmp_path / "r.xlsx", "talkvalue", spool=tmp_path).table
    assert table[["row_number", "value"]].to_numpy().tolist() == [[47, "a@@b"]]


def test_lines_of_several_forms_become_objects_that_people_can_read() -> None:
    table = line_report.read("row,email,error\n1,a@b.org,für immer\n".encode(), ("email",))
    lines = line_report.read(b'{"row": 2, "email": "b@b.org", "error": "bad"}\n', ("email",))
    assert "für immer".encode() in together([table, lines], "experiture").raw
