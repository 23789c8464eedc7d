"""What a spreadsheet did to a cell, told from what a person did to it."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from preflight.runs.corrections.spreadsheet_damage import Difference, difference

_FIRST, _LAST = datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("2068-12-31")
DAMAGE, EDIT, NONE = Difference.DAMAGE, Difference.EDIT, Difference.NONE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("+14155552671", "14155552671"),
        ("+14155552671", "1.41556E+10"),
        ("14155552671", "1,41556E+10"),
        ("14155552671", "1.41555526710E+10"),
        ("+14155552671", "14,155,552,671"),
        ("+14155552671", "14.155.552.671"),
        ("+14155552671", "14 155 552 671"),
        ("01067", "1067"),
        ("00123", "123"),
        ("1.50", "1.5"),
        ("1.50", "1,5"),
        ("1,50", "1.5"),
        ("12345678901234567890", "12345678901234600000"),
        ("12345678901234567890", "1.23457E+19"),
        ("2026-04-21", "4/21/2026"),
        ("2026-04-21", "21.04.2026"),
        ("2026-04-21", "21/04/26"),
        ("2026-04-21 15:30:00", "21.04.2026 15:30"),
        ("2026-04-21 15:30:45", "4/21/2026 15:30"),
        ("2026-04-21T15:30:00", "2026-04-21 15:30:00"),
        ("2026-04-21 00:00:00", "21.04.2026"),
        ("4/3/2026 3:05 PM", "04.03.2026 15:05"),
        ("1/2", "2-Jan"),
        ("1/2", "01. Feb"),
        ("3-4", "04/03/2026"),
        ("MAR1", "1-Mar"),
        ("true", "TRUE"),
        ("TRUE", "WAHR"),
        ("José", "Jos?"),
        ("José", "Jos\ufffd"),
        ("José", "Jose"),
        ("Müller-Øst", "M?ller-?st"),
        ("Łódź", "Lódz"),
        ("Łódź", "?ódz"),
        ("Zoë 🎪", "Zoë ??"),
        ("Zoë 🎪", "Zoë ?"),
        ("محمد", "????"),
        ("Íñigo", "Ã\u008dÃ±igo"),
        ("3E5", "3.00E+05"),
        ("3E5", "300000"),
        ("1.41556E+10", "1,41556E+10"),
        ("1,234,567", "1234567"),
        ("2026-04-21", "21-Apr-26"),
        ("28.02.1950", "28/02/50"),
        ("2026-04-21", "Apr 21, 2026"),
        ("2026-04-21 12:30:00", "4/21/2026 12:30 PM"),
        ("2026-04-21 00:30:00", "4/21/26 12:30 AM"),
        ("José", "JosÃ©"),
        ("José", "Jos\u201a"),
        ("Jose\u0301", "José"),
        ("one\r\ntwo", "one\ntwo"),
    ],
)
def test_what_a_spreadsheet_makes_of_a_cell_is_damage(before: str, after: str) -> None:
    """Numbers, moments, truth, letters and line ends."""
    assert difference(before, after) is DAMAGE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("eve@@kestrel-labs.com", "eve@kestrel-labs.com"),
        ("(415) 555-2671", "+14155552671"),
        ("4155552671", "+14155552671"),
        ("1.41556E+10", "+14155552671"),
        ("1067", "01067"),
        ("+14155552671", "+14155552672"),
        ("+14155552671", "1.41557E+10"),
        ("+14155552671", "14155552672"),
        ("2026-04-21", "2026-04-22"),
        ("2026-02-30", "2026-03-02"),
        ("2026-04-21 15:30:00", "2026-04-21T15:30:00+02:00"),
        ("2026-04-21 15:30:00", "4/21/2026 16:30"),
        ("2026-04-21 15:30:00", "21.04.2026"),
        ("1/2", "3-Jan"),
        ("2026-04-21", "21-Apx-26"),
        ("2026-04-21 12:30:00", "4/21/2026 13:30 PM"),
        ("Łódź", "Lódz1"),
        ("Łódź", "Ladz"),
        ("true", "FALSE"),
        ("Jose", "José"),
        ("José", "Joe?"),
        ("José", "Josef"),
        ("José?", "Anna?"),
        ("Ann", ""),
        ("", "Ann"),
        (" Ann ", "Ann"),
        ("ann", "Ann"),
        ("1,5", "15"),
    ],
)
def test_what_a_person_types_is_an_edit(before: str, after: str) -> None:
    """Also where it looks like a spreadsheet's doing from afar."""
    assert difference(before, after) is EDIT


@given(st.text(max_size=20))
def test_a_cell_that_came_back_is_no_difference(text: str) -> None:
    assert difference(text, text) is NONE


@given(st.text(max_size=20))
def test_the_apostrophe_that_marks_a_text_comes_and_goes_as_damage(text: str) -> None:
    """Taken for no difference, it would be sent."""
    assert difference(text, f"'{text}") is DAMAGE
    assert difference(f"'{text}", text) is DAMAGE


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_two_cells_compare(before: str, after: str) -> None:
    """And a blank is never damage."""
    found = difference(before, after)
    assert (found is NONE) == (after in {before, f"'{before}"})
    if not before or not after:
        assert found is not DAMAGE


@given(st.integers(10**6, 10**15 - 1), st.sampled_from(["", "+", "0", "00"]), st.integers(3, 12))
def test_every_number_that_a_spreadsheet_shortens_is_damage(
    number: int, head: str, digits: int
) -> None:
    """Whole, or in scientific form with any number of digits."""
    before = f"{head}{number}"
    if head:
        assert difference(before, str(number)) is DAMAGE
    short = f"{number:.{digits - 1}E}".replace("E+0", "E+")
    # Python rounds a half to even, a spreadsheet away from nought.
    assume(not str(number)[digits:].startswith("5"))
    assert difference(before, short) is DAMAGE


@given(st.integers(10**6, 10**14), st.integers(1, 9))
def test_another_number_is_an_edit(number: int, more: int) -> None:
    """However near it is."""
    assert difference(f"+{number}", str(number + more)) is EDIT


@given(
    st.datetimes(_FIRST, _LAST),
    st.sampled_from(["%d.%m.%Y %H:%M", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M", "%d-%b-%Y %H:%M"]),
)
def test_every_moment_that_was_written_anew_is_damage(moment: datetime, form: str) -> None:
    """Without its seconds, in the order of any country."""
    before = moment.strftime("%Y-%m-%d %H:%M:%S")
    after = moment.strftime(form)
    assume(after != before)
    assert difference(before, after) is DAMAGE
