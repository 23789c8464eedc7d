"""Lines above the header: contacts among them are not lost, and what goes is kept to be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import checked

PEOPLE = "email,first_name\nann@kestrel-labs.com,Ann\nbob@kestrel-labs.com,Bob\n"
HOSTS = "Host,Mail\nCleo,cleo@kestrel-labs.com\n"


def table(count: int) -> str:
    return "email,first_name,last_name\n" + "".join(
        f"p{number}@kestrel-labs.com,Ann,Bell\n" for number in range(count)
    )


@pytest.mark.parametrize(
    ("above", "lines", "said"),
    [
        (HOSTS, (2,), "line 2 looks like a contact"),
        ("Webinar,Launch\n\n" + HOSTS * 2, (4, 6), "lines 4 and 6 look like contacts"),
        ("Cleo,cleo@kestrel-labs.com\n" * 7, tuple(range(1, 8)), "lines 1, 2, 3, 4, 5 and 2 more"),
    ],
)
def test_people_above_the_header_are_named_and_nothing_is_removed(
    tmp_path: Path, above: str, lines: tuple[int, ...], said: str
) -> None:
    fixed = checked.fix(tmp_path, above + table(9))
    assert fixed.checked.layout.contacts_above == lines
    assert fixed.books.clean == 0
    ((rule, problem),) = fixed.checked.analysis.refused
    assert (rule.code, problem.safety) == ("STR106", None)
    message = problem.message or ""
    assert said in message
    header = above.count("\n") + 1
    assert f"`--header-row {header}`" in message


def test_the_tables_of_a_report_are_named_with_their_lines(tmp_path: Path) -> None:
    hosts = "Attended,User,Email,Until\nYes,Cleo,cleo@kestrel-labs.com,9:30\n"
    above = f"Report,\nTopic,Users\nLaunch,12\nHost Details,\n{hosts}Panelist Details,\n{hosts}"
    fixed = checked.fix(tmp_path, above + "Attendee Details,\n" + table(9))
    assert fixed.checked.layout.tables_above == ((5, 6), (8, 9))
    ((_, problem),) = fixed.checked.analysis.refused
    assert "other tables are on lines 5 to 6 and 8 to 9" in (problem.message or "")
    assert "`--header-row 5`" in (problem.message or "")


def test_a_single_other_table_is_named_with_its_option(tmp_path: Path) -> None:
    hosts = "User,Email\nCleo,cleo@kestrel-labs.com\n"
    ((_, problem),) = checked.fix(
        tmp_path, f"Hosts\n{hosts}Guests\n{table(9)}"
    ).checked.analysis.refused
    assert (problem.message or "").endswith(
        "; another table is on lines 2 to 3: to read that instead, add `--header-row 2`"
    )


def test_the_upper_half_of_a_header_in_two_lines_is_not_left_out_unasked(tmp_path: Path) -> None:
    """Under `Company` the lower half says `Name`, which alone would be the contact's."""
    people = "First,Email,Name\nAnn,ann@kestrel-labs.com,Kestrel\nBob,bob@kestrel-labs.com,Acme\n"
    fixed = checked.fix(tmp_path, "Contact,,Company\n" + people)
    assert fixed.books.clean == 0
    ((_, problem),) = fixed.checked.analysis.refused
    assert problem.message == (
        "1 line above the header; line 1 seems to be the upper half of the header: join the two "
        "lines into one, or leave it out with `--header-row 2`"
    )


@pytest.mark.parametrize(
    "above", ["Leads,,\n", "Exported by,Ann Bell,\n", "Contact,,Company\n,,\n"]
)
def test_a_title_and_a_note_are_no_upper_half_of_a_header(tmp_path: Path, above: str) -> None:
    assert checked.fix(tmp_path, above + table(9)).books.clean == 9


@pytest.mark.parametrize("above", ["Leads of hall 7\n", "Support: help@kestrel-labs.com\n\n"])
def test_notes_above_the_header_go_and_are_kept(tmp_path: Path, above: str) -> None:
    fixed = checked.fix(tmp_path, above + table(9))
    assert fixed.books.clean == 9
    assert (fixed.folder / "above-header.txt").read_text() == above


def test_the_header_row_that_a_person_names_settles_it(tmp_path: Path) -> None:
    fixed = checked.fix(tmp_path, HOSTS + table(9), header_row=3)
    assert fixed.books.clean == 9
    assert (fixed.folder / "above-header.txt").read_text() == HOSTS


@pytest.mark.parametrize("above", ["", "sep=,\n", "\n\n"])
def test_where_nothing_is_to_be_read_no_file_is_written(tmp_path: Path, above: str) -> None:
    fixed = checked.fix(tmp_path, above + PEOPLE)
    assert fixed.books.clean == 2
    assert not (fixed.folder / "above-header.txt").exists()
