"""Old forms of numbers, and the number of today."""

from __future__ import annotations

import pandas as pd
import phonenumbers
import pytest

from preflight.kinds.phone import judge


def judged(value: str, region: str) -> tuple[str, str]:
    """The status of a cell and the number of today."""
    cells = judge.judge(pd.Series([value], dtype="str"), pd.Series([region], dtype="str"))
    return cells["status"].iloc[0], cells["today"].iloc[0]


@pytest.mark.parametrize(
    ("value", "region", "today"),
    [
        ("+5215541637145", "", "+525541637145"),
        ("+52 1 55 4163 7145", "US", "+525541637145"),
        ("5215563189961", "MX", "+525563189961"),
        ("044 55 4525 8448", "MX", "+525545258448"),
        ("045 811 987 8677", "MX", "+528119878677"),
        ("01 (55) 4525-8448", "MX", "+525545258448"),
        ("1 55 4525 8448", "MX", "+525545258448"),
        ("+52 (1) 811 987 8677", "MX", "+528119878677"),
        ("+52 044 55 4525 8448", "", "+525545258448"),
        ("0052 1 55 4163 7145", "MX", "+525541637145"),
        ("cel. 044 55 4525 8448", "MX", "+525545258448"),
        ("(11) 9612-4567", "BR", "+5511996124567"),
        ("011 9612-4567", "BR", "+5511996124567"),
        ("+55 21 8765-4321", "", "+5521987654321"),
        ("552187654321", "BR", "+5521987654321"),
        ("+54 9 351 15 423 4567", "AR", "+5493514234567"),
        ("+54 9 011 15 2345-6789", "", "+5491123456789"),
        ("9 2966 15 412345", "AR", "+5492966412345"),
        ("+54 9 011 2345 6789", "AR", "+5491123456789"),
        ("+229 97 12 34 56", "", "+2290197123456"),
        ("21 30 12 34", "BJ", "+2290121301234"),
        ("+57 1 234 5678", "", "+576012345678"),
        ("(4) 444 1234", "CO", "+576044441234"),
        ("+56 09 8123 4567", "CL", "+56981234567"),
        ("09 8123 4567", "CL", "+56981234567"),
        ("+56 2 234 5678", "", "+56222345678"),
        ("(02) 596 5611", "CL", "+56225965611"),
        ("32 212 345", "CL", "+56322212345"),
        ("+225 07 12 34 56", "", "+2250707123456"),
        ("44 12 34 56", "CI", "+2250544123456"),
        ("00225 40 12 34 56", "CI", "+2250140123456"),
        ("20 21 12 34", "CI", "+2252720211234"),
        ("22 00 12 34", "CI", "+2252522001234"),
        ("20 80 12 34", "CI", "+2252120801234"),
    ],
)
def test_an_old_form_is_known_and_so_is_the_number_of_today(
    value: str, region: str, today: str
) -> None:
    """It is a valid number, and what stood there is none."""
    assert judged(value, region) == (judge.OLD_FORM, today)
    assert phonenumbers.is_valid_number(phonenumbers.parse(today))


@pytest.mark.parametrize(
    ("value", "region", "status"),
    [
        ("55 4525 8448", "MX", "ok"),
        ("+52 55 4525 8448", "", "ok"),
        ("(11) 96123-4567", "BR", "ok"),
        # A landline of today.
        ("(11) 3612-4567", "BR", "ok"),
        # Another country has given up nothing.
        ("044 55 4525 8448", "US", "invalid"),
        ("044 55 4525 844", "MX", "invalid"),
        ("5215541637145", "", "no-region"),
        ("+521554163714", "", "invalid"),
        # The library knows the 15 of Argentina.
        ("011 15 2345-6789", "AR", "ok"),
        ("+54 11 15 2345 6789", "", "ok"),
        ("+54 9 11 2345-6789", "AR", "ok"),
        # The area code is missing.
        ("15 2345-6789", "AR", "invalid"),
        ("+225 07 07 12 34 56", "CI", "ok"),
        ("20 91 12 34", "CI", "invalid"),
        ("54 12 34 56", "", "no-region"),
        # The number of today depends on what nothing tells.
        ("+84 169 123 4567", "VN", "invalid"),
        ("+56 2 123 4567", "CL", "invalid"),
        ("+229 01 97 12 34 56", "BJ", "ok"),
        ("+57 601 2345678", "CO", "ok"),
    ],
)
def test_what_is_no_old_form_is_as_the_library_says(value: str, region: str, status: str) -> None:
    """A number of today, or one that never was any."""
    assert judged(value, region) == (status, "")
