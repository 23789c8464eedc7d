"""Finds the column in which a record with too many fields most likely has an unquoted delimiter.

`Kestrel Labs, Inc.` without quotes is two fields, and all later fields are one column too far
right. Each way to join neighbours is tried: then columns of email addresses, phones and timestamps
must hold such values, and others must not. There is a result only if a single way is left, or a
single one at a delimiter followed by a blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.core.arrow import matches
from preflight.core.types import Bools, Column, Ints, Syntax
from preflight.reading.raw_records import cut_by_width

_EMAIL = r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$"
_TIMESTAMP = r"^\s*(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4})"
SHAPES = {
    "email": _EMAIL,
    "phone": r"^\s*[+(]?[0-9][0-9 ().+/-]{5,}\s*$",
    "timestamp": _TIMESTAMP,
}
"""Patterns of the cells of a kind; RE2."""
ALIEN = f"{_EMAIL}|{_TIMESTAMP}"
"""A pattern that no cell of another kind matches."""
_NOWHERE = -1


def likely_columns(
    raws: pd.Series[str], fields: Ints, columns: Sequence[Column], syntax: Syntax
) -> Ints:
    """The position of the column that most likely has an unquoted delimiter; -1 if unknown.

    Args:
        raws: records with more fields than there are columns, as written.
        fields: the number of fields of each.
        columns: of the header.
        syntax: of the file.
    """
    likely = np.full(len(raws), _NOWHERE, dtype=np.int64)
    for at, cells in cut_by_width(raws, fields, syntax):
        likely[at] = _decided(cells, columns, len(cells) - len(columns))
    return likely


class _Fields:
    """The fields of some records with the same number of them, matched all at once by a pattern.

    Args:
        cells: the fields, an array for each place in a record.
    """

    def __init__(self, cells: Sequence[pa.Array]) -> None:
        self.count = len(cells)
        self._cells = pa.concat_arrays(cells)
        self._known: dict[str, Bools] = {}

    def match(self, pattern: str) -> Bools:
        """Where a field matches a pattern: a row for each place, with a mask of the records."""
        if pattern not in self._known:
            self._known[pattern] = matches(self._cells, pattern).reshape(self.count, -1)
        return self._known[pattern]

    def fit(self, column: Column, at: int) -> Bools:
        """A mask of the records whose field at a place fits a column."""
        shape = SHAPES.get(column.kind)
        mask: Bools = ~self.match(ALIEN)[at] if shape is None else self.match(rf"{shape}|^\s*$")[at]
        return mask


def _decided(cells: Sequence[pa.Array], columns: Sequence[Column], extra: int) -> Ints:
    """The result of `likely_columns` for records with the same number of extra fields."""
    fields = _Fields(cells)
    padded = fields.match(r"^\s+\S")
    ways, spaced = [], []
    for position, fits in _ways(fields, columns, extra):
        joined = range(position + 1, position + extra + 1)
        inside = padded[joined].all(axis=0)
        outside = np.delete(padded, joined, axis=0).any(axis=0)
        ways.append((position, fits))
        spaced.append((position, fits & inside & ~outside))
    trailing = np.logical_and.reduce([*fields.match(r"^\s*$")[-extra:]])
    # Then there may be an extra delimiter at the end, and the fields are in their columns.
    unmoved = trailing & np.logical_and.reduce(
        [fields.fit(column, at) for at, column in enumerate(columns)]
    )
    only, by_blank = _single(ways, len(trailing)), _single(spaced, len(trailing))
    return np.where(unmoved, _NOWHERE, np.where(only != _NOWHERE, only, by_blank))


def _ways(fields: _Fields, columns: Sequence[Column], extra: int) -> Iterator[tuple[int, Bools]]:
    """Each column that fields may be joined into, with a mask of the records in which all fits."""
    left = [fields.fit(column, at) for at, column in enumerate(columns)]
    right = [fields.fit(column, at + extra) for at, column in enumerate(columns)]
    for at, column in enumerate(columns):
        if column.kind in SHAPES:
            continue
        inside = [fields.fit(column, place) for place in range(at, at + extra + 1)]
        yield at, np.logical_and.reduce([*left[:at], *inside, *right[at + 1 :]])


def _single(ways: Sequence[tuple[int, Bools]], count: int) -> Ints:
    """For each record the only possible way; -1 if there is none or more than one."""
    if not ways:
        return np.full(count, _NOWHERE, dtype=np.int64)
    fits = np.array([mask for _, mask in ways])
    position = np.array([way for way, _ in ways], dtype=np.int64)
    return np.where(fits.sum(axis=0) == 1, position[fits.argmax(axis=0)], _NOWHERE)


def can_hold(column: Column, cells: pa.Array) -> Bools:
    """A mask of the cells that fit a column; blank cells fit any column."""
    shape = SHAPES.get(column.kind)
    if shape is None:
        return ~matches(cells, ALIEN)
    return matches(cells, rf"{shape}|^\s*$")
