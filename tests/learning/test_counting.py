"""How sure one can be, held against exact arithmetic and published values."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.learning.counting import CHANCE, LEAST, PRECISION, Support, chance, wilson


@pytest.mark.parametrize(
    ("hits", "rows", "lower"),
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
    [(81, 263, 0.2553), (15, 148, 0.0624), (0, 20, 0.0), (1, 29, 0.0061)],
)
def test_the_lower_end_is_the_published_one(hits: int, rows: int, lower: float) -> None:
    assert wilson(hits, rows) == pytest.approx(lower, abs=5e-5)


@given(st.integers(0, 300), st.integers(1, 300))
def test_the_lower_end_lies_under_the_share_and_grows_with_the_rows(hits: int, rows: int) -> None:
    hits = min(hits, rows)
    assert 0 <= wilson(hits, rows) <= hits / rows
    if hits:
        assert wilson(hits, rows) < wilson(2 * hits, 2 * rows)
    assert wilson(0, 0) == 0


@given(st.integers(0, 40), st.integers(0, 40), st.data())
def test_the_chance_is_that_of_drawing_blindly(bad: int, good: int, data: st.DataObject) -> None:
    rows = data.draw(st.integers(0, bad + good))
    refused = data.draw(st.integers(max(0, rows - good), min(rows, bad)))
    ways = sum(
        math.comb(bad, hits) * math.comb(good, rows - hits)
        for hits in range(refused, min(rows, bad) + 1)
    )
    exact = Fraction(ways, math.comb(bad + good, rows))
    assert chance(refused, rows, bad, bad + good) == pytest.approx(float(exact), rel=1e-9)


def test_twelve_rows_without_a_counterexample_are_the_least() -> None:
    assert LEAST == 12
    assert wilson(12, 12) >= PRECISION > wilson(11, 11)


def test_what_holds_is_both_precise_and_unlikely_by_chance() -> None:
    assert Support(12, 0, 12, 500).holds(1000)
    assert not Support(12, 4, 12, 500).holds(1)
    # Nine in ten rows were refused: twelve refused ones in a row are no wonder.
    assert chance(12, 12, 900, 1000) > CHANCE
    assert not Support(12, 0, 900, 100).holds(1)
    assert not Support(0, 0, 10, 10).holds(1)
