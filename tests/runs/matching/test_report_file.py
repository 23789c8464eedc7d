"""A report that was fetched by hand is read whatever a browser or a spreadsheet made of it."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.errors import SourceError, UsageError
from preflight.core.exchange import FailureReport
from preflight.core.received import Received
from preflight.providers.report_text import text_of
from preflight.providers.saved_report import ReportColumns
from preflight.runs.matching.report_file import header_of, read_failures

FAULTS = (
    ("Reason", "email", "firstname"),
    ("Unsubscribed", "karin@example.org", "Kärin"),
    ("Duplicate", "bo@example.org", "Bo, the\nsecond; or | third"),
)
EXPORT = (
    ("rowNum", "errorCode", "errorMessage", "rawValue"),
    ("47", "INVALID_EMAIL", "Email could not be parsed", "älice@@acme.com"),
    ("3", "", "no code", ""),
)


def written(rows: Sequence[Sequence[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


def read(folder: Path, raw: bytes, provider: str) -> FailureReport:
    path = folder / "report.csv"
    path.write_bytes(raw)
    return read_failures(path, provider, spool=folder)


ENCODED = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with a mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16-be with a mark": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "utf-16-le without a mark": lambda text: text.encode("utf-16-le"),
    "utf-16-be without a mark": lambda text: text.encode("utf-16-be"),
    "cp1252": lambda text: text.encode("cp1252"),
}


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_faults_are_read_in_any_encoding_and_dialect(
    tmp_path: Path, encoding: str, delimiter: str, end: str
) -> None:
    raw = ENCODED[encoding](written(FAULTS, delimiter, end))
    report = read(tmp_path, raw, "dotdigital")
    assert report.table["code"].tolist() == ["Unsubscribed", "Duplicate"]
    assert report.table["key"].tolist() == ["karin@example.org", "bo@example.org"]
    assert report.table["row_number"].isna().all()
    assert "Kärin" in report.table["cells"][0]
    assert (
        next(iter(csv.reader(io.StringIO(report.table["cells"][1], newline=""))))[2] == FAULTS[2][2]
    )
    assert (report.raw, report.suffix) == (raw, ".csv")


def test_columns_may_be_moved_renamed_in_case_and_padded(tmp_path: Path) -> None:
    raw = b"firstname, E-MAIL address ,REASON\nBo,bo@example.org,Blocked\n"
    table = read(tmp_path, raw, "dotdigital").table
    assert table[["code", "key"]].to_numpy().tolist() == [["Blocked", "bo@example.org"]]
    raw = b"RAWVALUE;errormessage;ROWNUM;extra\nx@@y;bad;12.0;z\n"
    table = read(tmp_path, raw, "talkvalue").table
    assert table.drop(columns="cells").to_numpy().tolist() == [["", "bad", 12, "x@@y", ""]]


def test_an_export_is_read(tmp_path: Path) -> None:
    table = read(tmp_path, written(EXPORT, ";").encode("cp1252"), "talkvalue").table
    assert table["row_number"].tolist() == [47, 3]
    assert table["code"].tolist() == ["INVALID_EMAIL", ""]
    assert table["message"].tolist() == ["Email could not be parsed", "no code"]
    assert table["value"].tolist() == ["älice@@acme.com", ""]


def test_lines_above_the_header_and_headers_between_pages_are_left_out(tmp_path: Path) -> None:
    page = written(EXPORT, ";")
    report = read(tmp_path, ("sep=;\r\n" + page + page).encode(), "talkvalue")
    assert report.table["row_number"].tolist() == [47, 3, 47, 3]


@pytest.mark.parametrize(
    "wrap", [lambda job: job, lambda job: {"data": job}, lambda job: job["failedRows"]]
)
def test_the_job_of_talkvalue_is_read_too(tmp_path: Path, wrap: object) -> None:
    rows = [
        {"rowNum": 47, "errorCode": "INVALID_EMAIL", "errorMessage": "bad", "rawValue": "ä@@b"},
        {"rowNum": 3, "errorCode": None},
    ]
    document = wrap({"id": 5, "failedCount": 2, "failedRows": rows})  # type: ignore[operator]
    report = read(tmp_path, codecs.BOM_UTF8 + json.dumps(document).encode(), "talkvalue")
    assert report.suffix == ".json"
    assert report.table["row_number"].tolist() == [47, 3]
    assert report.table["value"].tolist() == ["ä@@b", ""]
    assert [json.loads(cells) for cells in report.table["cells"]] == rows


@pytest.mark.parametrize(
    ("raw", "provider", "named"),
    [
        (b"\n", "dotdigital", "is empty"),
        (b"email,firstname\na@b.org,A\n", "dotdigital", "Reason and Email"),
        (b"Reason,firstname\nBlocked,A\n", "dotdigital", "Reason and Email"),
        (b"row,code\n1,X\n", "talkvalue", "rowNum, errorCode, errorMessage, rawValue"),
        (b"rowNum,rawValue\n1,X\n", "talkvalue", "rowNum, errorCode, errorMessage, rawValue"),
        (b'{"data": {"id": 5}}', "talkvalue", "failedRows"),
        (b'["a"]', "talkvalue", "failedRows"),
        (b'{"data": {"failedRows": [', "talkvalue", "cut off"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "dotdigital", "Reason and Email"),
    ],
)
def test_what_is_no_report_is_refused_with_the_columns_that_were_looked_for(
    tmp_path: Path, raw: bytes, provider: str, named: str
) -> None:
    with pytest.raises(UsageError, match=named) as refused:
        read(tmp_path, raw, provider)
    assert "a@b.org" not in str(refused.value)


def test_a_file_that_is_not_there_and_a_provider_without_a_report_are_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(SourceError, match="no such file"):
        read_failures(tmp_path / "gone.csv", "dotdigital", spool=tmp_path)
    with pytest.raises(
        UsageError, match="providers with reports: dotdigital, experiture, talkvalue"
    ):
        read_failures(tmp_path / "gone.csv", "textus", spool=tmp_path)


def test_a_report_without_a_line_is_empty(tmp_path: Path) -> None:
    assert len(read(tmp_path, b"Reason,Email\n", "dotdigital").table) == 0


def test_the_header_is_the_record_with_most_known_names() -> None:
    raw = b"Email of the owner;\nReason;EMAIL;first\nBlocked;a@b.org;A\n"
    assert header_of(raw, ReportColumns(["Email", "first"])) == ("Reason", "EMAIL", "first")
    assert header_of(raw, ReportColumns(["last"])) == ()


@given(st.text(st.characters(codec="cp1252", exclude_characters="\0\ufeff"), min_size=1))
def test_text_in_utf8_is_read_as_it_is(text: str) -> None:
    """With and without a mark."""
    for mark in (b"", codecs.BOM_UTF8):
        assert text_of(Received(mark + text.encode()), lambda _: "cp1252").whole() == text.encode()
