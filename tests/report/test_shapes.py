"""Shapes of values, one by one and many together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.report.shapes import shape, shapes

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("Ann 42", "A(1)a(2)s(1)d(2)"),
        ("alice1234", "a(5)d(4)"),
        ("é日@x.y", "u(2)@a(1).a(1)"),
        ("a\t\n\x1bb", "a(1)c(3)a(1)"),
        ("\x7f\u200b\xa0", "c(1)u(2)"),
        ("", ""),
    ],
)
def test_a_shape_tells_the_kinds_of_characters_and_how_many(value: str, told: str) -> None:
    assert shape(value) == told


@given(st.text(st.characters(codec="ascii"), max_size=20))
def test_a_letter_beyond_ascii_changes_nothing_of_the_rest_of_a_shape(value: str) -> None:
    """Values in ASCII take a shorter way."""
    assert shape(value + "é") == f"{shape(value)}u(1)"


@given(st.text())
def test_a_shape_is_printable_on_one_line_and_keeps_no_letter_or_digit(value: str) -> None:
    told = shape(value)
    assert told.isprintable()
    assert told.isascii()
    marks = {"a", "A", "d", "s", "u", "c"}
    assert {one for one in told if one.isalpha()} <= marks
    for digit in "123456789":
        assert shape(value.replace("0", digit)) == told


@given(st.lists(st.none() | _TEXT | st.text("aB3 -", min_size=190, max_size=210)))
def test_the_shapes_of_many_values_are_those_of_each(values: list[str | None]) -> None:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    which, found = shapes(array)
    told = [found[at] for at in which]
    assert told == [None if value is None else shape(value) for value in values]
