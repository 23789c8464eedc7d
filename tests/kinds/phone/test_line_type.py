"""What type of line a number is of, as the library says."""

from __future__ import annotations

import pandas as pd
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from preflight.kinds.phone.line_type import EITHER, line_types, numbers_of
from preflight.kinds.phone.metadata import KINDS
from preflight.linting.linter import Linter
from tests import dialling
from tests.cells import chunk_of, numbers, plan_for

NAMES = {getattr(phonenumbers.PhoneNumberType, name.upper()): name for name in (*KINDS, EITHER)}
NUMBERS = numbers()
TEXTED = frozenset(KINDS) - {"mobile", "voip", "personal_number"}


def by_the_library(number: str) -> str:
    """The type of a valid number."""
    return NAMES[phonenumbers.number_type(phonenumbers.parse(number))]


@pytest.mark.slow
@pytest.mark.parametrize("few", [0, 1 << 30])
def test_the_type_of_a_line_is_the_librarys(few: int) -> None:
    """Example numbers of every region and type, and others; in bulk and one by one."""
    others = {dialling.by_the_library(*pair)[1] for pair in dialling.written(5, 3)} - {""}
    values = [*NUMBERS, *sorted(others)]
    found = line_types(pd.Series(values, dtype="str"), few=few).tolist()
    assert found == [by_the_library(one) for one in values]
    assert set(found) == set(NAMES.values())


@pytest.mark.parametrize("few", [0, 32])
def test_what_is_no_valid_number_has_no_type(few: int) -> None:
    """Nor has a blank."""
    values = ["+14155552671", "", "+12", "+15555555555", "+4915", "+999123456", "+0", "+123"]
    found = line_types(pd.Series(values, dtype="str"), few=few).tolist()
    assert found == ["fixed_line_or_mobile", *[""] * 7]


@pytest.mark.slow
@pytest.mark.parametrize("types", [TEXTED, frozenset({"fixed_line"}), frozenset({"toll_free"})])
def test_no_number_of_a_type_escapes_its_pattern(types: frozenset[str]) -> None:
    """And of the numbers of North America hardly any other is in it."""
    told = pc.match_substring_regex(pa.array(NUMBERS), numbers_of(types)).to_pylist()
    kinds = [by_the_library(one) for one in NUMBERS]
    assert [
        one
        for one, hit, kind in zip(NUMBERS, told, kinds, strict=True)
        if kind in types and not hit
    ] == []
    assert not pc.match_substring_regex(pa.scalar("+14155552671"), numbers_of(types)).as_py()


def test_a_landline_is_found_among_numbers_that_triage_passes() -> None:
    """Only where text messages are sent."""
    mobiles, lines = ["+447400123456"] * 40, ["+442079460018", "+18002345678"]
    chunk = chunk_of(["Ann"] * 42, [*mobiles, *lines])
    (found,) = (
        one for one in Linter(plan_for("name", "phone", profile="textus")).lint(chunk).columns
        if one.column.kind == "phone"
    )  # fmt: skip
    (hit,) = found.hits
    assert hit.code == "PHN409"
    assert sorted(found.cells["value"][hit.cells]) == sorted(lines)
    elsewhere = Linter(plan_for("name", "phone")).lint(chunk).columns
    assert [hit for one in elsewhere for hit in one.hits] == []
