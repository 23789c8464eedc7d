"""`invisible`, of many cells at once.

Apart from it, for what only knows names of columns does without pandas.
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core import invisible
from preflight.core.arrow import mapped, mask, matches, replaced, series, strings


def stripped(values: pd.Series[str]) -> pd.Series[str]:
    """`strip_invisible` of each value."""
    return series(strip_all(strings(values)), values.index)


def tidied(values: pd.Series[str]) -> pd.Series[str]:
    """`tidy` of each value."""
    given = strings(values)
    odd = matches(given, invisible.ODD)
    if odd.any():
        some = drop_all_zero_width(given.filter(pa.array(odd)))
        some = pc.replace_substring_regex(some, invisible.SPACE_LIKE.pattern, " ")
        given = replaced(
            given, odd, pc.replace_substring_regex(some, invisible.DROPPED.pattern, "")
        )
    return series(strip_all(given), values.index)


def strip_all(values: pa.Array) -> pa.Array:
    """`strip_invisible` of each string of an array."""
    return pc.utf8_trim(values, invisible.EDGES)


def drop_all_zero_width(values: pa.Array) -> pa.Array:
    """`drop_zero_width` of each string of an array."""
    wide = ~mask(pc.string_is_ascii(values))
    if not wide.any():
        return values
    return mapped(
        values, wide & matches(values, invisible.UNSEEN.pattern), invisible.drop_zero_width
    )
