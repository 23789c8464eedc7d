"""Where in a file a rate changes, from counts by blocks of rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from preflight.core.types import Bools, Ints
from preflight.snapshots.snapshot import Share

_MOST = 256
"""So many blocks at most: where there are more rows, blocks are larger."""


@dataclass(frozen=True)
class Parts:
    """A file in two parts.

    Attributes:
        row: the first of the second part, as far as the blocks show it.
        first, second: how many of the cells of each part are hits.
    """

    row: int
    first: Share
    second: Share


class RowBlocks:
    """Hits among cells, by blocks of rows.

    A block has a power of two of rows, the smallest one with which the blocks are enough; two
    blocks become one, so that the counts do not depend on how the rows come in.
    """

    def __init__(self) -> None:
        self._size = 1
        self._hits, self._of = np.zeros((2, _MOST), dtype=np.int64)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, RowBlocks)
            and self._size == other._size
            and np.array_equal(self._hits, other._hits)
            and np.array_equal(self._of, other._of)
        )

    __hash__ = None  # type: ignore[assignment]

    def add(self, rows: Ints, hits: Bools) -> None:
        """Adds cells in the order of their rows, from 1."""
        if not len(rows):
            return
        while (int(rows[-1]) - 1) // self._size >= _MOST:
            self._size *= 2
            self._hits, self._of = (_halved(counts) for counts in (self._hits, self._of))
        blocks = (rows - 1) // self._size
        self._of += np.bincount(blocks, minlength=_MOST)
        self._hits += np.bincount(blocks[hits], minlength=_MOST)

    def parts(self) -> Parts | None:
        """The two parts of the file whose rates differ most surely; None if all is alike.

        It is where the sum of the differences from the common rate is the furthest from zero.
        """
        hits, of = np.cumsum(self._hits), np.cumsum(self._of)
        if not of[-1]:
            return None
        sums = np.abs(hits * of[-1] - of * hits[-1])
        at = int(np.argmax(sums))
        if not sums[at]:
            return None
        first = Share(int(hits[at]), int(of[at]))
        second = Share(int(hits[-1] - hits[at]), int(of[-1] - of[at]))
        return Parts(self._begin(at, first, second), first, second)

    def _begin(self, at: int, first: Share, second: Share) -> int:
        """The first row of the second part: within the two blocks where the parts meet.

        A block with a rate between those of the parts is divided as its rate is.
        """
        begin = (at + 1) * self._size + 1
        if self._size == 1:
            return begin
        # How much of each of the two blocks is as the first part is.
        as_first = [
            (self._rate(block, own.rate) - second.rate) / (first.rate - second.rate)
            for block, own in ((at, first), (at + 1, second))
        ]
        return begin + round((float(np.clip(as_first, 0, 1).sum()) - 1) * self._size)

    def _rate(self, block: int, without: float) -> float:
        """The rate of a block, or what it is without cells."""
        return self._hits[block] / self._of[block] if self._of[block] else without


def _halved(counts: Ints) -> Ints:
    """The counts with two neighbours as one, and room for as many more."""
    joined = counts.reshape(-1, 2).sum(axis=1)
    return np.concatenate([joined, np.zeros_like(joined)])
