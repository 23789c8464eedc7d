"""The cells that findings are about, and what fixing makes of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from preflight.core import findings as tables
from preflight.core.findings import Findings
from preflight.core.types import Chunk, Ints
from preflight.linting.analysis import Analysis
from preflight.linting.kept_chunks import FoundCells, found_cells


def reveal(
    found: Analysis, chunks: Iterable[Chunk], findings: Findings, *, replacements: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The cells that findings are about.

    Args:
        found: the analysis the findings are from.
        chunks: all of the file's; gone over only if a cell was not kept, see `KeptChunks`.
        findings: any of the analysis's.
        replacements: whether what fixing makes of the cells is wanted too.

    Returns:
        Two object arrays, one entry a finding: the cell as read (None where a finding is about no
        single cell) and as fixed (None where no fix changes it, or nobody asked).

    Raises:
        SourceError: the chunks are not the same, because somebody changed the file meanwhile.
    """
    wanted = _Wanted(findings)
    for cells in found.kept.cells:
        wanted.fill(cells)
    if wanted.missing.any():
        rows, columns = wanted.rows[wanted.missing], wanted.columns[wanted.missing]
        for again in found.kept.again(chunks):
            for cells in found_cells(again.aligned, again.kept, found.plan, rows, columns):
                wanted.fill(cells)
    return wanted.old, wanted.new if replacements else np.full(len(findings), None, dtype=object)


class _Wanted:
    """The cells that are wanted, as far as they are known.

    Args:
        findings: about the cells.

    Attributes:
        rows, columns: of the cells, one entry a finding.
        old, new: the result of `reveal`.
        missing: a mask over the findings: those about a cell that is not known yet.
    """

    def __init__(self, findings: Findings) -> None:
        self.rows: Ints = findings.frame[tables.ROW].to_numpy()
        self.columns: Ints = findings.frame[tables.COLUMN].to_numpy()
        self.old, self.new = np.full((2, len(findings)), None, dtype=object)
        self.missing = (self.rows > 0) & (self.columns > 0)
        self._order = np.lexsort((self.rows, self.columns))
        self._columns = self.columns[self._order]

    def fill(self, cells: FoundCells) -> None:
        """Takes what is wanted of some cells."""
        start, end = np.searchsorted(self._columns, (cells.column, cells.column + 1))
        of_column = self._order[start:end]
        first, last = cells.rows[0], cells.rows[-1] + 1
        start, end = np.searchsorted(self.rows[of_column], (first, last))
        here = of_column[start:end]
        at = np.searchsorted(cells.rows, self.rows[here])
        known = cells.rows[at] == self.rows[here]
        here, at = here[known], at[known]
        self.old[here] = cells.old.to_numpy(zero_copy_only=False)[at]
        self.new[here] = cells.new.to_numpy(zero_copy_only=False)[at]
        self.missing[here] = False
