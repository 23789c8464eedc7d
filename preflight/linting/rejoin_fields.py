"""Repairs records with too many fields, if their fields can be joined in only one way.

All ways to distribute the fields over the columns in order are counted, with any number of
neighbours joined into any columns of free text. A record is repaired if

- there is only one way, the row shows that fields have moved, and each joined piece has a letter (a
  bare number may be a cell by itself); or
- the delimiters with a sign after them (a blank, or only `Inc.` and the like), all of them and no
  others, are those without quotes, none of them is in a column of names, and an email address, a
  phone number, a timestamp or a country is in its column.

Pieces are joined with the delimiter, so no character of the record is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.arrow import matches
from preflight.core.types import Bools, Column, Ints, Syntax
from preflight.kinds.country_names import region_of
from preflight.linting.unquoted_delimiter import ALIEN, SHAPES
from preflight.reading.raw_records import cut_by_width

MOST_EXTRA = 3
"""Records with more extra fields than this are not repaired."""

_FILLED, _LETTER = r"\S", r"\p{L}"
_SIGNED = (
    r"^\s+\S|(?i)^(?:inc|llc|l\.l\.c|llp|ltd|limited|plc|corp|gmbh|s\.?a\.?r\.?l|pty ltd)\.?\s*$"
)
_COUNTRY = "country"


@dataclass(frozen=True)
class Rejoined:
    """The records that fit in only one way.

    Attributes:
        at: their positions among the given records, in order.
        cells: for each column of the header, an object array of their cells.
    """

    at: Ints
    cells: tuple[np.ndarray, ...]


def rejoined(
    raws: pd.Series[str], fields: Ints, columns: Sequence[Column], syntax: Syntax
) -> Rejoined:
    """Repairs the records that can be repaired.

    Args:
        raws: records with more fields than there are columns, as written.
        fields: the number of fields of each.
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
    repaired = np.concatenate(which)
    order = np.argsort(repaired, kind="stable")
    joined = (np.concatenate(column)[order] for column in zip(*pieces, strict=True))
    return Rejoined(repaired[order], tuple(joined))


class _Ways:
    """The ways to distribute the cells of records of one width over the columns.

    Column `i` may begin with cell `i + o`, where the offset `o` grows from 0 to `extra`; the
    difference between the offsets of two columns is the number of further cells of the first one.
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
        """A mask of the cells that fit a column; blank cells fit any column."""
        if column.kind == _COUNTRY:
            return _countries(cells[at]) | ~self._filled[at]
        if column.kind in SHAPES:
            return matches(cells[at], SHAPES[column.kind]) | ~self._filled[at]
        return self._text[at]

    def decided(self) -> tuple[Bools, Ints]:
        """A mask of the records that fit in only one way, and the offset of each column in each."""
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
        """A mask of the records with a single way, and the offsets of the first way."""
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
        """A mask of the records in which a column can begin at an offset and take further cells."""
        column, first = self._columns[at], at + offset
        fits = self._fits[at][offset]
        if by_sign:
            fits = fits & ~self._signed[first]
        if not more:
            return fits
        if column.kind in SHAPES or column.kind == _COUNTRY or (by_sign and column.kind == "name"):
            return np.zeros(self._count, dtype=bool)
        further = range(first + 1, first + more + 1)
        joined = [self._text[cell_at] for cell_at in further]
        if by_sign:
            joined += [self._signed[cell_at] for cell_at in further]
        can: Bools = np.logical_and.reduce([fits, *joined])
        return can

    def _joins(self, offsets: Ints, good: Sequence[Bools]) -> Bools:
        """A mask of the records in which all joined pieces are good."""
        fine = np.ones(self._count, dtype=bool)
        for at in range(len(self._columns)):
            for offset in range(self._extra + 1):
                for more in range(1, self._extra - offset + 1):
                    taken = (offsets[at] == offset) & (offsets[at + 1] == offset + more)
                    for cell_at in range(at + offset, at + offset + more + 1):
                        fine &= ~taken | good[cell_at]
        return fine

    def _lettered(self, asked: Bools) -> list[Bools]:
        """For each cell a mask of the asked records in which it has a letter."""
        lettered = np.zeros((len(self._cells), self._count), dtype=bool)
        for at, cell in enumerate(self._cells if asked.any() else ()):
            lettered[at, asked] = matches(cell.filter(pa.array(asked)), _LETTER)
        return list(lettered)

    def _anchored(self, offsets: Ints) -> Bools:
        """A mask of the records in which some cell of a known shape is in its column."""
        anchored = np.zeros(self._count, dtype=bool)
        for at, column in enumerate(self._columns):
            if column.kind in SHAPES or column.kind == _COUNTRY:
                for offset in range(self._extra + 1):
                    anchored |= (offsets[at] == offset) & self._filled[at + offset]
        return anchored


def _countries(cells: pa.Array) -> Bools:
    encoded = cells.dictionary_encode()
    known = np.array([bool(region_of(text)) for text in encoded.dictionary.to_pylist()], dtype=bool)
    named: Bools = known[encoded.indices.to_numpy(zero_copy_only=False)]
    return named


def _joined(
    cells: Sequence[pa.Array], offsets: Ints, sure: Bools, delimiter: str
) -> list[np.ndarray]:
    """The cells of the sure records, by column."""
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
                taking = (offsets[at] == offset) & (offsets[at + 1] == offset + more)
                if taking.any():
                    first = at + offset
                    value = texts[first][taking]
                    for piece in texts[first + 1 : first + more + 1]:
                        value = value + delimiter + piece[taking]
                    column[taking] = value
        columns.append(column)
    return columns
