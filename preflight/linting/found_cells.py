"""The cells that findings are about, kept on disk however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from preflight.core.findings import Findings
from preflight.core.pages import Pages, page
from preflight.core.types import Bools, Ints


@dataclass(frozen=True)
class FoundCells:
    """Cells of one column that findings are about.

    Attributes:
        column: its number, from 1.
        rows: ascending, at least one.
        old: strings, the cells as read.
        new: strings, the cells as fixed; null if no fix changes them.
    """

    column: int
    rows: Ints
    old: pa.Array
    new: pa.Array


class PackedCells(NamedTuple):
    """Cells of one column as they are kept, perhaps by another process of the call.

    Attributes:
        column: its number, from 1.
        first, last: the rows of the first and the last one.
        data: a page of their rows, old and new cells.
    """

    column: int
    first: int
    last: int
    data: bytes


def packed_cells(cells: FoundCells) -> PackedCells:
    """Cells as they are kept."""
    data = page(pa.record_batch({"row": cells.rows, "old": cells.old, "new": cells.new}))
    return PackedCells(cells.column, int(cells.rows[0]), int(cells.rows[-1]), data)


class CellStore:
    """Cells of a file, to be found by row and column.

    Another process gets what `Pages` hands over.

    Args:
        folder: a private folder, for those that do not fit into memory.

    Attributes:
        complete: whether it has all cells that any finding of the file is about.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.complete = False
        self._pages = Pages(folder)
        self._columns: list[int] = []
        self._ranges: list[tuple[int, int]] = []
        self._read: dict[int, pa.RecordBatch] = {}

    def add(self, cells: PackedCells) -> None:
        """Keeps cells.

        Raises:
            WriteError: the disk is full.
        """
        self._pages.add(cells.data)
        self._columns.append(cells.column)
        self._ranges.append((cells.first, cells.last))

    def move(self, folder: Path | None) -> None:
        """See `Pages.move`."""
        self._read = {}
        self._pages.move(folder)

    def of(self, findings: Findings) -> tuple[np.ndarray, np.ndarray, Bools]:
        """The cells that findings are about.

        It takes little time if they are in the order of rows, and go on where the last ones ended.

        Returns:
            Two object arrays, the cells as read and as fixed, None for none; and a mask of those
            that were not found, though the findings are about a cell.
        """
        old, new = np.full((2, len(findings)), None, dtype=object)
        missing = (findings.rows > 0) & (findings.columns > 0)
        for here, cells in self._pages_of(findings, np.flatnonzero(missing)):
            kept = cells.column("row").to_numpy()
            at = np.searchsorted(kept, findings.rows[here])
            known = kept[at] == findings.rows[here]
            found, where = here[known], pa.array(at[known])
            old[found] = cells.column("old").take(where).to_numpy(zero_copy_only=False)
            new[found] = cells.column("new").take(where).to_numpy(zero_copy_only=False)
            missing[found] = False
        return old, new, missing

    def _pages_of(self, findings: Findings, wanted: Ints) -> Iterator[tuple[Ints, pa.RecordBatch]]:
        """The positions of the findings whose row and column a page may have, and the page.

        Args:
            findings: any.
            wanted: the positions of those that are about a cell.
        """
        if not len(wanted) or not self._ranges:
            return
        order = wanted[np.lexsort((findings.rows[wanted], findings.columns[wanted]))]
        columns, rows = findings.columns[order], findings.rows[order]
        lowest, highest = int(rows.min()), int(rows.max())
        first, last = np.array(self._ranges, dtype=np.int64).T
        before, self._read = self._read, {}
        for at in np.flatnonzero((first <= highest) & (last >= lowest)).tolist():
            start, end = np.searchsorted(columns, (self._columns[at], self._columns[at] + 1))
            bounds = np.searchsorted(rows[start:end], (first[at], last[at] + 1))
            here = order[start:end][slice(*bounds)]
            if len(here):
                cells = before.pop(at, None) or self._pages[at]
                yield here, cells
                if last[at] >= highest:  # the next findings may go on there
                    self._read[at] = cells
