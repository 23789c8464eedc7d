"""A file of which each line is one quoted cell is read as what is inside."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import checked

CELLS = st.text(st.characters(codec="ascii", exclude_characters="\r\n\0"), max_size=9)
HEADER = ["email", "company", "first_name"]


def text_of(rows: list[list[str]], delimiter: str = ",") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return file.getvalue()


def wrapped(text: str) -> str:
    """As a spreadsheet saves the text, opened as one column."""
    return "".join(f'"{line.replace(chr(34), chr(34) * 2)}"\n' for line in text.split("\n")[:-1])


@pytest.mark.slow
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), st.sampled_from(",;\t"))
def test_it_is_read_as_the_file_inside(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]], delimiter: str
) -> None:
    folder = tmp_path_factory.mktemp("wrapped")
    rows = [["ann@kestrel-labs.com", *pair] for pair in pairs]
    plain = text_of([HEADER, *rows], delimiter)
    inside = checked.check(folder, plain)
    outside = checked.check(folder, wrapped(plain))
    assert outside.layout.wrapped
    assert not inside.layout.wrapped
    assert outside.layout.header == inside.layout.header
    assert outside.books.rows == inside.books.rows
    codes = outside.analysis.findings.counts()
    assert codes == inside.analysis.findings.counts()
    assert "STR116" in [rule.code for rule, _ in outside.analysis.problems]


def test_it_is_fixed_safely(tmp_path: Path) -> None:
    rows = [HEADER, ["ann@kestrel-labs.com", 'Kestrel "K", Inc.', "Ann"]]
    fixed = checked.fix(tmp_path, wrapped(text_of(rows)))
    assert fixed.books.clean == 1
    with (tmp_path / "out" / "clean.csv").open(newline="") as file:
        assert list(csv.reader(file)) == rows


@pytest.mark.parametrize("behind", [";;", ",", "\t\t", " ; "])
def test_blank_cells_of_other_columns_stand_behind_the_quoted_one(
    tmp_path: Path, behind: str
) -> None:
    """In the header, in the rows, and alone in a line that is blank."""
    rows = [HEADER, ["ann@kestrel-labs.com", 'Kestrel "K", Inc.', "Ann"]]
    text = wrapped(text_of(rows)).replace("\n", f"{behind}\n") + f"{behind}\n"
    found = checked.check(tmp_path, text)
    assert [rule.code for rule, _ in found.analysis.problems] == ["STR116"]
    assert found.layout.header == tuple(HEADER)
    assert (found.books.rows, found.books.dropped) == (2, 1)


@pytest.mark.parametrize(
    "content",
    [
        '"email";;\n"ann@kestrel-labs.com";;\n',
        '"email"\n"ann@kestrel-labs.com"\n',
        '"email,first_name"\nann@kestrel-labs.com,Ann\n',
        '"email,first_name"\n"ann@kestrel-labs.com,Ann"\n"bob@kestrel-labs.com",Bob\n',
        '"email","first_name"\n"ann@kestrel-labs.com","Ann"\n',
    ],
)
def test_a_file_in_which_not_every_line_is_wrapped_is_read_as_it_is(
    tmp_path: Path, content: str
) -> None:
    assert not checked.check(tmp_path, content).layout.wrapped


@pytest.mark.parametrize(
    ("content", "header"),
    [
        ("email,first_name\rann@kestrel-labs.com,Ann\r", ("email", "first_name")),
        ("DATE;TIME;Qty\n1/2/2026;12:00;3\n2/2/2026;13:00;4\n", ("DATE", "TIME", "Qty")),
        ("a;b;c\nd;e;f\ng;h;i\n", ("a", "b", "c")),
        ("Ware,Stock\nNut,3\nBolt,4\n", ("Ware", "Stock")),
    ],
)
def test_a_table_inside_is_known_by_its_columns_too(
    tmp_path: Path, content: str, header: tuple[str, ...]
) -> None:
    lines = content.splitlines(keepends=True)
    layout = checked.check(tmp_path, "".join(f'"{line[:-1]}"{line[-1]}' for line in lines)).layout
    assert layout.wrapped
    assert layout.header == header


@pytest.mark.parametrize(
    "content",
    [
        '"tags"\n"a;b;c"\n"d;e;f"\n',
        '"Name"\n"Bell, Ann"\n"Hall, Bob"\n',
        '"Bell, Ann"\n"Hall, Bob"\n',
    ],
)
def test_a_list_in_each_cell_is_no_table(tmp_path: Path, content: str) -> None:
    assert not checked.check(tmp_path, content).layout.wrapped
