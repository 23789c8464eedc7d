"""Single records, cut into cells as the file they are from is read."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.core.types import Flaw, Syntax
from preflight.reading.raw_records import cut, cut_by_width, cut_to_width
from preflight.reading.records import Record, RecordReader

SINGLE, ESCAPED = Syntax(quote="'"), Syntax(escape=True)
SYNTAXES = st.builds(
    Syntax,
    delimiter=st.sampled_from(",;\t"),
    quote=st.sampled_from("\"'"),
    escape=st.booleans(),
    spaced=st.booleans(),
)
PIECES = st.sampled_from(
    [*"\"',;\t ax\r\n\\é", '""', "''", '","', "','", "\\\n", ', "', ",'", '"a\nb"', "\r\n"]
)


def _records(text: bytes, syntax: Syntax) -> list[tuple[Record, str]]:
    """The records of a text as it is read, each with what it is written as."""
    reader, at, found = RecordReader(syntax, 0, lambda _: False), 0, []
    while at < len(text):
        record = reader.read(text, at, final=True)
        found.append((record, text[at : record.stop].decode()))
        at = record.end
    return found


@given(text=st.lists(PIECES, max_size=30).map("".join), syntax=SYNTAXES)
@example(text="'bob@kestrel-labs.com','Bob, Ltd'", syntax=SINGLE)
@example(text='a,"b\\', syntax=ESCAPED)
def test_a_record_has_the_cells_that_it_has_in_its_file(text: str, syntax: Syntax) -> None:
    """And one whose quote never closes has all behind the quote in its last cell."""
    for record, raw in _records(text.encode(), syntax):
        cells = cut(raw, syntax)
        if record.flaw is None:
            assert cells == [cell.decode() for cell in record.fields]
        else:
            assert record.flaw is Flaw.UNCLOSED
            assert 1 <= len(cells) <= record.width
            assert raw.endswith(cells[-1]) or syntax.quote in raw.rstrip(cells[-1])


@given(raw=st.text(alphabet='",;ax é', max_size=20))
@example(raw='a,"b,""c')
@example(raw='a,"')
def test_plain_records_are_cut_as_the_csv_module_cuts_them(raw: str) -> None:
    """Those without an end to a quote as well."""
    assert cut(raw, Syntax()) == next(csv.reader(io.StringIO(raw, newline="")), [])


@pytest.mark.parametrize(
    ("raw", "syntax", "cells"),
    [
        ("'bob@kestrel-labs.com','Bob, Ltd'", SINGLE, ["bob@kestrel-labs.com", "Bob, Ltd"]),
        ("'O''Brien','x", SINGLE, ["O'Brien", "x"]),
        ('"say \\"hi\\", Bob",x\\,y,C:\\Temp', ESCAPED, ['say "hi", Bob', "x,y", "C:\\Temp"]),
        ('a, "b, c"', Syntax(spaced=True), ["a", "b, c"]),
        ('a;"b;""c""\n";é', Syntax(";"), ["a", 'b;"c"\n', "é"]),
        ('a,"b\\', ESCAPED, ["a", "b\\"]),
        ("", Syntax(), []),
    ],
)
def test_the_dialect_of_the_file_counts(raw: str, syntax: Syntax, cells: list[str]) -> None:
    assert cut(raw, syntax) == cells


def test_a_cell_may_be_longer_than_the_csv_module_takes() -> None:
    long = "x" * (csv.field_size_limit() + 1)
    assert cut(f'a,"{long}"', Syntax()) == ["a", long]


def test_cells_are_added_or_left_out_to_fit_the_header() -> None:
    raws = pd.Series(["a", "'b','c, d',e", "", "f,g,h"], dtype="str")
    columns = cut_to_width(raws, SINGLE, 2)
    assert [column.to_pylist() for column in columns] == [
        ["a", "b", "", "f"],
        ["", "c, d", "", "g"],
    ]


@given(
    raws=st.lists(st.lists(PIECES, max_size=12).map("".join), max_size=8),
    syntax=SYNTAXES,
    width=st.integers(1, 4),
)
def test_records_cut_to_a_width_at_once_are_those_cut_one_by_one(
    raws: list[str], syntax: Syntax, width: int
) -> None:
    columns = cut_to_width(pd.Series(raws, dtype="str"), syntax, width)
    expected = [(cut(raw, syntax) + [""] * width)[:width] for raw in raws]
    assert [
        list(record) for record in zip(*map(pa.Array.to_pylist, columns), strict=True)
    ] == expected


@given(texts=st.lists(st.lists(PIECES, max_size=12).map("".join), max_size=8), syntax=SYNTAXES)
def test_many_records_at_once_have_the_same_cells(texts: list[str], syntax: Syntax) -> None:
    read = [pair for text in texts for pair in _records(text.encode(), syntax)]
    raws = [raw for record, raw in read if record.flaw is None and raw]
    cells = [cut(raw, syntax) for raw in raws]
    widths = np.array([len(record) for record in cells], dtype=np.int64)
    together: dict[int, list[str]] = {}
    for at, columns in cut_by_width(pd.Series(raws, dtype="str"), widths, syntax):
        rows = zip(*(column.to_pylist() for column in columns), strict=True)
        together.update(zip(at.tolist(), map(list, rows), strict=True))
    assert [together[at] for at in range(len(raws))] == cells
