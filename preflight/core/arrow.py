"""Strings by the column: from pandas to Arrow and back, and operations that Arrow lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.patterns import matching
from preflight.core.types import Bools


def strings(values: pd.Series[str]) -> pa.Array:
    """A series of strings as one Arrow array; not copied if it is one already."""
    array = pa.array(values.array, type=pa.large_string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def series(values: pa.Array, index: pd.Index[Any]) -> pd.Series[str]:
    """An Arrow array as a series of strings."""
    return pd.Series(values, index=index, dtype="str")


def mask(values: pa.Array) -> Bools:
    """An Arrow array of booleans as a numpy array."""
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=bool)


def matches(values: pa.Array, pattern: str) -> Bools:
    """Where an RE2 pattern matches part of a string."""
    return mask(matching(values, pattern))


def contains(values: pd.Series[str], pattern: str) -> pd.Series[bool]:
    """Where an RE2 pattern matches part of a value: a mask.

    `str.contains` of pandas first has Python parse the pattern, at every call, to see whether
    Python's `re` must be asked instead; for a long pattern and few values that takes most time.
    """
    return pd.Series(matches(strings(values), pattern), index=values.index)


def equal(left: pd.Series[str], right: pd.Series[str]) -> Bools:
    """Where two series of strings are equal, whatever their index."""
    return mask(pc.equal(strings(left), strings(right)))


def replaced(values: pa.Array, where: Bools, new: pa.Array) -> pa.Array:
    """The array with the values at a mask replaced, in order."""
    if not len(new):
        return values
    return pc.replace_with_mask(values, pa.array(where), new.cast(values.type))


def replaced_rows(frame: pd.DataFrame, where: Bools, new: pd.DataFrame) -> pd.DataFrame:
    """The frame with the rows at a mask replaced, in order, by those of one with its columns."""
    taken = np.arange(len(frame))
    taken[where] = len(frame) + np.arange(len(new))
    columns = {}
    for name in frame.columns:
        old, fresh = frame[name], new[name]
        if old.dtype == fresh.dtype == "str":
            columns[name] = series(replaced(strings(old), where, strings(fresh)), frame.index)
        else:
            both = pd.concat([old, fresh], ignore_index=True)
            columns[name] = both.take(taken).set_axis(frame.index)
    return pd.DataFrame(columns, index=frame.index)


def mapped(values: pa.Array, where: Bools, function: Callable[[str], str]) -> pa.Array:
    """The array with a function applied to the values at a mask."""
    if not where.any():
        return values
    chosen = values.filter(pa.array(where)).to_pylist()
    return replaced(
        values, where, pa.array([function(value) for value in chosen], pa.large_string())
    )
