"""The library is the truth about phone numbers; triage and rules only say what it says."""

from __future__ import annotations

import random

import pandas as pd
import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight import phones
from tests.cells import cells, numbers

NUMBERS = numbers()
E164 = phonenumbers.PhoneNumberFormat.E164


def is_itself(value: str) -> bool:
    """Whether the library takes it for a valid number, written as E.164."""
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return False
    return (
        phonenumbers.is_valid_number(number) and phonenumbers.format_number(number, E164) == value
    )


def mutated(value: str, chance: random.Random) -> str:
    """The number with a digit or two changed, put in or taken out."""
    digits = list(value)
    for _ in range(chance.randrange(1, 3)):
        at = chance.randrange(1, len(digits))
        how = chance.randrange(3)
        if how == 0:
            digits[at] = chance.choice("0123456789")
        elif how == 1:
            digits[at:at] = chance.choice(["0", "1", "8", "9", "00", "15", "55"])
        elif len(digits) > 4:
            del digits[at]
    return "".join(digits)


def plain(values: list[str]) -> list[bool]:
    """The triage."""
    return [bool(one) for one in phones.plain(pa.chunked_array([values])).to_pylist()]


def test_what_triage_passes_is_a_valid_number_in_e164_in_every_region() -> None:
    """Example numbers of the library's metadata, and six changed ones of each."""
    chance = random.Random(411)
    values = [*NUMBERS, *(mutated(one, chance) for one in NUMBERS for _ in range(6))]
    passed = [value for value, fine in zip(values, plain(values), strict=True) if fine]
    assert [value for value in passed if not is_itself(value)] == []
    assert len(passed) > len(NUMBERS) * 0.7


@given(
    st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=8), st.randoms(use_true_random=False)
)
def test_triage_is_sound_whatever_else_stands_in_the_column(
    values: list[str], chance: random.Random
) -> None:
    """The pattern is made of the calling codes that a chunk holds."""
    values = [*values, *(mutated(one, chance) for one in values)]
    for value, fine in zip(values, plain(values), strict=True):
        assert not fine or is_itself(value)


@given(cells("phone"))
def test_triage_passes_no_odd_cell(value: str) -> None:
    """Nor one with something around it."""
    assert not plain([value])[0] or is_itself(value)


@given(cells("phone"), st.sampled_from(["", "US", "GB", "DE", "IT", "AR", "XX"]))
def test_the_verdict_is_the_librarys_verdict(value: str, region: str) -> None:
    """In the region that is known; a number without one has none."""
    judged = phones.judge(pd.Series([value], dtype="str"), pd.Series([region], dtype="str")).iloc[0]
    core = phones.trim_phone(value)
    known = region if region in phonenumbers.SUPPORTED_REGIONS else None
    assert judged["core"] == core
    if not core:
        assert judged["status"] == phones.OK
        return
    try:
        number = phonenumbers.parse(core, known)
    except phonenumbers.NumberParseException:
        assert judged["status"] in (phones.UNPARSABLE, phones.NO_REGION)
        assert judged["e164"] == ""
        if judged["status"] == phones.NO_REGION:
            assert known is None
        return
    if phonenumbers.is_valid_number(number):
        assert judged["status"] == phones.OK
        assert judged["e164"] == phonenumbers.format_number(number, E164)
    else:
        assert judged["status"] == phones.INVALID
        assert judged["e164"] == ""


@given(cells("phone"))
def test_trimming_twice_is_trimming_once(value: str) -> None:
    """Apostrophes and blanks can stand in any order."""
    assert phones.trim_phone(phones.trim_phone(value)) == phones.trim_phone(value)


@pytest.mark.parametrize(
    ("value", "region", "status", "e164"),
    [
        ("(415) 555-2671", "US", "ok", "+14155552671"),
        ("(415) 555-2671", "", "no-region", ""),
        ("(415) 555-2671", "AQ", "no-region", ""),
        ("+999 123 456 789", "", "unparsable", ""),
        ("\uff0b999 123 456 789", "", "unparsable", ""),
        ("'+44 (0)20 7946 0018", "", "ok", "+442079460018"),
        ("02079460018", "GB", "ok", "+442079460018"),
        ("+39 06 6982", "", "ok", "+39066982"),
        ("call me", "US", "unparsable", ""),
    ],
)
def test_a_number_is_read_in_its_region(value: str, region: str, status: str, e164: str) -> None:
    """A region is never guessed; one without phones of its own is none."""
    judged = phones.judge(pd.Series([value], dtype="str"), pd.Series([region], dtype="str")).iloc[0]
    assert (judged["status"], judged["e164"]) == (status, e164)


def test_an_extension_is_told() -> None:
    """E.164 cannot hold it."""
    judged = phones.judge(pd.Series(["+1 415 555 2671 ext. 29"]), pd.Series([""])).iloc[0]
    assert (judged["status"], judged["reason"]) == ("ok", "extension")


@given(cells("phone"))
def test_no_reason_quotes_the_number(value: str) -> None:
    """Reasons reach reports, where no value may stand; a country code is none."""
    reason = phones.judge(pd.Series([value], dtype="str"), pd.Series(["US"]))["reason"].iloc[0]
    # "001" is how the library calls the region of numbers that are of no country.
    assert sum(map(str.isdigit, reason.replace("001", ""))) <= 4


def by_the_library(value: str, region: str) -> str:
    """The E.164 form of a valid number, as the library alone has it; "" for any other."""
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, E164) if phonenumbers.is_valid_number(number) else ""


def dialled(chance: random.Random) -> list[tuple[str, str]]:
    """Numbers of every region and type as people write them, some changed, some from abroad."""
    national, abroad = (
        phonenumbers.PhoneNumberFormat.NATIONAL,
        phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    )
    written = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in range(11):
            number = phonenumbers.example_number_for_type(region, kind)
            if number is None:
                continue
            digits = phonenumbers.national_significant_number(number)
            forms = [phonenumbers.format_number(number, form) for form in (national, abroad)]
            for form in [*forms, digits, f"{number.country_code}{digits}"]:
                where = region if chance.random() < 0.8 else chance.choice(["US", "DE", "IT", "BR"])
                written += [(form, where), (punctuated(form, chance), where)]
    return written


def punctuated(text: str, chance: random.Random) -> str:
    """The text with a character changed, added, or taken away."""
    at = chance.randrange(len(text))
    how = chance.random()
    if how < 0.4:
        return text[:at] + chance.choice("0123456789") + text[at + 1 :]
    if how < 0.8:
        return text[:at] + chance.choice(["0", "00", "1", " ", "-", "/", "(", ")", "."]) + text[at:]
    return text[:at] + text[at + 1 :]


@pytest.mark.parametrize("seed", [1, 2])
def test_numbers_rewritten_without_the_parser_are_what_the_parser_makes_of_them(seed: int) -> None:
    """National and international ones of all regions, judged in one go as a chunk's are."""
    pairs = dialled(random.Random(seed))
    values = pd.Series([value for value, _ in pairs], dtype="str")
    regions = pd.Series([region for _, region in pairs], dtype="str")
    forms = phones.judge(values, regions)["e164"].tolist()
    assert forms == [by_the_library(phones.trim_phone(value), region) for value, region in pairs]
    asked = phones._rewritten(values.to_numpy(dtype=object), regions.to_numpy(dtype=object)) == ""
    assert 0.2 < asked.mean() < 0.8
