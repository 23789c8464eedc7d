"""Strings by the column."""

from __future__ import annotations

import pandas as pd
import pytest

from preflight.core.arrow import contains


@pytest.mark.parametrize("pattern", ["b", "^b", "(?i)B$", "a|z", "[^@]@[^@]{3,}@[^@]", r"\."])
def test_contains_says_what_pandas_says(pattern: str) -> None:
    """For patterns that mean the same to Python and RE2; the index stays."""
    values = pd.Series(["ab", "", "b", "zö", "a@bcd@e.f"], index=[7, 3, 5, 9, 1], dtype="str")
    pd.testing.assert_series_equal(contains(values, pattern), values.str.contains(pattern))
