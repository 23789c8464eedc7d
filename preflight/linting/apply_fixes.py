"""The second pass over a file, which fixes.

The first pass found the state of each row and the cells that fixing changes. The second pass writes
the fixed cells into each chunk, and separates clean rows from rejects; it lints nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.column_mapping import with_joined
from preflight.core import findings as tables
from preflight.core.arrow import series
from preflight.core.findings import Findings
from preflight.core.types import LOCATED_CHANGE_COLUMNS, Bools, Chunk, Flaw, Ints
from preflight.linting.analysis import Analysis
from preflight.linting.fixer import ColumnFixes
from preflight.linting.kept_chunks import AgainChunk
from preflight.linting.row_states import CLEAN, DROPPED, REJECTED, RowStates


@dataclass(frozen=True)
class FixedChunk:
    """A chunk after the second pass.

    Attributes:
        count: the number of its records; those that are copied may be missing in its chunks.
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

    count: int
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
        yield fixed_chunk(analysis, again, again.chunk.lines, analysis.after)


def fixed_chunk(analysis: Analysis, again: AgainChunk, lines: Ints, after: RowStates) -> FixedChunk:
    """A chunk after the second pass.

    Args:
        analysis: the result of the first pass.
        again: the chunk. Clean rows that are copied as they are written may be missing in it.
        lines: of the rows of `again.kept`.
        after: the state of each row of the file.
    """
    chunk, original, kept = again.chunk, again.read, again.kept
    clean = after[chunk.rows - 1] == CLEAN
    malformed = original.malformed["row"].to_numpy(dtype=np.int64)
    repairs = again.repairs[after[again.repairs["row"] - 1] == CLEAN]
    changes = [repairs] if len(repairs) else []
    kept_clean = after[kept.rows - 1] == CLEAN
    for fixes in kept.fixes:
        changes.append(_changes(kept.rows, lines, fixes, kept_clean))
        chunk = _among(fixes, kept.rows, chunk.rows).apply(chunk)
    findings = _unrepaired(kept.findings, repairs)
    if analysis.explained:
        findings = findings.only(~findings.of(analysis.explained))
    whole_file = analysis.of_whole_file.between(again.first, again.last)
    left = tables.concat([findings, whole_file])
    of_dropped = after[left.rows - 1] == DROPPED
    blank = (original.malformed["flaw"] == Flaw.BLANK).to_numpy(dtype=bool)
    return FixedChunk(
        count=again.last - again.first + 1,
        chunk=with_joined(chunk, analysis.plan.columns),
        original=original,
        aligned=again.aligned,
        keep=clean,
        changes=_in_order(changes),
        rejected=after[original.rows - 1] == REJECTED,
        rejected_malformed=after[malformed - 1] == REJECTED,
        findings=left.only(~of_dropped).ordered(),
        dropped=after[original.rows - 1] == DROPPED,
        dropped_malformed=(after[malformed - 1] == DROPPED) & ~blank,
        dropped_findings=left.only(of_dropped),
    )


def _among(fixes: ColumnFixes, rows: Ints, present: Ints) -> ColumnFixes:
    """The fixes of those rows that are present in a chunk; `rows` are those that they are of."""
    if len(rows) == len(present):
        return fixes
    changed = rows[fixes.where]
    at = np.searchsorted(present, changed)
    here = at < len(present)
    here[here] = present[at[here]] == changed[here]
    return replace(fixes, where=at[here], which=fixes.which[here])


def _unrepaired(findings: Findings, repairs: pd.DataFrame) -> Findings:
    """The findings without those that a repair fixed in clean rows."""
    if not len(repairs):
        return findings
    repaired = np.isin(findings.rows, repairs["row"]) & findings.of(repairs["code"])
    return findings.only(~repaired)


def _changes(rows: Ints, lines: Ints, fixes: ColumnFixes, kept: Bools) -> pd.DataFrame:
    """The changed cells of a column in the kept ones of some rows."""
    pieces = []
    for change in fixes.changes:
        hit = change.cells[fixes.which] & kept[fixes.where]
        where, which = fixes.where[hit], fixes.which[hit]
        picked = pa.array((np.cumsum(change.cells) - 1)[which])
        index = pd.RangeIndex(len(where))
        pieces.append(
            pd.DataFrame(
                {
                    "row": rows[where],
                    "line": lines[where],
                    "column_name": fixes.column.name,
                    "code": change.code,
                    "safety": change.safety.value,
                    "old": series(change.old.take(picked), index),
                    "new": series(change.new.take(picked), index),
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
