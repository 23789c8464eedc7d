"""The second pass over a file, which fixes; and a look at the cells that findings are about.

The first pass knows where each row ends. The second mends each chunk, lints it again, and hands out
clean rows and rejects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from preflight.config.column_mapping import with_joined
from preflight.core import findings as tables
from preflight.core.findings import Findings
from preflight.core.types import CHANGE_COLUMNS, Bools, Chunk
from preflight.linting.analysis import CLEAN, DROPPED, REJECTED, Analysis
from preflight.linting.fixer import FixedColumn, fix_columns, with_fixes
from preflight.linting.linter import Linter, chunk_findings
from preflight.linting.row_rules import RowRules, following


@dataclass(frozen=True)
class FixedChunk:
    """What the second pass makes of one chunk.

    Attributes:
        chunk: fixed, with its joined columns, without the rows that a rule about rows drops.
        original: as read.
        aligned: as read, with the records that are rows again in its table.
        keep: a mask over the table of `chunk`: the clean rows.
        changes: the changed cells of the clean rows, a frame of `types.CHANGE_COLUMNS`.
        rejected: a mask over the table of `original`: the rejected rows.
        rejected_malformed: a mask over `original.malformed`: those that are rejected.
        findings: what remains to be said about the chunk's rows after fixing; nothing about those
            that are dropped.
    """

    chunk: Chunk
    original: Chunk
    aligned: Chunk
    keep: Bools
    changes: pd.DataFrame
    rejected: Bools
    rejected_malformed: Bools
    findings: Findings


def apply_fixes(found: Analysis, chunks: Iterable[Chunk]) -> Iterator[FixedChunk]:
    """The second pass: fixes each chunk, lints it again, and tells clean rows from rejects.

    Args:
        found: what the first pass found.
        chunks: the same chunks again.
    """
    linter, whole_rows = Linter(found.plan), RowRules(found.plan, found.layout)
    for original, behind in following(chunks, whole_rows.tail):
        rowed = whole_rows.judge(original, behind)
        linted = linter.lint(with_joined(rowed.chunk, found.plan.columns))
        mended = fix_columns(linter, linted)
        chunk = rowed.chunk
        states = found.after[chunk.rows - 1]
        repairs = rowed.repairs[found.after[rowed.repaired - 1] == CLEAN]
        changes = [repairs] if len(repairs) else []
        for one in mended:
            if one.changes_cells:
                chunk = with_fixes(chunk, one)
                changes.append(_changes(chunk, one, states == CLEAN))
        after = _unrepaired(
            chunk_findings(linted, ((one.judged, one.hits) for one in mended)), repairs
        )
        here = np.concatenate([original.rows, original.malformed["row"].to_numpy(dtype=np.int64)])
        doubles = found.doubles.only(np.isin(found.doubles.frame[tables.ROW].to_numpy(), here))
        yield FixedChunk(
            chunk=with_joined(chunk, found.plan.columns),
            original=original,
            aligned=rowed.aligned,
            keep=states == CLEAN,
            changes=_in_order(changes),
            rejected=found.after[original.rows - 1] == REJECTED,
            rejected_malformed=found.after[original.malformed["row"].to_numpy(dtype=np.int64) - 1]
            == REJECTED,
            findings=_standing(tables.concat([rowed.findings, after, doubles]), found).ordered(),
        )


def _standing(findings: Findings, found: Analysis) -> Findings:
    """Those about rows that are still there: of a dropped one nothing remains to be said."""
    return findings.only(found.after[findings.frame[tables.ROW].to_numpy() - 1] != DROPPED)


def _unrepaired(findings: Findings, repairs: pd.DataFrame) -> Findings:
    """Those that do not say of a clean row what was repaired."""
    if not len(repairs):
        return findings
    frame = findings.frame
    mended = frame[tables.ROW].isin(repairs["row"]) & frame[tables.CODE].isin(repairs["code"])
    return findings.only(~mended.to_numpy(dtype=bool))


def _changes(chunk: Chunk, one: FixedColumn, kept: Bools) -> pd.DataFrame:
    pieces = []
    for change in one.fixed.changes:
        hit = change.cells[one.judged.which] & kept[one.judged.where]
        where, which = one.judged.where[hit], one.judged.which[hit]
        at = np.cumsum(change.cells) - 1
        pieces.append(
            pd.DataFrame(
                {
                    "row": chunk.rows[where],
                    "line": chunk.lines[where],
                    "column_name": one.judged.column.name,
                    "code": change.code,
                    "safety": change.safety.value,
                    "old": change.old[at[which]],
                    "new": change.new[at[which]],
                }
            )
        )
    return pd.concat(pieces, ignore_index=True)


def _in_order(changes: list[pd.DataFrame]) -> pd.DataFrame:
    if not changes:
        return pd.DataFrame(columns=list(CHANGE_COLUMNS))
    return pd.concat(changes, ignore_index=True).sort_values(
        "row", kind="stable", ignore_index=True
    )


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
            position = one.judged.column.position
            after = with_fixes(chunk, one).table[str(position)]
            fixed[position + 1] = after.to_numpy(zero_copy_only=False)
    return fixed
