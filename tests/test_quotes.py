"""Quotes in the wrong place, through the whole line: what is read, rejected and logged."""

from __future__ import annotations

from pathlib import Path

from preflight.core.types import Severity
from preflight.writing import undo
from tests.checked import check, fix, listed, read

HALF_ESCAPED = r"""name,title,email,tags
"Henri ""Toolbox" Torre","Buyer","henri@northwind-labs.com","vip,press"
"Ada Berg","CTO","ada@kestrel-labs.com","vip"
"William \"Bill\" Moe","CEO, Moe AB","bill@harbor-mail.com","press"
"Dar Taylor\","VP Sales","dar@harbor-mail.com","vip"
"""
AMBIGUOUS = """email,company,city
ann@kestrel-labs.com,"Kestrel" Labs", Inc.,Oslo
bob@kestrel-labs.com,5" Discs,Oslo
"""


def test_half_escaped_quotes_are_read_in_the_one_way_that_fits_and_logged_by_column(
    tmp_path: Path,
) -> None:
    fixed = fix(tmp_path, HALF_ESCAPED)
    rows = read(fixed.folder / "clean.csv")
    assert [row["name"] for row in rows] == [
        'Henri "Toolbox" Torre', "Ada Berg", 'William "Bill" Moe', "Dar Taylor\\",
    ]  # fmt: skip
    assert [row["title"] for row in rows] == ["Buyer", "CTO", "CEO, Moe AB", "VP Sales"]
    log = [
        (row["row"], row["column_name"], row["code"]) for row in read(fixed.folder / "fixes.csv")
    ]
    assert log == [("1", "name", "STR111"), ("3", "name", "STR111")]
    assert fixed.warnings == 0


def test_a_fixed_quote_is_undone_alone(tmp_path: Path) -> None:
    folder = fix(tmp_path, HALF_ESCAPED).folder
    undo.revert(folder, rows=(1,))
    names = [row["name"] for row in read(folder / "clean.csv")]
    assert names[0] == '"Henri ""Toolbox" Torre"'
    assert names[2] == 'William "Bill" Moe'


def test_a_row_that_can_be_read_in_several_ways_is_an_error_and_one_read_as_written_is_not(
    tmp_path: Path,
) -> None:
    shown = listed(check(tmp_path, AMBIGUOUS))
    found = [(found.row, found.rule.code, found.rule.severity) for found in shown.rows()]
    assert found == [(1, "STR111", Severity.ERROR), (2, "STR111", Severity.WARNING)]
    assert shown.severity_counts() == {Severity.ERROR: 1, Severity.WARNING: 1}
    fixed = fix(tmp_path, AMBIGUOUS)
    assert [row["company"] for row in read(fixed.folder / "clean.csv")] == ['5" Discs']
    (rejected,) = read_rejects(fixed.folder)
    assert rejected["preflight__codes"] == "STR111"
    assert rejected["preflight__raw"] == 'ann@kestrel-labs.com,"Kestrel" Labs", Inc.,Oslo'
    assert (fixed.reasons, fixed.warnings) == ({"STR111": 1}, 1)


def test_a_quote_that_is_not_closed_swallows_no_record_below(tmp_path: Path) -> None:
    rows = ['ann@kestrel-labs.com,"Kestrel', 'bob@kestrel-labs.com,"Pike, Sons"']
    rows += ["cleo@kestrel-labs.com,Pike", "dan@kestrel-labs.com,Pike"]
    content = "\n".join(["email,company", *rows])
    fixed = fix(tmp_path, content)
    assert [row["email"] for row in read(fixed.folder / "clean.csv")] == [
        "bob@kestrel-labs.com", "cleo@kestrel-labs.com", "dan@kestrel-labs.com",
    ]  # fmt: skip
    assert [row["preflight__codes"] for row in read_rejects(fixed.folder)] == ["STR109"]


def test_two_halves_of_a_quoted_cell_are_an_error_and_inches_are_not(tmp_path: Path) -> None:
    rows = [
        'dan@kestrel-labs.com,Dan"Pike, Frost and Sons",',
        'ann@kestrel-labs.com,5" disc,7" disc,',
    ]
    fixed = fix(tmp_path, "\n".join(["email,first_name,company,note", *rows]))
    assert [row["email"] for row in read(tmp_path / "out/clean.csv")] == ["ann@kestrel-labs.com"]
    assert fixed.reasons == {"STR111": 1}


def test_lines_of_which_only_some_are_one_quoted_cell_are_an_error(tmp_path: Path) -> None:
    rows = [f'"p{number}@kestrel-labs.com,Pike,Bob"' for number in range(4)]
    content = "\n".join(['"email,company,first_name"', *rows, "ann@kestrel-labs.com,Pike,Ann"])
    checked = check(tmp_path, content)
    assert [rule.code for rule, _ in checked.analysis.problems] == ["STR116"]
    assert checked.after.clean == 0


def read_rejects(folder: Path) -> list[dict[str, str]]:
    """The rows of rejects.csv."""
    text = (folder / "rejects.csv").read_text("utf-8-sig")
    (folder / "plain.csv").write_text(text, encoding="utf-8")
    return read(folder / "plain.csv")
