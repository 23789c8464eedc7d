"""Failure reports whose form nobody documents."""

from __future__ import annotations

import json
from collections.abc import Hashable

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.providers import line_report


def read(raw: bytes) -> pd.DataFrame:
    """The table of a report."""
    return line_report.read(raw, ("email",)).table


def one(raw: bytes) -> dict[Hashable, object]:
    """The only line of a report; the row number as a plain number or None."""
    (line,) = read(raw).to_dict("records")
    number = line.pop("row_number")
    return {**line, "row_number": None if pd.isna(number) else int(number)}


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("row,email,error", "2,a@b.co,invalid", ("invalid", "", 2, "a@b.co", "")),
        ("Row Number;x", "2;y", None),
        ("line_number,errorCode,errorMessage,rawValue", "7,E1,bad,a@", ("E1", "bad", 7, "", "a@")),
        ("rowNum,Email,message", "x,A@b.co,naive", ("naive", "", None, "A@b.co", "")),
        ("email,reason", "a@b.co,no", ("no", "", None, "a@b.co", "")),
    ],
)  # fmt: skip
def test_a_csv_is_read_by_the_names_of_its_columns(
    header: str, cells: str, expected: tuple[object, ...] | None
) -> None:
    """In any case and spelling; without any known name it is lines of words."""
    found = one(f"\ufeff{header}\r\n{cells}\r\n".encode()) if expected else None
    if found is None:
        assert list(read(f"{header}\n{cells}\n".encode())["code"]) == [header, cells]
        return
    told = (found["code"], found["message"], found["row_number"], found["key"], found["value"])
    assert told == expected
    assert found["cells"] == cells


@pytest.mark.parametrize(
    "document",
    [
        {"row": 3, "email": "a@b.co", "code": "E", "message": "m"},
        {"rowNumber": "3", "error": {"code": "E", "message": "m"}, "record": {"email": "a@b.co"}},
        {"line": 3, "errors": [{"code": "E", "message": "m"}], "data": {"Email": " a@b.co "}},
    ],
)
def test_json_lines_are_read_by_their_keys_and_those_inside(document: dict[str, object]) -> None:
    """An error and the record may stand in objects of their own."""
    line = json.dumps(document)
    found = one(f"{line}\n".encode())
    assert (found["code"], found["message"]) == ("E", "m")
    assert (found["row_number"], found["key"], found["cells"]) == (3, "a@b.co", line)
    listed = one(f"[{line}]".encode())
    assert {**listed, "cells": ""} == {**found, "cells": ""}


def test_what_stands_outside_beats_what_stands_inside() -> None:
    """The row of the file, not a column `row` of the record."""
    line = '{"row": 1, "error": "E", "record": {"row": 9, "error": "x", "email": "a@b.co"}}'
    found = one(line.encode())
    assert (found["row_number"], found["code"], found["key"]) == (1, "E", "a@b.co")


def test_a_line_that_was_cut_is_kept_as_its_own_message() -> None:
    """Nothing of a report is lost."""
    table = read(b'{"row": 1, "error": "E"}\n{"row": 2, "er')
    assert table["row_number"].tolist()[:1] == [1]
    assert table["code"].tolist() == ["E", '{"row": 2, "er']
    assert table["cells"].tolist()[1] == '{"row": 2, "er'


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"[]", b"\xef\xbb\xbf"])
def test_a_report_without_a_line_is_one_of_none(raw: bytes) -> None:
    """With the types of its columns."""
    table = read(raw)
    assert len(table) == 0
    assert table["row_number"].dtype == "Int64"


@given(st.binary(max_size=300))
def test_any_bytes_are_read_and_each_line_is_kept(raw: bytes) -> None:
    """Whatever comes, it is a table, and what it came as is kept beside."""
    report = line_report.read(raw, ("email",))
    assert report.raw == raw
    assert list(report.table.columns) == ["code", "message", "row_number", "value", "key", "cells"]
    assert report.table["row_number"].dtype == "Int64"
    assert report.suffix in {".csv", ".jsonl", ".txt"}


@given(
    st.lists(
        st.tuples(
            st.integers(0, 10**6), st.emails(), st.text(st.characters(categories=["L"]), min_size=1)
        ),
        min_size=1,
        max_size=8,
    )
)
def test_csv_and_json_lines_of_the_same_rows_say_the_same(rows: list[tuple[int, str, str]]) -> None:
    """Row numbers, keys and codes."""
    documents = [{"row": row, "email": email, "error": code} for row, email, code in rows]
    lines = "".join(json.dumps(one) + "\n" for one in documents)
    frame = pd.DataFrame(documents).to_csv(index=False)
    columns = ["code", "row_number", "key"]
    assert read(lines.encode())[columns].equals(read(frame.encode())[columns])


@pytest.mark.parametrize(
    ("raw", "expected", "cut"),
    [
        (b"row,error\n1,no\n2", 2, True),
        (b"row,error\n1,no\n2", 3, True),
        (b"row,error\n1,no\n2,no", 2, False),
        (b'{"row": 1}\n{"row"', 2, True),
        (b'{"row": 1}\n{"row": 2}', 2, False),
        (b'{"row": 1}\n{"row": 2}\n', 3, False),
        (b'{"ro', 1, True),
        (b'[{"row": 1}]', 2, False),
        (b"no email (record 1)\nno email (rec", 2, False),
        (b"no email (record 1)\nno email (rec", 3, True),
        (b"no email (record 1)\nno email (rec", None, False),
        (b"", 1, True),
    ],
)
def test_a_lost_end_is_told_by_the_form_of_the_last_line(
    raw: bytes, expected: int | None, cut: bool
) -> None:
    assert line_report.is_cut(line_report.read(raw, ("email",)), expected) is cut
