"""Strings by the column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from preflight.core.arrow import contains, replaced_rows


@pytest.mark.parametrize("pattern", ["b", "^b", "(?i)B$", "a|z", "[^@]@[^@]{3,}@[^@]", r"\."])
def test_contains_says_what_pandas_says(pattern: str) -> None:
    """For patterns that mean the same to Python and RE2; the index stays."""
    values = pd.Series(["ab", "", "b", "zö", "a@bcd@e.f"], index=[7, 3, 5, 9, 1], dtype="str")
    pd.testing.assert_series_equal(contains(values, pattern), values.str.contains(pattern))


def test_rows_are_replaced_in_their_order_whatever_the_columns_hold() -> None:
    """The index and the types of the columns stay."""
    frame = pd.DataFrame({"text": ["a", "b", "c"], "count": [1, 2, 3]}, index=[4, 9, 7])
    new = pd.DataFrame({"text": ["x", "y"], "count": [8, 9]})

    replaced = replaced_rows(frame, np.array([True, False, True]), new)

    expected = pd.DataFrame({"text": ["x", "b", "y"], "count": [8, 2, 9]}, index=[4, 9, 7])
    pd.testing.assert_frame_equal(replaced, expected)
