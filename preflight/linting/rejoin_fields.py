"""Records of too many fields, whose fields can be joined again in one way only.

Every way to spread the fields over the columns in their order is counted, any number of neighbours
joined into any columns of free text. A record is repaired where

- a single way is open at all, something in the row refutes that nothing has moved, and each piece
  that is joined holds a letter (a bare number may be a cell by itself); or
- the delimiters with a sign behind them (a blank, or nothing but `Inc.` and the like), all of them
  and no other, are the ones that lack their quotes, none of them in a column of names, and an
  address, a phone number, a moment or a country stands where it belongs.

What is joined is joined by the delimiter: not a character of the record is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.types import Bools, Column, Ints, Syntax
from preflight.kinds.country import region_of
from preflight.linting.unquoted_delimiter import ALIEN, SHAPES, matches
from preflight.reading.raw_records import cut_by_width

MOST_EXTRA = 3
"""Records with more fields too many than that are no matter of a delimiter or two."""

_FILLED, _LETTER = r"\S", r"\p{L}"
_SIGNED = (
    r"^\s+\S|(?i)^(?:inc|llc|l\.l\.c|llp|ltd|limited|plc|corp|gmbh|s\.?a\.?r\.?l|pty ltd)\.?\s*$"
)
_COUNTRY = "country"


@dataclass(frozen=True)
class Rejoined:
    """The records that one alignment fits.

    Attributes:
        at: which of the given ones, in order.
        cells: for each column of the header, an object array of their cells.
    """

    at: Ints
    cells: tuple[np.ndarray, ...]


def rejoined(
    raws: pd.Series[str], fields: Ints, columns: Sequence[Column], syntax: Syntax
) -> Rejoined:
    """The records that can be repaired, repaired.

    Args:
        raws: records with more fields than there are columns, as written.
        fields: how many each has.
        columns: of the header.
        syntax: of the file.
    """
    near = np.flatnonzero(fields - len(columns) <= MOST_EXTRA)
    which: list[Ints] = [np.empty(0, dtype=np.int64)]
    pieces: list[list[np.ndarray]] = [[np.empty(0, dtype=object)] * len(columns)]
    for at, cells in cut_by_width(raws.iloc[near], fields[near], syntax):
        ways = _Ways(cells, columns)
        sure, offsets = ways.decided()
        which.append(near[at[sure]])
        pieces.append(_joined(cells, offsets[:, sure], sure, syntax.delimiter))
    found = np.concatenate(which)
    order = np.argsort(found, kind="stable")
    joined = (np.concatenate(column)[order] for column in zip(*pieces, strict=True))
    return Rejoined(found[order], tuple(joined))


class _Ways:
    """The ways to spread the cells of records of one width over the columns.

    Column `i` may begin with cell `i + o`, where the offset `o` grows from 0 to `extra`; the
    difference between the offsets of two columns is how many further cells the first one takes.
    """

    def __init__(self, cells: Sequence[pa.Array], columns: Sequence[Column]) -> None:
        self._columns = columns
        self._cells = cells
        self._extra = len(cells) - len(columns)
        self._count = len(cells[0])
        self._filled = [matches(cell, _FILLED) for cell in cells]
        self._signed = [matches(cell, _SIGNED) for cell in cells]
        self._text = [~matches(cell, ALIEN) for cell in cells]
        self._fits = [
            [self._fit(column, cells, at + offset) for offset in range(self._extra + 1)]
            for at, column in enumerate(columns)
        ]

    def _fit(self, column: Column, cells: Sequence[pa.Array], at: int) -> Bools:
        """Whether the cells can stand in a column; blank ones can anywhere."""
        if column.kind == _COUNTRY:
            return _countries(cells[at]) | ~self._filled[at]
        if column.kind in SHAPES:
            return matches(cells[at], SHAPES[column.kind]) | ~self._filled[at]
        return self._text[at]

    def decided(self) -> tuple[Bools, Ints]:
        """The records that one alignment fits, and for each column and record its offset."""
        unmoved = np.logical_and.reduce([fits[0] for fits in self._fits])
        trailing = ~np.logical_or.reduce(self._filled[-self._extra :])
        single, any_way = self._single(by_sign=False)
        sure = single & ~unmoved
        sure &= self._joins(any_way, self._lettered(sure))
        signed, by_sign = self._single(by_sign=True)
        signed &= self._joins(by_sign, self._filled) & self._anchored(by_sign)
        signed &= ~(unmoved & trailing)
        return sure | signed, np.where(sure, any_way, by_sign)

    def _single(self, *, by_sign: bool) -> tuple[Bools, Ints]:
        """Where a single way is open, and the offsets of the first that is."""
        width, most = len(self._columns), self._extra
        open_from = np.zeros((width + 1, most + 1, self._count), dtype=np.uint8)
        open_from[width, most] = 1
        for at in range(width - 1, -1, -1):
            for offset in range(most + 1):
                for more in range(most - offset + 1):
                    step = self._step(at, offset, more, by_sign=by_sign)
                    total = open_from[at, offset] + step * open_from[at + 1, offset + more]
                    open_from[at, offset] = np.minimum(total, 2)
        offsets = np.zeros((width + 1, self._count), dtype=np.int64)
        offsets[width] = most
        for at in range(width - 1):
            for offset in range(most + 1):
                here = offsets[at] == offset
                for more in range(most - offset, -1, -1):
                    step = self._step(at, offset, more, by_sign=by_sign)
                    taken = here & step & (open_from[at + 1, offset + more] > 0)
                    offsets[at + 1, taken] = offset + more
        return open_from[0, 0] == 1, offsets

    def _step(self, at: int, offset: int, more: int, *, by_sign: bool) -> Bools:
        """Whether a column can begin at an offset and take so many further cells."""
        column, first = self._columns[at], at + offset
        fits = self._fits[at][offset]
        if by_sign:
            fits = fits & ~self._signed[first]
        if not more:
            return fits
        if column.kind in SHAPES or column.kind == _COUNTRY or (by_sign and column.kind == "name"):
            return np.zeros(self._count, dtype=bool)
        further = range(first + 1, first + more + 1)
        joined = [self._text[one] for one in further]
        if by_sign:
            joined += [self._signed[one] for one in further]
        can: Bools = np.logical_and.reduce([fits, *joined])
        return can

    def _joins(self, offsets: Ints, good: Sequence[Bools]) -> Bools:
        """Where all pieces that are joined are good."""
        fine = np.ones(self._count, dtype=bool)
        for at in range(len(self._columns)):
            for offset in range(self._extra + 1):
                for more in range(1, self._extra - offset + 1):
                    taken = (offsets[at] == offset) & (offsets[at + 1] == offset + more)
                    for one in range(at + offset, at + offset + more + 1):
                        fine &= ~taken | good[one]
        return fine

    def _lettered(self, asked: Bools) -> list[Bools]:
        """Of each cell, where it holds a letter, as far as records are asked about."""
        found = np.zeros((len(self._cells), self._count), dtype=bool)
        for at, cell in enumerate(self._cells if asked.any() else ()):
            found[at, asked] = matches(cell.filter(pa.array(asked)), _LETTER)
        return list(found)

    def _anchored(self, offsets: Ints) -> Bools:
        """Where some cell of a known look stands in its column."""
        anchored = np.zeros(self._count, dtype=bool)
        for at, column in enumerate(self._columns):
            if column.kind in SHAPES or column.kind == _COUNTRY:
                for offset in range(self._extra + 1):
                    anchored |= (offsets[at] == offset) & self._filled[at + offset]
        return anchored


def _countries(cells: pa.Array) -> Bools:
    encoded = cells.dictionary_encode()
    known = np.array([bool(region_of(one)) for one in encoded.dictionary.to_pylist()], dtype=bool)
    named: Bools = known[encoded.indices.to_numpy(zero_copy_only=False)]
    return named


def _joined(
    cells: Sequence[pa.Array], offsets: Ints, sure: Bools, delimiter: str
) -> list[np.ndarray]:
    """The cells of the records that are sure, a column each."""
    texts = [
        pc.filter(cell, pa.array(sure)).to_numpy(zero_copy_only=False).astype(object)
        for cell in cells
    ]
    extra = len(cells) - len(offsets) + 1
    columns = []
    for at in range(len(offsets) - 1):
        column = np.empty(offsets.shape[1], dtype=object)
        for offset in range(extra + 1):
            for more in range(extra - offset + 1):
                here = (offsets[at] == offset) & (offsets[at + 1] == offset + more)
                if here.any():
                    first = at + offset
                    value = texts[first][here]
                    for one in texts[first + 1 : first + more + 1]:
                        value = value + delimiter + one[here]
                    column[here] = value
        columns.append(column)
    return columns
