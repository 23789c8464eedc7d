"""Records of too many fields: in which column an unquoted delimiter most likely stands.

`Kestrel Labs, Inc.` without its quotes is two fields, and all that follow stand one too far right.
Each way to join neighbours again is tried: columns of addresses, phones and moments must hold such
where they then stand, and others must not. Only where a single way is left, or a single one at a
delimiter with a blank behind it, is anything said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.types import Bools, Column, Ints, Syntax
from preflight.reading.raw_records import cut_by_width

_EMAIL = r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$"
_MOMENT = r"^\s*(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4})"
SHAPES = {
    "email": _EMAIL,
    "phone": r"^\s*[+(]?[0-9][0-9 ().+/-]{5,}\s*$",
    "timestamp": _MOMENT,
}
"""What the cells of a kind look like; RE2."""
ALIEN = f"{_EMAIL}|{_MOMENT}"
"""What no cell of another kind looks like."""
_NOWHERE = -1


def likely_columns(
    raws: pd.Series[str], fields: Ints, columns: Sequence[Column], syntax: Syntax
) -> Ints:
    """The position of the column in which a delimiter most likely lacks its quotes; -1: unknown.

    Args:
        raws: records with more fields than there are columns, as written.
        fields: how many each has.
        columns: of the header.
        syntax: of the file.
    """
    found = np.full(len(raws), _NOWHERE, dtype=np.int64)
    for at, cells in cut_by_width(raws, fields, syntax):
        found[at] = _decided(cells, columns, len(cells) - len(columns))
    return found


def _decided(cells: Sequence[pa.Array], columns: Sequence[Column], extra: int) -> Ints:
    """What `likely_columns` says of records that all have so many fields too many."""
    padded = [matches(cell, r"^\s+\S") for cell in cells]
    ways, spaced = [], []
    for position, fits in _ways(cells, columns, extra):
        joined = range(position + 1, position + extra + 1)
        inside = np.logical_and.reduce([padded[one] for one in joined])
        outside = [padded[one] for one in range(len(cells)) if one not in joined]
        ways.append((position, fits))
        spaced.append((position, fits & inside & ~np.logical_or.reduce(outside)))
    trailing = np.logical_and.reduce([matches(cell, r"^\s*$") for cell in cells[-extra:]])
    # Then there may be a delimiter too many at the end, and nothing has moved.
    unmoved = trailing & np.logical_and.reduce(
        [_fits(column, cells[at]) for at, column in enumerate(columns)]
    )
    only, by_blank = _single(ways, len(trailing)), _single(spaced, len(trailing))
    return np.where(unmoved, _NOWHERE, np.where(only != _NOWHERE, only, by_blank))


def _ways(
    cells: Sequence[pa.Array], columns: Sequence[Column], extra: int
) -> Iterator[tuple[int, Bools]]:
    """Each column that neighbours may be joined into, and the records in which all then fits."""
    left = [_fits(column, cells[at]) for at, column in enumerate(columns)]
    right = [_fits(column, cells[at + extra]) for at, column in enumerate(columns)]
    for at, column in enumerate(columns):
        if column.kind in SHAPES:
            continue
        inside = [_fits(column, cells[one]) for one in range(at, at + extra + 1)]
        yield at, np.logical_and.reduce([*left[:at], *inside, *right[at + 1 :]])


def _single(ways: Sequence[tuple[int, Bools]], count: int) -> Ints:
    """The one way that is open, for each record; -1 where there is none or more than one."""
    if not ways:
        return np.full(count, _NOWHERE, dtype=np.int64)
    fits = np.array([mask for _, mask in ways])
    position = np.array([one for one, _ in ways], dtype=np.int64)
    return np.where(fits.sum(axis=0) == 1, position[fits.argmax(axis=0)], _NOWHERE)


def _fits(column: Column, cells: pa.Array) -> Bools:
    """Whether cells can stand in a column; blank ones can anywhere."""
    shape = SHAPES.get(column.kind)
    if shape is None:
        return ~matches(cells, ALIEN)
    return matches(cells, rf"{shape}|^\s*$")


def matches(cells: pa.Array, pattern: str) -> Bools:
    """Which cells hold a match of an RE2 pattern."""
    found = pc.match_substring_regex(cells, pattern)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
