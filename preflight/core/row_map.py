"""Which rows of the input the rows of a part are, in little memory."""

from __future__ import annotations

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

    @property
    def rows(self) -> Ints:
        """int64, the input row of each row of the part."""
        return self._spread(self.first_rows)

    @property
    def lines(self) -> Ints:
        """int64, the input line of each row of the part."""
        return self._spread(self.first_lines)

    def _spread(self, firsts: Ints) -> Ints:
        lengths = np.diff(self.starts, append=self.count)
        spread: Ints = np.repeat(firsts - self.starts, lengths) + np.arange(self.count)
        return spread
