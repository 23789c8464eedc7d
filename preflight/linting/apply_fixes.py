"""The second pass over a file, which fixes.

The first pass found the state of each row and the cells that fixing changes. The second pass writes
the fixed cells into each chunk, and separates clean rows from rejects; it lints nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from preflight.config.column_mapping import with_joined
from preflight.core import findings as tables
from preflight.core.findings import Findings
from preflight.core.types import LOCATED_CHANGE_COLUMNS, Bools, Chunk, Flaw
from preflight.linting.analysis import Analysis
from preflight.linting.fixer import ColumnFixes
from preflight.linting.row_states import CLEAN, DROPPED, REJECTED


@dataclass(frozen=True)
class FixedChunk:
    """A chunk after the second pass.

    Attributes:
        chunk: fixed, with its joined columns, without the rows that a rule about rows removes.
        original: as read.
        aligned: as read, with repaired records in its table.
        keep: a mask over the table of `chunk`: the clean rows.
        changes: the changed cells of the clean rows, a frame of
            `types.LOCATED_CHANGE_COLUMNS`.
        rejected: a mask over the table of `original`: the rejected rows.
        rejected_malformed: a mask over `original.malformed`: the rejected records.
        findings: that remain about the chunk's rows after fixing, without dropped rows.
        dropped: a mask over the table of `original`: the rows that a rule drops.
        dropped_malformed: a mask over `original.malformed`: such records that are not blank.
        dropped_findings: about the dropped rows.
    """

    chunk: Chunk
    original: Chunk
    aligned: Chunk
    keep: Bools
    changes: pd.DataFrame
    rejected: Bools
    rejected_malformed: Bools
    findings: Findings
    dropped: Bools
    dropped_malformed: Bools
    dropped_findings: Findings


def apply_fixes(analysis: Analysis, chunks: Iterable[Chunk]) -> Iterator[FixedChunk]:
    """Makes the second pass: applies the fixes to each chunk, and separates clean rows from
    rejects.

    Args:
        analysis: the result of the first pass; nothing is linted again.
        chunks: the same chunks again.

    Raises:
        SourceError: the chunks differ, because the file was changed in the meantime.
    """
    for again in analysis.kept.again(chunks):
        chunk, original = again.chunk, again.read
        clean = analysis.after[chunk.rows - 1] == CLEAN
        malformed = original.malformed["row"].to_numpy(dtype=np.int64)
        repairs = again.repairs[analysis.after[again.repairs["row"] - 1] == CLEAN]
        changes = [repairs] if len(repairs) else []
        for fixes in again.kept.fixes:
            changes.append(_changes(chunk, fixes, clean))
            chunk = fixes.apply(chunk)
        after = _unrepaired(again.kept.findings, repairs)
        chunk_rows = np.concatenate([original.rows, malformed])
        first, last = int(chunk_rows.min(initial=1 << 62)), int(chunk_rows.max(initial=0))
        left = tables.concat([after, analysis.of_whole_file.between(first, last)])
        of_dropped = analysis.after[left.rows - 1] == DROPPED
        blank = (original.malformed["flaw"] == Flaw.BLANK).to_numpy(dtype=bool)
        yield FixedChunk(
            chunk=with_joined(chunk, analysis.plan.columns),
            original=original,
            aligned=again.aligned,
            keep=clean,
            changes=_in_order(changes),
            rejected=analysis.after[original.rows - 1] == REJECTED,
            rejected_malformed=analysis.after[malformed - 1] == REJECTED,
            findings=left.only(~of_dropped).ordered(),
            dropped=analysis.after[original.rows - 1] == DROPPED,
            dropped_malformed=(analysis.after[malformed - 1] == DROPPED) & ~blank,
            dropped_findings=left.only(of_dropped),
        )


def _unrepaired(findings: Findings, repairs: pd.DataFrame) -> Findings:
    """The findings without those that a repair fixed in clean rows."""
    if not len(repairs):
        return findings
    repaired = np.isin(findings.rows, repairs["row"]) & findings.of(repairs["code"])
    return findings.only(~repaired)


def _changes(chunk: Chunk, fixes: ColumnFixes, kept: Bools) -> pd.DataFrame:
    """The changed cells of a column in the kept rows."""
    pieces = []
    for change in fixes.changes:
        hit = change.cells[fixes.which] & kept[fixes.where]
        where, which = fixes.where[hit], fixes.which[hit]
        at = np.cumsum(change.cells) - 1
        pieces.append(
            pd.DataFrame(
                {
                    "row": chunk.rows[where],
                    "line": chunk.lines[where],
                    "column_name": fixes.column.name,
                    "code": change.code,
                    "safety": change.safety.value,
                    "old": change.old[at[which]],
                    "new": change.new[at[which]],
                    "position": fixes.column.position,
                }
            )
        )
    return pd.concat(pieces, ignore_index=True)


def _in_order(changes: list[pd.DataFrame]) -> pd.DataFrame:
    if not changes:
        return pd.DataFrame(columns=list(LOCATED_CHANGE_COLUMNS))
    return pd.concat(changes, ignore_index=True).sort_values(
        "row", kind="stable", ignore_index=True
    )
