"""The second pass over a file, which fixes.

The first pass knows in which state each row ends. The second fixes each chunk, lints it again, and
hands out clean rows and rejects.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from preflight.config.column_mapping import with_joined
from preflight.core import findings as tables
from preflight.core.errors import SourceError
from preflight.core.findings import Findings
from preflight.core.types import LOCATED_CHANGE_COLUMNS, Bools, Chunk
from preflight.linting.analysis import Analysis
from preflight.linting.chunk_analysis import analyze_chunk
from preflight.linting.fixer import FixedColumn, with_fixes
from preflight.linting.linter import Linter
from preflight.linting.row_rules import RowRules, following
from preflight.linting.row_states import CLEAN, DROPPED, REJECTED


@dataclass(frozen=True)
class FixedChunk:
    """What the second pass makes of one chunk.

    Attributes:
        chunk: fixed, with its joined columns, without the rows that a rule about rows drops.
        original: as read.
        aligned: as read, with the records that are rows again in its table.
        keep: a mask over the table of `chunk`: the clean rows.
        changes: the changed cells of the clean rows, a frame of
            `types.LOCATED_CHANGE_COLUMNS`.
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

    Raises:
        SourceError: there are more records than the first pass found, because somebody changed the
            file meanwhile. Fewer records do not balance, see `Books`.
    """
    linter, row_rules = Linter(found.plan), RowRules(found.plan, found.layout)
    for original, records_behind in following(chunks, row_rules.tail):
        malformed = original.malformed["row"].to_numpy(dtype=np.int64)
        if max(original.rows.max(initial=0), malformed.max(initial=0)) > found.rows:
            raise SourceError(f"{found.layout.source.name} changed while it was read")
        analyzed = analyze_chunk(linter, row_rules, original, records_behind)
        result = analyzed.row_rules
        chunk = analyzed.chunk
        states = found.after[chunk.rows - 1]
        repairs = result.repairs[found.after[result.repaired - 1] == CLEAN]
        changes = [repairs] if len(repairs) else []
        for column in analyzed.columns:
            if column.changes_cells:
                chunk = with_fixes(chunk, column)
                changes.append(_changes(chunk, column, states == CLEAN))
        after = _unrepaired(analyzed.findings_after, repairs)
        here = np.concatenate([original.rows, malformed])
        whole_file = found.of_whole_file
        whole_file = whole_file.only(np.isin(whole_file.frame[tables.ROW].to_numpy(), here))
        yield FixedChunk(
            chunk=with_joined(chunk, found.plan.columns),
            original=original,
            aligned=result.aligned,
            keep=states == CLEAN,
            changes=_in_order(changes),
            rejected=found.after[original.rows - 1] == REJECTED,
            rejected_malformed=found.after[malformed - 1] == REJECTED,
            findings=_not_dropped(tables.concat([after, whole_file]), found).ordered(),
        )


def _not_dropped(findings: Findings, found: Analysis) -> Findings:
    """Those about rows that are still there: of a dropped one nothing remains to be said."""
    return findings.only(found.after[findings.frame[tables.ROW].to_numpy() - 1] != DROPPED)


def _unrepaired(findings: Findings, repairs: pd.DataFrame) -> Findings:
    """Those without what was repaired in clean rows."""
    if not len(repairs):
        return findings
    frame = findings.frame
    repaired = frame[tables.ROW].isin(repairs["row"]) & frame[tables.CODE].isin(repairs["code"])
    return findings.only(~repaired.to_numpy(dtype=bool))


def _changes(chunk: Chunk, one: FixedColumn, kept: Bools) -> pd.DataFrame:
    pieces = []
    for change in one.fixed.changes:
        hit = change.cells[one.suspects.which] & kept[one.suspects.where]
        where, which = one.suspects.where[hit], one.suspects.which[hit]
        at = np.cumsum(change.cells) - 1
        pieces.append(
            pd.DataFrame(
                {
                    "row": chunk.rows[where],
                    "line": chunk.lines[where],
                    "column_name": one.suspects.column.name,
                    "code": change.code,
                    "safety": change.safety.value,
                    "old": change.old[at[which]],
                    "new": change.new[at[which]],
                    "position": one.suspects.column.position,
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
