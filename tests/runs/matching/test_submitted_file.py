"""A file that was sent without preflight serves as the part that a report is joined to."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from preflight.config import profiles
from preflight.config.column_mapping import resolve
from preflight.core.errors import UsageError
from preflight.core.exchange import Part
from preflight.reading.scan import scan
from preflight.reading.source import open_source
from preflight.runs.matching import join
from preflight.runs.matching.report_file import read_failures
from preflight.runs.matching.submitted_file import Submitted, part_of
from preflight.writing.parts import read_part

DOTDIGITAL, TALKVALUE = profiles.load("dotdigital"), profiles.load("talkvalue")


def read(folder: Path, raw: bytes, mapping: dict[str, str] | None = None, **how: Any) -> Submitted:
    (folder / "sent.csv").write_bytes(raw)
    work = folder / "work"
    work.mkdir(exist_ok=True)
    source = open_source(folder / "sent.csv", spool=work)
    layout = scan(source, spool=work, known=DOTDIGITAL.knows, **how)
    return part_of(layout, resolve(layout.header, DOTDIGITAL, mapping), work=work)


def submitted(folder: Path, raw: bytes, **how: Any) -> Part:
    return read(folder, raw, **how).part


def cells(part: Part) -> list[tuple[str, ...]]:
    return [tuple(row.values()) for row in read_part(part).to_pylist()]


def test_rows_lines_and_fields_are_those_of_the_file(tmp_path: Path) -> None:
    """A mark, CRLF, semicolons and a quoted line break are the file's own business."""
    raw = '\ufeffE-Mail;Vorname;Stand\r\na@b.org;"A\r\nB";1\r\n\r\nc@d.org;Ü;2\r\n'.encode()
    part = submitted(tmp_path, raw)
    assert part.header == ("E-Mail", "Vorname", "Stand")
    assert part.fields == ("email", "first_name", None)
    assert part.row_map.tolist() == [1, 3]
    assert part.lines.tolist() == [2, 5]
    assert cells(part) == [("a@b.org", "A\r\nB", "1"), ("c@d.org", "Ü", "2")]
    assert part.size == part.path.stat().st_size
    assert part.path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "sent.csv").read_bytes() == raw


def test_malformed_records_are_counted_as_a_provider_counts_them(tmp_path: Path) -> None:
    raw = b'Email,FIRSTNAME\na@b.org\nb@b.org,B,surplus\nc@b.org,C\n,\n"d@b.org,D\n'
    part = submitted(tmp_path, raw)
    assert part.row_map.tolist() == [1, 2, 3, 4, 5]
    assert cells(part)[:4] == [("a@b.org", ""), ("b@b.org", "B"), ("c@b.org", "C"), ("", "")]


def test_a_malformed_record_of_any_length_is_a_row(tmp_path: Path) -> None:
    part = submitted(tmp_path, b"Email,FIRSTNAME\n" + b"a" * 200_000 + b"\nb@b.org,B\n")
    assert cells(part) == [("a" * 200_000, ""), ("b@b.org", "B")]


def test_the_word_of_the_user_beats_what_is_found(tmp_path: Path) -> None:
    raw = "Login,Stand\na@b.org,Ü\n".encode("cp850")
    part = submitted(
        tmp_path, raw, encoding="cp850", delimiter=",", header_row=1, mapping={"Login": "email"}
    )
    assert part.fields[0] == "email"
    assert cells(part) == [("a@b.org", "Ü")]


def test_a_header_alone_is_a_part_without_rows(tmp_path: Path) -> None:
    part = submitted(tmp_path, b"Email,FIRSTNAME\n")
    assert part.rows == 0
    assert cells(part) == []


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"%PDF-1.7\n"])
def test_what_is_no_table_is_refused(tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(UsageError, match="not a CSV with a header"):
        submitted(tmp_path, raw)


def test_rows_have_the_names_that_they_carry_and_malformed_ones_are_kept(tmp_path: Path) -> None:
    """A file that preflight wrote names its rows after their first file."""
    raw = b"Email,preflight__id\na@b.org,0123456789abcdef:7\n\nb@b.org,B,surplus\n"
    found = read(tmp_path, raw)
    own = f"{hashlib.sha256(raw).hexdigest()[:16]}:3"
    assert found.names.tolist() == ["0123456789abcdef:7", own]
    assert found.raws == {2: "", 3: "b@b.org,B,surplus"}
    assert (found.rows, found.part.rows) == (3, 2)


def test_a_report_fetched_by_hand_is_joined_without_a_run(tmp_path: Path) -> None:
    """The whole way: a file as it was sent, a report as a spreadsheet saved it."""
    part = submitted(
        tmp_path, "email;name\nann@b.org;Ann\nbo@b.org;Bö\ncy@b.org;Cy\n".encode("cp1252")
    )
    (tmp_path / "failed.csv").write_bytes(
        "rowNum;errorCode;errorMessage;rawValue\r\n3;INVALID_EMAIL;bad;BO@b.org\r\n".encode(
            "utf-16"
        )
    )
    report = read_failures(tmp_path / "failed.csv", "talkvalue", spool=tmp_path)
    joined = join.join(report, part, by="row", key_field="email", profile=TALKVALUE)
    assert joined.base == 2
    assert joined.failures["row"].tolist() == [2]
