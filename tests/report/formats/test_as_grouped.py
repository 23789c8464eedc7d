"""The first screen: a block for each rule, and 30 lines for any file."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest

from preflight.config.settings import Settings
from preflight.linting.checked import Checked
from preflight.pipeline import check_fix_split
from preflight.report import summary
from preflight.report.formats import as_grouped
from preflight.report.groups import groups
from preflight.report.lines import Line, line, wrapped
from preflight.report.listing import listing
from tests.calls import EXPORTS, ODD, SHOW
from tests.checked import check, work

CONTENT = """email,first_name,joined_at,Colour,Mobile phon
 ann@kestrel-labs.com,Ann,2026-04-21 15:30,red,+14155552671
 bob@kestrel-labs.com,Bob,2026-04-21 15:31,red,+14155552672
cyd@@kestrel-labs.com,Cyd,2026-04-21 15:32,blue,+14155552673
dee@kestrel-labs.com,Dee,2026-04-21 15:33,blue
dee@kestrel-labs.com,Dee,2026-04-21 15:33,blue,+14155552674
dee@kestrel-labs.com,Dee,2026-04-21 15:34,blue,+14155552675
"""
AT = "the part after the @-sign contains invalid characters: '@'"
NEXT = [line("next: ", "preflight fix contacts.csv")]


def screen(checked: Checked, width: int | None = None, **more: Any) -> list[str]:
    """The first screen of a file, line by line."""
    one = listing("contacts.csv", checked.analysis, checked.books, show_all=True)
    more = {"show_values": False, "next_step": NEXT, **more}
    cells = functools.partial(check_fix_split.cells, checked)
    return [row.plain for row in wrapped(as_grouped.screen(one, cells, width=width, **more), width)]


def test_a_block_says_what_where_and_what_settles_it(tmp_path: Path) -> None:
    shown = screen(check(tmp_path, CONTENT, profile="talkvalue"), show_values=True)
    times = [f"line {at} '2026-04-21 15:3{at - 2}'" for at in (2, 3, 4)]
    assert shown == [
        "contacts.csv: 6 rows for TalkValue",
        "  10 errors",
        "  5 TIM502 no time zone given",
        f"    {'; '.join(times)}; 2 more",
        "    → `--timezone America/New_York` settles it",
        "  2 EML303 whitespace around the email address, or invisible characters in it",
        "    line 2 ' ann@kestrel-labs.com'; line 3 ' bob@kestrel-labs.com'",
        "    → `preflight fix` does it once the other errors of these rows are settled",
        "  1 DUP801 the same contact as row 5",
        "    line 7 'dee@kestrel-labs.com'",
        "    → the first one is kept, the others are rejected",
        f"  1 EML302 not a valid email address: {AT}",
        "    line 4 'cyd@@kestrel-labs.com'",
        "    → a person has to correct it",
        "  1 STR101 4 fields, but the header has 5; probably blank cells at the end were left out",
        "    line 5",
        "    → a person has to correct it",
        "  2 warnings",
        "  books: 6 rows = 0 clean + 6 rejected + 0 dropped",
        "  read as: utf-8, commas, header on line 1",
        "  not sent: 2 columns",
        "    Mobile phon: TalkValue has no such column; `--map 'Mobile phon=phone'` sends it",
        "    Colour: TalkValue has no such column",
        "next: preflight fix contacts.csv",
    ]


def test_what_fixing_settles_is_counted(tmp_path: Path) -> None:
    """As are guesses; and rows that a rule drops are left out."""
    content = "email,phone\n ann@kestrel-labs.com,+14155552671 ext. 5\n,\nx@kestrel-labs.com ,z\n"
    shown = screen(check(tmp_path, content, select=("EML303", "PHN402", "PHN406", "STR104")))
    assert [row for row in shown if "→" in row] == [
        "    → `preflight fix` does it for 1 of 2",
        "    → a person has to correct it",
        "    → `preflight fix --unsafe-fixes` does it, by a guess",
        "    → `preflight fix` leaves them out",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("width", "show_values"), [(40, True), (60, False), (80, True)])
def test_no_file_takes_more_than_a_screen(
    exports: dict[str, Checked], width: int, *, show_values: bool
) -> None:
    """And every rule is named, errors before warnings; no line is wider than the screen."""
    for name, checked in exports.items():
        shown = screen(checked, width, show_values=show_values)
        assert len(shown) <= as_grouped.HEIGHT, name
        text = "\n".join(shown)
        one = listing("contacts.csv", checked.analysis, checked.books)
        sent = {rule.code for rule, problem in checked.analysis.problems if problem.column}
        missing = [code for code in one.counts() if code not in text and code not in sent]
        assert not missing, name
        if width >= 60:
            assert [row for row in shown if len(row) > width and "`" not in row] == [], name


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Checked]:
    """The fixtures, checked for a provider, and a file of a hundred columns."""
    folder = tmp_path_factory.mktemp("exports")
    names = ",".join(f"Answer {at}: a long question" for at in range(100))
    checked = {"wide": check(folder, f"email,{names}\nann@@x.org{',x' * 100}\n", profile="textus")}
    for path in (SHOW / "expo-utf8.csv", *(ODD / f"{name}.csv" for name in _ODD)):
        checked[path.name] = check_fix_split.check(path, _settings(path.name), work=work(folder))
    return checked


_ODD = ("duplicate-header", "header-missing", "phones-excel", "picture", "utf16-no-bom")


def _settings(name: str) -> Settings:
    words = iter(EXPORTS.get(name, ()))
    given = {word.removeprefix("--"): value for word, value in zip(words, words, strict=True)}
    return Settings(profile="talkvalue", region=given.get("region"), timezone=given.get("timezone"))


def test_findings_about_the_file_come_first_and_the_most_frequent_next(tmp_path: Path) -> None:
    content = "email,email,note\n" + "a@@kestrel-labs.com,x,y\n" * 3
    checked = check(tmp_path, content, select=("HDR203", "EML302", "DUP"))
    found = groups(listing("a.csv", checked.analysis, checked.books, show_all=True))
    assert [group.rule.code for group in found][:2] == ["HDR203", "EML302"]
    assert found[1].count == 6


def test_a_summary_of_a_clean_file_is_short(tmp_path: Path) -> None:
    checked = check(tmp_path, "email\nann@kestrel-labs.com\n")
    one = listing("contacts.csv", checked.analysis, checked.books)
    assert [entry.plain for entry in summary.lines(one)] == [
        "contacts.csv: 1 row",
        "  found: 0 errors, 0 warnings",
        "  books: 1 row = 1 clean + 0 rejected + 0 dropped",
        "  read as: utf-8, commas, header on line 1",
    ]


def _rows(entry: Line, width: int) -> list[str]:
    return [row.plain for row in wrapped([entry], width)]


def test_lines_break_between_words_and_what_is_typed_stays_whole() -> None:
    entry = line("Mobile: sent with `--map 'Mobile No.=phone'` as the phone", indent=2)
    assert _rows(entry, 34) == [
        "  Mobile: sent with",
        "    `--map 'Mobile No.=phone'` as",
        "    the phone",
    ]
    assert _rows(line("東京" * 5, " ", "東京" * 5), 24) == ["東京" * 5, "  " + "東京" * 5]
    assert _rows(line("a" * 50, " b"), 20) == ["a" * 50, "  b"]


def test_a_command_that_is_too_long_can_still_be_pasted() -> None:
    entry = line("preflight fix 'my leads.csv' --for talkvalue --region US", indent=2)
    assert _rows(entry._replace(is_command=True), 36) == [
        "  preflight fix 'my leads.csv' \\",
        "    --for talkvalue --region US",
    ]
