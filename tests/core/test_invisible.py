"""What nobody sees goes, and what a script needs stays."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.arrow import strings
from preflight.core.invisible import drop_zero_width, strip_invisible, tidy
from preflight.core.invisible_cells import drop_all_zero_width, stripped, tidied
from tests.cells import cells


@pytest.mark.parametrize(
    ("value", "tidied"),
    [
        (" Ann\u00a0Bell ", "Ann Bell"),
        ("An\u200bn\u00ad", "Ann"),
        ("Kestrel\tLabs", "Kestrel Labs"),
        ("Kestrel\nLabs\r\nLtd", "Kestrel\nLabs\r\nLtd"),
        ("a\u2028b", "a b"),
        ("a\x07b\x1b", "ab"),
        ("O\x92Brien", "O\x92Brien"),
        ("\u0646\u06cc\u200c\u0631\u0648", "\u0646\u06cc\u200c\u0631\u0648"),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("\U0001f468\u200d\U0001f4bb", "\U0001f468\u200d\U0001f4bb"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
        ("\U0001f469\U0001f3fd\u200d\U0001f4bb", "\U0001f469\U0001f3fd\u200d\U0001f4bb"),
        ("a\u200cb\u200d", "ab"),
        ("\u0646\u200c", "\u0646"),
        ("\u0646\u200ca", "\u0646a"),
        ("\u3000直樹\u3000浜田", "直樹 浜田"),
        ("\0Ann", "\0Ann"),
        ("\u200b", ""),
    ],
)
def test_a_value_is_written_as_it_looks(value: str, tidied: str) -> None:
    """Line breaks, and what may be a letter, stay."""
    assert tidy(value) == tidied


@given(cells("text"))
def test_tidying_twice_is_tidying_once(value: str) -> None:
    """And so is taking off and dropping."""
    for function in (tidy, strip_invisible, drop_zero_width):
        assert function(function(value)) == function(value)


@given(st.lists(cells("text"), min_size=1, max_size=20))
def test_a_column_is_tidied_as_each_of_its_values_is(values: list[str]) -> None:
    """In bulk, and one by one."""
    column = pd.Series(values, dtype="str")
    assert tidied(column).tolist() == [tidy(value) for value in values]
    assert stripped(column).tolist() == [strip_invisible(value) for value in values]
    dropped = drop_all_zero_width(strings(column)).to_pylist()
    assert dropped == [drop_zero_width(value) for value in values]


@given(cells("text"))
def test_tidying_takes_no_letter_and_no_digit(value: str) -> None:
    """It is safe."""
    assert [c for c in tidy(value) if c.isalnum()] == [c for c in value if c.isalnum()]
