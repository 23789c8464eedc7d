"""The formats for people, and the summary."""

from __future__ import annotations

import ast
import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import preflight
from preflight.core.books import Books, RunBooks
from preflight.core.types import Layout, Source
from preflight.report import results, text, wording
from tests.checked import check, concise, full, listed, summarised

CONTENT = "email,phone,note\nbad,+1,x\n ann@kestrel-labs.com,+14155552671,x\nshort\n"
LAYOUT = Layout(Source("x", Path("x"), "00", 0), "table", Path("x"), header=("a",))


def test_full_says_where_what_and_what_to_do(tmp_path: Path) -> None:
    one = listed(check(tmp_path, CONTENT, select=("EML303", "STR101")))
    path = tmp_path / "contacts.csv"
    lines = full(one, show_values=False).splitlines()
    assert lines[0].startswith(f"{path}:3:1 EML303 [error] ")
    assert lines[1] == "    row 2 · email · shape s(1)a(3)@a(7)-a(4).a(3) · fixable"
    assert lines[2].startswith(f"{path}:4 STR101 [error] ")
    assert lines[3] == "    row 3"
    assert len(lines) == 4
    shown = full(one, show_values=True).splitlines()
    assert shown[1] == "    row 2 · email · ' ann@kestrel-labs.com' · fixable"


def test_a_fix_that_guesses_is_offered_as_one(tmp_path: Path) -> None:
    content = "email,Städt\nann@kestrel-labs.com,Zürich\n".encode("cp1252") * 3
    shown = full(listed(check(tmp_path, content, select=("FIL003",))), show_values=False)
    assert "fixable with --unsafe-fixes" in shown


def test_a_blank_cell_and_a_blank_name_are_called_so(tmp_path: Path) -> None:
    one = listed(
        check(tmp_path, "Email, \n,#REF!\n", profile="dotdigital", select=("EML301", "TXT706"))
    )
    shown = full(one, show_values=False)
    assert "row 1 · Email · shape blank" in shown
    general = listed(check(tmp_path, "Email, \nx,#REF!\n", select=("TXT706",)))
    assert "row 1 · column 2 · shape #A(3)!" in full(general, show_values=False)


def test_a_name_that_may_be_somebodys_is_shown_with_the_values_only(tmp_path: Path) -> None:
    content = "ann@kestrel-labs.com,Ann\nbob@kestrel-labs.com,#REF!\n"
    one = listed(check(tmp_path, content, select=("TXT706",)))
    assert "row 1 · column 2 · " in full(one, show_values=False)
    assert "row 1 · Ann · '#REF!'" in full(one, show_values=True)


def test_concise_is_one_line_a_finding_without_values(tmp_path: Path) -> None:
    one = listed(check(tmp_path, CONTENT))
    lines = concise(one).splitlines()
    assert len(lines) == sum(one.counts().values())
    assert all(line.startswith(f"{tmp_path / 'contacts.csv'}:") for line in lines)
    assert "ann@" not in concise(one)


def test_nothing_of_a_file_acts_on_a_terminal(tmp_path: Path) -> None:
    """A header with an escape sequence or a line break stays one harmless line."""
    content = 'email,"no\x1b[2Jte\nx"\nann@kestrel-labs.com,"\x1b[31mred #REF!"\n,\n'
    one = listed(check(tmp_path, content), show_all=True)
    one = dataclasses.replace(one, path="a\x1b[0m\ndcff.csv")
    shown = [
        full(one, show_values=True),
        full(one, show_values=False),
        concise(one),
        summarised(one),
        *(line.plain for line in results.written([("out\x1b/clean.csv", "1 row")])),
    ]
    assert sum(one.counts().values())
    for told in shown:
        assert all(line.isprintable() for line in told.splitlines())
    assert all(line.startswith("a\\x1b[0m\\ndcff.csv") for line in shown[2].splitlines())


@given(st.text())
def test_visible_text_is_printable_and_plain_text_stays(value: str) -> None:
    assert text.visible(value).isprintable()
    if value.isprintable():
        assert text.visible(value) == value


