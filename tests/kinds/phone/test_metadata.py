"""Columns of digits are read as the library reads each number."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from preflight.kinds.phone import metadata
from preflight.kinds.phone.metadata import ParsedNumbers, read, valid, written
from tests.cells import numbers
from tests.dialling import REGIONS, VALID, by_the_library

NUMBERS = numbers()


def reading(digits: list[str], region: str, *, plus: bool = False, few: int = 0) -> ParsedNumbers:
    """What digits are read as, all in one region."""
    international = np.full(len(digits), plus)
    return read(pa.array(digits), international, pa.array([region] * len(digits)), few=few)


def test_every_region_has_a_numbering() -> None:
    """The metadata of today say enough of each, in patterns that RE2 takes."""
    assert [region for region in REGIONS if metadata.numbering(region) is None] == []
    for plan in filter(None, map(metadata.numbering, REGIONS)):
        patterns = (plan.abroad, plan.prefix, plan.general, plan.known, plan.typed, plan.leading)
        for pattern in (*patterns, *plan.types):
            pc.match_substring_regex(pa.array(["1"]), pattern)
    assert metadata.numbering("AQ") is None
    assert metadata.numbering("001", 800) is not None


def test_a_pattern_that_re2_does_not_know_is_left_to_the_library() -> None:
    """Python's `re`, which the library uses, knows look-ahead."""
    plan = metadata.numbering("US")
    assert plan is not None
    assert not metadata._is_re2(dataclasses.replace(plan, general=r"^(?=2)\d{10}$"))


@pytest.mark.slow
def test_valid_numbers_are_told_by_their_digits() -> None:
    """All examples of the metadata but such as the library itself would write otherwise."""
    fine = written(pa.array([one[1:] for one in NUMBERS]), few=0).tolist()
    assert fine == [by_the_library(one, "") == (VALID, one) for one in NUMBERS]
    assert sum(fine) > len(NUMBERS) * 0.99


@pytest.mark.parametrize(
    ("digits", "region", "plus", "outcome"),
    [
        ("4155552671", "US", False, metadata.READ),
        ("4155552671", "", False, metadata.NO_REGION),
        ("4155552671", "AQ", False, metadata.NO_REGION),
        ("999123456", "", True, metadata.NO_CODE),
        ("999123456", "US", True, metadata.NO_CODE),
        ("011442079460018", "US", True, metadata.READ),
        ("01199", "US", False, metadata.SHORT_BEHIND_PREFIX),
        ("011999123456", "US", False, metadata.NO_CODE),
        ("11", "US", False, metadata.READ),
        ("12345678901234567890", "US", False, metadata.TOO_LONG),
        ("441", "", True, metadata.TOO_SHORT),
    ],
)
def test_why_digits_are_no_number(digits: str, region: str, plus: bool, outcome: int) -> None:
    """As the library's own errors say."""
    assert reading([digits], region, plus=plus).outcomes.tolist() == [outcome]


def test_few_numbers_are_left_to_the_library() -> None:
    """Making the patterns would take longer."""
    found = reading(["4155552671"] * 3, "US", few=4)
    assert found.outcomes.tolist() == [metadata.UNKNOWN] * 3
    assert (found.codes.tolist(), found.numbers.to_pylist()) == ([0] * 3, [""] * 3)
    assert not valid(found.codes, found.numbers).any()
    assert not written(pa.array(["14155552671"] * 3), few=4).any()
    assert reading(["4155552671"] * 4, "US", few=4).outcomes.tolist() == [metadata.READ] * 4
