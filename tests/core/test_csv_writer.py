"""Strings as CSV text, and what a spreadsheet must not run."""

from __future__ import annotations

import csv
import io
import re

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.core import csv_writer

# Text a cell can hold, with much of what quoting and spreadsheets care about.
CELLS = st.text(
    st.one_of(
        st.sampled_from(",;\"\r\n'=+-@\t0(/ ＝\u200b\ufeff\u00a0"),
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    ),
    max_size=8,
)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Some columns of one length."""
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=6))
    return [[row[at] for row in rows] for at in range(width)]


def strings(cells: list[str]) -> pa.Array:
    return pa.array(cells, type=pa.string())


@given(tables())
@example([["a\rb", "\r"], ["", "\n"]])
def test_any_cells_are_read_back_as_they_were_written(columns: list[list[str]]) -> None:
    rendered = csv_writer.records([strings(column) for column in columns])
    text = bytes(csv_writer.body(rendered)).decode()
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [list(row) for row in zip(*columns, strict=True)]


@given(tables())
def test_a_record_is_its_entry_and_the_body_is_all_of_them(columns: list[list[str]]) -> None:
    rendered = csv_writer.records([pa.chunked_array([strings(column)]) for column in columns])
    records = [record.encode() for record in rendered.to_pylist()]
    assert b"".join(records) == bytes(csv_writer.body(rendered))
    assert csv_writer.sizes(rendered).tolist() == [len(record) for record in records]
    assert [csv_writer.line(row) for row in zip(*columns, strict=True)] == records


@given(st.lists(CELLS, min_size=1, max_size=8), st.data())
def test_the_body_of_a_slice_is_the_slice(cells: list[str], data: st.DataObject) -> None:
    rendered = csv_writer.records([strings(cells)])
    start = data.draw(st.integers(0, len(cells)))
    stop = data.draw(st.integers(start, len(cells)))
    cut = rendered.slice(start, stop - start)
    assert bytes(csv_writer.body(cut)).decode() == "".join(rendered.to_pylist()[start:stop])
    assert csv_writer.sizes(cut).sum() == len(csv_writer.body(cut))


def test_only_what_needs_quotes_gets_them() -> None:
    rendered = csv_writer.records([strings(["a", "b,c", 'd"e']), strings(["", " f ", "g\nh"])])
    assert rendered.to_pylist() == ["a,\n", '"b,c", f \n', '"d""e","g\nh"\n']


def test_the_blank_cell_of_a_single_column_is_no_empty_line() -> None:
    assert csv_writer.records([strings(["a", "", "b"])]).to_pylist() == ["a\n", '""\n', "b\n"]


def test_no_rows_make_an_empty_body() -> None:
    rendered = csv_writer.records([pa.chunked_array([], type=pa.string())] * 2)
    assert bytes(csv_writer.body(rendered)) == b""
    assert csv_writer.sizes(rendered).tolist() == []
    assert bytes(csv_writer.body(csv_writer.records([strings([])]))) == b""


def test_the_line_of_names_is_quoted_like_a_record() -> None:
    assert csv_writer.line(["E-mail", "a,b", ""]) == b'E-mail,"a,b",\n'
    assert csv_writer.line([""]) == b'""\n'


@given(st.lists(CELLS, max_size=8))
def test_what_was_made_harmless_is_taken_back_exactly(cells: list[str]) -> None:
    for column in (strings(cells), pa.chunked_array([strings(cells)])):
        assert csv_writer.plain(csv_writer.neutral(column)).to_pylist() == cells


SKIPPED = " \t\r\n;\u00a0\u200b\ufeff"


@given(CELLS)
def test_a_harmless_cell_never_begins_like_a_formula(cell: str) -> None:
    (harmless,) = csv_writer.neutral(strings([cell])).to_pylist()
    seen = harmless.lstrip(SKIPPED)
    if seen[:1] in tuple("=+-@＝＋－＠"):
        assert harmless == cell
        assert seen[0] in "+-"
        assert seen[1].isdigit()
    for part in re.split("[;\r\n]", harmless)[1:]:
        assert part.strip(SKIPPED)[:1] not in tuple("=@＝＠")


@pytest.mark.parametrize(
    "cell",
    [
        "+46701234567",
        "+1 (415) 555-2671",
        "+46 70-12 45",
        "-12.5",
        "+1,000",
        "-7",
        "a=1",
        "'x",
        "",
        " +46701234567",
        "\u00a0-7",
        "a;b\nc",
        "mail;'x",
    ],
)
def test_numbers_phone_numbers_and_words_are_left_alone(cell: str) -> None:
    assert csv_writer.neutral(strings([cell])).to_pylist() == [cell]
    assert csv_writer.plain(strings([cell])).to_pylist() == [cell]


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "@SUM(A1)",
        "-cmd",
        "+a",
        "\t=1",
        "'=1",
        "-1|cmd",
        "-",
        "+",
        "\tx",
        " =1+1",
        "\u200b=1",
        "\ufeff=1",
        "\u00a0=1",
        "\x00=1",
        "\x0c@a",
        " -cmd",
        "' =1",
        "＝1+1",
        "＋a",
        "－a",
        "＠a",
        "\u3000＝1",
        "\t+46701234567",
    ],
)
def test_what_a_spreadsheet_would_run_is_escaped(cell: str) -> None:
    assert csv_writer.neutral(strings(["a", cell])).to_pylist() == ["a", f"'{cell}"]


@pytest.mark.parametrize(
    ("cell", "harmless"),
    [
        (";=1+1", "';'=1+1"),
        ("\n=1+1", "'\n'=1+1"),
        ("\r=1", "'\r'=1"),
        ("-1\n=2", "'-1\n'=2"),
        ("a;=1;b", "a;'=1;b"),
        ("a; \u200b＠b;'=1", "a;' \u200b＠b;''=1"),
        ("a\r\n-cmd", "a\r\n'-cmd"),
        ("+1 415;-1+cmd", "'+1 415;'-1+cmd"),
    ],
)
def test_a_formula_after_what_may_end_a_cell_is_escaped(cell: str, harmless: str) -> None:
    """A spreadsheet whose list separator is `;` begins a cell there, quoted or not."""
    assert csv_writer.neutral(strings(["a", cell])).to_pylist() == ["a", harmless]
    assert csv_writer.plain(strings(["a", harmless])).to_pylist() == ["a", cell]


@pytest.mark.parametrize("cell", ["+1-415-555-2671", "+1-(415)-555", "-2 - 3", "+46/70/123"])
def test_a_phone_number_that_reads_as_a_sum_is_escaped(cell: str) -> None:
    """A spreadsheet would put the sum, or the quotient, in its place."""
    assert csv_writer.neutral(strings([cell])).to_pylist() == [f"'{cell}"]


@pytest.mark.parametrize(
    ("row", "is_escaped"),
    [
        (["+1", "0+cmd|'/C calc'!A0;"], True),
        (["-5", "a", "0*HYPERLINK(A1)\nx", ""], True),
        (["\u00a0+1", "x!A0;", "b"], True),
        (["+1", "(415) 555-2671", "Lee"], False),
        (["+1", "a;b", "c (d)"], False),
        (["x", "0+cmd|'/C calc'!A0;"], False),
        (["+1"], False),
    ],
)
def test_a_number_in_front_is_escaped_where_its_line_could_be_a_formula(
    row: list[str], is_escaped: bool
) -> None:
    """A spreadsheet whose list separator is `;` takes the line up to there for one cell."""
    columns = [strings(["a", cell, ""]) for cell in row]
    harmless = csv_writer.for_people(columns)
    assert harmless[0].to_pylist()[1] == f"'{row[0]}" if is_escaped else row[0]
    assert [csv_writer.plain(column) for column in harmless] == columns
    assert csv_writer.for_people([pa.chunked_array([column]) for column in columns]) == [
        pa.chunked_array([column]) for column in harmless
    ]


def test_the_line_of_no_names_is_an_empty_one() -> None:
    assert csv_writer.line([]) == b"\n"
