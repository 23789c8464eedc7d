"""The cells that findings are about, and what fixing makes of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from preflight.config.column_mapping import with_joined
from preflight.core import findings as tables
from preflight.core.findings import Findings
from preflight.core.types import Chunk
from preflight.linting.analysis import Analysis
from preflight.linting.fixer import fix_columns, with_fixes
from preflight.linting.linter import Linter
from preflight.linting.row_rules import RowRules


def reveal(
    found: Analysis, chunks: Iterable[Chunk], findings: Findings, *, replacements: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The cells that findings are about, fetched by reading the file again.

    Args:
        found: the analysis the findings are from.
        chunks: all of the file's.
        findings: any of the analysis's.
        replacements: whether what fixing makes of the cells is wanted too.

    Returns:
        Two object arrays, one entry a finding: the cell as read (None where a finding is about no
        single cell) and as fixed (None where no fix changes it, or nobody asked).
    """
    frame = findings.frame
    old, new = np.full(len(frame), None, object), np.full(len(frame), None, object)
    rows, columns = frame[tables.ROW].to_numpy(), frame[tables.COLUMN].to_numpy()
    wanted = np.flatnonzero((rows > 0) & (columns > 0))
    if not len(wanted):
        return old, new
    order = wanted[np.argsort(rows[wanted], kind="stable")]
    linter, whole_rows = Linter(found.plan), RowRules(found.plan, found.layout)
    for read in chunks:
        chunk, *_ = whole_rows.repair(read)
        if not len(chunk.rows):
            continue
        first, last = np.searchsorted(rows[order], (chunk.rows[0], chunk.rows[-1] + 1))
        here = order[first:last]
        here = here[np.isin(rows[here], chunk.rows)]
        if not len(here):
            continue
        whole = with_joined(chunk, found.plan.columns)
        at = np.searchsorted(chunk.rows, rows[here])
        fixed = _fixed_columns(linter, whole) if replacements else {}
        for column in np.unique(columns[here]):
            mask = columns[here] == column
            cells = whole.table[str(column - 1)].to_numpy(zero_copy_only=False)
            old[here[mask]] = cells[at[mask]]
            if int(column) in fixed:
                after = fixed[int(column)][at[mask]]
                new[here[mask]] = np.where(after == old[here[mask]], None, after)
    return old, new


def _fixed_columns(linter: Linter, chunk: Chunk) -> dict[int, np.ndarray]:
    """The columns that fixing changes, after fixing, by their number."""
    fixed = {}
    for one in fix_columns(linter, linter.lint(chunk)):
        if one.changes_cells:
            position = one.suspects.column.position
            after = with_fixes(chunk, one).table[str(position)]
            fixed[position + 1] = after.to_numpy(zero_copy_only=False)
    return fixed
