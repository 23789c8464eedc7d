"""The cells that findings are about, before and after fixing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from preflight.core.file_findings import LateFindings
from preflight.core.findings import Findings
from preflight.core.types import Chunk
from preflight.linting.analysis import Analysis
from preflight.linting.found_cells import CellStore


class CellValues:
    """Fetches the cells that findings of a file are about.

    Args:
        analysis: the analysis that the findings are from.
        chunks: of the file; read only if a cell was not kept, see `KeptChunks`.
    """

    def __init__(self, analysis: Analysis, chunks: Iterable[Chunk]) -> None:
        self._analysis, self._chunks = analysis, chunks
        self._cells = analysis.kept.cells

    def __call__(self, findings: Findings) -> tuple[np.ndarray, np.ndarray]:
        """The cells that findings are about.

        Returns:
            Two object arrays, one entry a finding: the cell as read (None if the finding is not
            about a single cell) and as fixed (None if no fix changes it).

        Raises:
            SourceError: the chunks differ, because the file was changed in the meantime.
        """
        old, new, missing = self._cells.of(findings)
        if missing.any() and not self._cells.complete:
            self._keep_others()
            old, new, _ = self._cells.of(findings)
        return old, new

    def detached(self, folder: Path) -> KeptCells:
        """The same for another process, with all cells in a folder of the call.

        Raises:
            SourceError: the chunks differ, because the file was changed in the meantime.
            WriteError: the disk is full.
        """
        late = self._analysis.of_whole_file
        if not self._cells.complete and any(self._cells.of(some)[2].any() for some in late):
            self._keep_others()
        self._cells.move(folder)
        return KeptCells(self._cells)

    def _keep_others(self) -> None:
        """Reads the file again for the cells that findings of the whole file are about."""
        kept = self._analysis.kept
        about = _about_cells(self._analysis.of_whole_file)
        wanted = np.zeros(self._analysis.rows, dtype=bool)
        wanted[about[0] - 1] = True
        for again in kept.again(self._chunks, wanted) if len(about[0]) else ():
            kept.add_cells(again, *about)
        self._cells.complete = True


class KeptCells:
    """The cells that findings of a file are about, without the file.

    Args:
        cells: all that are known.
    """

    def __init__(self, cells: CellStore) -> None:
        self._cells = cells

    def move(self, folder: Path | None) -> None:
        """See `Pages.move`."""
        self._cells.move(folder)

    def __call__(self, findings: Findings) -> tuple[np.ndarray, np.ndarray]:
        """The cells that findings are about; None where none is known."""
        old, new, _ = self._cells.of(findings)
        return old, new


def _about_cells(late: LateFindings) -> tuple[np.ndarray, np.ndarray]:
    """The rows and columns of the cells that some findings are about."""
    nothing = np.empty(0, dtype=np.int64)
    pieces = [(found.rows[found.columns > 0], found.columns[found.columns > 0]) for found in late]
    rows, columns = zip((nothing, nothing), *pieces, strict=True)
    return np.concatenate(rows), np.concatenate(columns)
