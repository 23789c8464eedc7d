from __future__ import annotations

import csv
import io
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.providers.failure_report import records, report

CELL = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
FIELDS = st.integers(min_value=1, max_value=4).flatmap(
    lambda width: st.lists(st.tuples(*[CELL] * width), max_size=6)
)


STYLES = st.sampled_from(
    [
        ("\n", csv.QUOTE_ALL),
        ("\r\n", csv.QUOTE_ALL),
        ("\r", csv.QUOTE_ALL),
        ("\r\n", csv.QUOTE_MINIMAL),  # with a shorter line end it leaves the other one bare
    ]
)


@given(FIELDS, STYLES, st.booleans())
def test_what_a_csv_writer_wrote_is_read_back(
    rows: list[tuple[str, ...]], style: tuple[str, Any], mark: bool
) -> None:
    """Any text in any cell, any line end, with and without a byte order mark."""
    width = len(rows[0]) if rows else 1
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=style[0], quoting=style[1])
    writer.writerow([f"c{n}" for n in range(width)])
    writer.writerows(rows)
    raw = out.getvalue().encode("utf-8-sig" if mark else "utf-8")

    found = records(raw)

    assert found.header == tuple(f"c{n}" for n in range(width))
    assert [tuple(cells) for cells in zip(*found.fields, strict=True)] == rows
    assert len(found.lines) == len(rows)


@given(st.binary(max_size=200))
def test_any_bytes_are_read(raw: bytes) -> None:
    """A report may be anything: each of its records is there, and the table can be made."""
    found = records(raw)

    table = report(found, code=[""] * len(found.lines)).table

    assert found.raw == raw
    assert len(table) == len(found.lines)
    assert {len(column) for column in found.fields} <= {len(found.lines)}


def test_the_lines_together_are_the_report() -> None:
    """Each record is kept as it came, a quoted line break with it; blank lines are left out."""
    raw = b'a,b\r\n1,"x\ny"\r\n\r\n2,\xff"z"\r\n'

    assert records(raw).lines == ['1,"x\ny"', '2,\ufffd"z"']


@pytest.mark.parametrize(
    ("raw", "expected", "cut"),
    [
        (b"a\n1\n2", 3, True),
        (b"a\n1\n2\n", 3, False),
        (b"a\n1\n2\r", 3, False),
        (b"a\n1\n2", 2, False),
        (b"a\n1\n2", 1, False),
        (b"a\n1\n2", None, False),
        (b"", 1, True),
        (b"a,b\n1,2\n3", 2, True),
        (b"a,b\n1,2\n3", 1, False),
        (b"a,b\n1,2\n3\n", 2, False),
        (b"a,b\n1,2\n3", None, False),
        (b'a,b\n1,"2\n3', 1, True),
        (b'a,b\n1,"2\n3"', 1, False),
        (b"a,b", 0, False),
    ],
)
def test_a_lost_end_takes_two_signs(raw: bytes, expected: int | None, cut: bool) -> None:
    """Too few records, or half of the last one, and no line end at it."""
    assert records(raw).is_cut(expected) is cut


def test_the_table_has_its_types_when_it_is_empty() -> None:
    """Whoever joins it need not ask."""
    table = report(records(b"a\n"), code=[]).table

    assert table.dtypes.astype(str).to_dict() == {
        "code": "str",
        "message": "str",
        "row_number": "Int64",
        "value": "str",
        "key": "str",
        "cells": "str",
    }


def test_reading_leaves_the_limit_of_the_csv_module_alone() -> None:
    """It belongs to the process, which others share."""
    before = csv.field_size_limit()
    records(b"a\n" + b"x" * (before + 1))

    assert csv.field_size_limit() == before


def test_a_column_is_found_in_any_case() -> None:
    """The first of that name; none is None."""
    found = records(b" Reason ,EMAIL,email\nx,1,2\n")

    assert found.column("reason") == ["x"]
    assert found.column("Email") == ["1"]
    assert found.column("phone") is None


@pytest.mark.slow
def test_a_report_of_many_rows_takes_little_time() -> None:
    """A file of which every row failed is a usual file."""
    raw = b"Reason,Email,Name\n" + b"Duplicate,ann@example.org,Ann\n" * 200_000

    found = records(raw)

    assert len(report(found, code=found.fields[0], key=found.column("email")).table) == 200_000
    assert isinstance(found.raw, bytes)
    assert pd.Series(found.lines).nunique() == 1