def test_statistics_count_each_rule_most_first(tmp_path: Path) -> None:
    one = listed(check(tmp_path, CONTENT + "bad,,\n" * 3, select=("EML302", "STR101")))
    lines = [line.split() for line in text.statistics(one).splitlines()]
    assert lines == [
        ["4", "EML302", "error", "email-invalid"],
        ["1", "STR101", "error", "row-short"],
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "utf-8, commas, header on line 1"),
        ({"delimiter": ";"}, "utf-8, semicolons, header on line 1"),
        ({"delimiter": ":", "delimiter_from": "option"}, "utf-8, ':' (as given), header on line 1"),
        ({"delimiter_from": "sep"}, "utf-8, commas (by its sep= line), header on line 1"),
        (
            {"encoding": "cp1252", "encoding_from": "detected", "confidence": 0.714},
            (
                "cp1252 (a guess, 71% sure; confirm with `--encoding cp1252`), commas, "
                "header on line 1"
            ),
        ),
        (
            {"encoding": "cp1252", "encoding_from": "detected", "confidence": 0.957},
            "taken for cp1252 (96% sure), commas, header on line 1",
        ),
        (
            {"encoding": "utf-16", "encoding_from": "bom"},
            "utf-16 (by its byte order mark), commas, header on line 1",
        ),
        ({"encoding_from": "option"}, "utf-8 (as given), commas, header on line 1"),
        ({"header_line": 4, "header_certain": False}, "utf-8, commas, header on line 4 (a guess)"),
        ({"header": ()}, "utf-8, no header"),
        ({"content": "PDF document"}, "not a table: PDF document"),
    ],
)  # fmt: skip
def test_what_was_assumed_about_a_file_is_said(changes: dict[str, Any], told: str) -> None:
    assert text.assumptions(dataclasses.replace(LAYOUT, **changes)) == told


def test_the_summary_tells_the_counts_and_the_books(tmp_path: Path) -> None:
    checked = check(tmp_path, CONTENT, select=("EML302", "EML303", "STR101"))
    assert summarised(listed(checked)).splitlines() == [
        f"{tmp_path / 'contacts.csv'}: 3 rows",
        "  found: 3 errors, 0 warnings",
        "  books: 3 rows = 0 clean + 3 rejected + 0 dropped",
        "  read as: utf-8, commas, header on line 1",
        "  fixable: 1 cell; `preflight fix` would make 1 more row sendable",
    ]


def test_the_summary_says_what_is_held_back(tmp_path: Path) -> None:
    checked = check(tmp_path, "email,email\nbad,worse\n", select=("EML302", "HDR203"))
    assert (
        "the header is wrong, so 2 findings about rows are hidden; show them with `--all`"
        in summarised(listed(checked))
    )


def test_books_are_an_equation() -> None:
    assert wording.books(Books(1, 1, 0, 0)) == "1 row = 1 clean + 0 rejected + 0 dropped"
    run = RunBooks(2100, rejected_here=60, accepted=1000, rejected_there=40, submitted=500,
                   unknown=300, dropped=200)  # fmt: skip
    assert wording.books(run) == (
        "2,100 rows = 1,000 accepted + 60 rejected by preflight + 40 rejected by the provider + "
        "500 submitted + 300 unknown + 200 dropped"
    )


def test_changes_are_counted_most_first() -> None:
    counts, messages = {"A": 1, "B": 1200, "C": 1}, {"A": "a", "B": "b", "C": "c"}
    shown = [line.text.plain.split() for line in results.counted(counts, messages, None)]
    assert shown == [["1,200", "B", "b"], ["1", "A", "a"], ["1", "C", "c"]]
    *_, last = results.counted(counts, messages, 1)
    assert last.text.plain == "and 2 more rules: 1 A, 1 C"


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1234, "1,234 rows")]
)
def test_a_count_agrees_with_its_noun(count: int, told: str) -> None:
    assert wording.plural(count, "row") == told


@pytest.mark.slow
def test_every_noun_that_is_counted_takes_an_s() -> None:
    """An "entry" would have to become "entries", which nothing here can do."""
    nouns = set()
    for path in Path(preflight.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and "plural" in ast.dump(node.func):
                if len(node.args) > 2:  # it brings its own plural
                    continue
                noun = node.args[1]
                assert isinstance(noun, ast.Constant)
                nouns.add(str(noun.value))
    assert "row" in nouns
    assert not [noun for noun in nouns if noun.endswith(("y", "s", "x", "ch", "sh"))]
