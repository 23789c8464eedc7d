"""Digits that may have lost a plus are told from those that are written as at home."""

from __future__ import annotations

import pandas as pd
import phonenumbers
import pyarrow as pa
import pytest

from preflight.kinds.phone import judge, missing_plus
from tests.cells import numbers
from tests.dialling import VALID, by_the_library

NATIONAL = phonenumbers.PhoneNumberFormat.NATIONAL


def judged(cells: list[str], region: str, *, few: int = 0) -> pd.DataFrame:
    """What is said of cells of one region."""
    values = pd.Series(cells, dtype="str")
    return judge.judge(values, pd.Series([region] * len(cells), dtype="str"), few=few)


@pytest.mark.parametrize("few", [0, 1 << 30])
@pytest.mark.parametrize(
    ("cell", "region"),
    [
        ("4917012345678", "DE"),  # a landline without its zero, or a mobile
        ("4917 0123-45678", "DE"),
        ("436641234567", "DE"),  # a landline without its zero, or an Austrian mobile
        ("17012345678", "DE"),  # a mobile without its zero, or North Dakota
        ("3906123456", "IT"),  # a mobile, or Rome
    ],
)
def test_what_is_another_number_behind_a_plus_is_either(cell: str, region: str, few: int) -> None:
    """The library's reading stands beside it."""
    said = judged([cell], region, few=few).iloc[0]
    assert (said["status"], said["reason"]) == (judge.OK, judge.EITHER)
    assert (VALID, said["e164"]) == by_the_library(cell, region)
    digits = phonenumbers.normalize_digits_only(cell)
    verdict, other = by_the_library(f"+{digits}", "")
    assert verdict == VALID
    assert other != said["e164"]


@pytest.mark.parametrize("few", [0, 1 << 30])
@pytest.mark.parametrize(
    ("cell", "region"),
    [
        ("+4917012345678", "DE"),
        ("04917012345678", "DE"),
        ("00494917012345678", "DE"),
        ("14155552671", "US"),  # the same number
        ("(479) 251-2345", "US"),  # Norway has such a number, but so does one write in Arkansas
        ("13012345678", "CN"),  # a mobile, which has no zero there; Maryland
        ("84912345678", "RU"),  # the 8 that one dials there; Vietnam
        ("1701234567", "DE"),  # a mobile without its zero, and nothing behind a plus
    ],
)
def test_what_is_written_as_at_home_is_settled(cell: str, region: str, few: int) -> None:
    """And so is what is the same number, or none, behind a plus."""
    said = judged([cell], region, few=few).iloc[0]
    assert (said["status"], said["reason"]) == (judge.OK, "")


@pytest.mark.slow
def test_a_number_is_bare_where_the_library_writes_it_without_a_prefix() -> None:
    """Example numbers of every region; where the prefix is optional both will do."""
    lax = set()
    for one in numbers():
        number = phonenumbers.parse(one)
        assert number.country_code is not None
        own = phonenumbers.national_significant_number(number)
        at_home = phonenumbers.normalize_digits_only(phonenumbers.format_number(number, NATIONAL))
        (bare,) = missing_plus.bare(number.country_code, pa.array([own])).tolist()
        assert bare or at_home != own, one
        if bare and at_home != own:
            lax.add(number.country_code)
    assert 7 in lax
    assert not lax & {1, 33, 34, 39, 41, 43, 44, 49, 61}
