"""Which rows of the input the rows of a part are, in little memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from preflight.core.types import Ints


@dataclass(frozen=True, slots=True)
class RowMap:
    """The input row and line of each row of a part.

    Mostly both go on by one from row to row, so only the beginning of each such run is kept: a
    file of millions of rows is sent in parts that are all known at the same time.

    Attributes:
        count: the number of rows.
        starts: int64, where in the part each run begins.
        first_rows, first_lines: int64, the input row and line where it begins.
    """

    count: int
    starts: Ints
    first_rows: Ints
    first_lines: Ints

    @classmethod
    def of(cls, rows: Ints, lines: Ints) -> RowMap:
        """The map of some rows, int64, and their lines.

        Raises:
            ValueError: there are more or fewer lines.
        """
        if len(rows) != len(lines):
            raise ValueError("a part needs one line for each row of its row map")
        breaks = (np.diff(rows) != 1) | (np.diff(lines) != 1)
        starts = np.concatenate([[0], np.flatnonzero(breaks) + 1])[: len(rows)]
        return cls(len(rows), starts, rows[starts], lines[starts])

    @classmethod
    def joined(cls, pieces: Sequence[RowMap]) -> RowMap:
        """The map of rows that are given in pieces, one behind the other."""
        counts = np.cumsum([0, *(piece.count for piece in pieces)])
        nothing = np.empty(0, dtype=np.int64)
        starts = np.concatenate(
            [nothing, *(at + piece.starts for at, piece in zip(counts, pieces, strict=False))]
        )
        rows = np.concatenate([nothing, *(piece.first_rows for piece in pieces)])
        lines = np.concatenate([nothing, *(piece.first_lines for piece in pieces)])
        # A run may go on from one piece to the next.
        lengths = np.diff(starts)
        fresh = np.ones(len(starts), dtype=bool)
        fresh[1:] = (np.diff(rows) != lengths) | (np.diff(lines) != lengths)
        return cls(int(counts[-1]), starts[fresh], rows[fresh], lines[fresh])

    @property
    def rows(self) -> Ints:
        """int64, the input row of each row of the part."""
        return self._spread(self.first_rows)

    @property
    def lines(self) -> Ints:
        """int64, the input line of each row of the part."""
        return self._spread(self.first_lines)

    def runs(self) -> list[list[int]]:
        """The input rows as [first, last] of each unbroken run, if they are ascending."""
        if not self.count:
            return []
        lasts = self.first_rows + self._lengths - 1
        edges = np.flatnonzero(self.first_rows[1:] != lasts[:-1] + 1)
        firsts, lasts = self.first_rows[np.r_[0, edges + 1]], lasts[np.r_[edges, len(lasts) - 1]]
        return [list(pair) for pair in zip(firsts.tolist(), lasts.tolist(), strict=True)]

    @property
    def _lengths(self) -> Ints:
        return np.diff(self.starts, append=self.count)

    def _spread(self, firsts: Ints) -> Ints:
        spread: Ints = np.repeat(firsts - self.starts, self._lengths) + np.arange(self.count)
        return spread
