"""The cells that findings are about, before and after fixing."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from preflight.config.column_mapping import with_joined
from preflight.core import findings as tables
from preflight.core.findings import Findings
from preflight.core.types import Chunk, Ints
from preflight.linting.analysis import Analysis
from preflight.linting.kept_chunks import FoundCells, found_cells


def reveal(
    analysis: Analysis, chunks: Iterable[Chunk], findings: Findings
) -> tuple[np.ndarray, np.ndarray]:
    """The cells that findings are about.

    Args:
        analysis: the analysis that the findings are from.
        chunks: of the file; read only if a cell was not kept, see `KeptChunks`.
        findings: of the analysis.

    Returns:
        Two object arrays, one entry a finding: the cell as read (None if the finding is not about a
            single cell) and as fixed (None if no fix changes it).

    Raises:
        SourceError: the chunks differ, because the file was changed in the meantime.
    """
    wanted = _Wanted(findings)
    for cells in analysis.kept.cells:
        wanted.fill(cells)
    if wanted.missing.any():
        rows, columns = wanted.rows[wanted.missing], wanted.columns[wanted.missing]
        for again in analysis.kept.again(chunks):
            whole = with_joined(again.aligned, analysis.plan.columns)
            for cells in found_cells(whole, again.kept, rows, columns):
                wanted.fill(cells)
    return wanted.old, wanted.new


class _Wanted:
    """The cells to fetch, as they become known.

    Args:
        findings: about the cells.

    Attributes:
        rows, columns: of the cells, one entry a finding.
        old, new: the result of `reveal`.
        missing: a mask of the findings about a cell that is not known yet.
    """

    def __init__(self, findings: Findings) -> None:
        self.rows: Ints = findings.frame[tables.ROW].to_numpy()
        self.columns: Ints = findings.frame[tables.COLUMN].to_numpy()
        self.old, self.new = np.full((2, len(findings)), None, dtype=object)
        self.missing = (self.rows > 0) & (self.columns > 0)
        self._order = np.lexsort((self.rows, self.columns))
        self._columns = self.columns[self._order]

    def fill(self, cells: FoundCells) -> None:
        """Takes the wanted ones of some cells."""
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
