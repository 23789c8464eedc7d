"""The second pass of a fix: fixes each chunk, and renders its clean rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

import numpy as np

from preflight.config.catalogue import record_limit
from preflight.core import findings as tables
from preflight.core.types import Chunk
from preflight.linting.analysis import Analysis
from preflight.linting.apply_fixes import FixedChunk, apply_fixes
from preflight.linting.checked import Checked, Progress, silent
from preflight.linting.row_states import REJECTED
from preflight.reading.chunks import is_read
from preflight.reading.prefetch import ahead
from preflight.reading.written_records import WrittenReader
from preflight.writing.clean_rows import CleanRows, rendered_rows
from preflight.writing.copied_rows import TextPass, can_copy


def rewritten(
    checked: Checked, stage: str, progress: Progress = silent
) -> Iterator[tuple[FixedChunk, CleanRows]]:
    """Each chunk of a file as it is written, with its clean rows.

    Clean rows that are copied from the text as they stand there may be missing in the chunks.
    A row that is too large for any part is rejected, with a finding.

    Args:
        checked: the file after the first pass.
        stage: what the records are read for, which `progress` is told.
        progress: told the stage, rows done, and None for their total.

    Raises:
        SourceError: the file was changed in the meantime.
    """
    analysis = checked.analysis
    if not is_read(checked.layout):
        return
    read = checked.records(stage, progress)
    if not can_copy(analysis):
        yield from rewrite(analysis, read)
        return
    second_pass = TextPass(analysis)
    limit, columns = analysis.plan.profile.limits.bytes, analysis.output_columns
    records = WrittenReader(checked.layout).records(checked.chunk_bytes)
    for written, kept in analysis.kept.beside(read.told(ahead(records))):
        fixed, clean = second_pass.fixed(written, kept, analysis.after)
        over = clean.too_large(columns, limit)
        if over.any():
            after = analysis.after.copy()
            after[clean.rows[over] - 1] = REJECTED
            rows, lines = clean.rows[over], clean.lines[over]
            fixed, clean = second_pass.fixed(written, kept, after)
            fixed = _told(fixed, rows, lines)
        yield fixed, clean


def rewrite(analysis: Analysis, chunks: Iterable[Chunk]) -> Iterator[tuple[FixedChunk, CleanRows]]:
    """Fixes each chunk, and renders its clean rows within the provider's limit.

    A row that is too large for any part is rejected, with a finding.

    Args:
        analysis: the result of the first pass.
        chunks: of the file, read again.
    """
    columns = analysis.output_columns
    limit = analysis.plan.profile.limits.bytes
    for fixed in apply_fixes(analysis, chunks):
        clean = rendered_rows(fixed.chunk, fixed.keep, columns)
        over = clean.too_large(columns, limit)
        if over.any():
            lighter = _without(fixed, np.flatnonzero(fixed.keep)[over])
            yield lighter, rendered_rows(lighter.chunk, lighter.keep, columns)
        else:
            yield fixed, clean


def _without(fixed: FixedChunk, at: np.ndarray) -> FixedChunk:
    """The chunk with the rows `at` these places rejected, because they are over the limit."""
    keep = fixed.keep.copy()
    keep[at] = False
    rows, lines = fixed.chunk.rows[at], fixed.chunk.lines[at]
    rejected = fixed.rejected | np.isin(fixed.original.rows, rows)
    rejected_malformed = fixed.rejected_malformed | np.isin(
        fixed.original.malformed["row"].to_numpy(dtype=np.int64), rows
    )
    lighter = dataclasses.replace(
        fixed,
        keep=keep,
        rejected=rejected,
        rejected_malformed=rejected_malformed,
        changes=fixed.changes[~fixed.changes["row"].isin(rows)],
    )
    return _told(lighter, rows, lines)


def _told(fixed: FixedChunk, rows: np.ndarray, lines: np.ndarray) -> FixedChunk:
    """The chunk with a finding for each of its rows that are over the limit."""
    why = "this record alone is larger than a file may be"
    over = tables.table(record_limit(), rows, lines, 0, why)
    findings = tables.concat([fixed.findings, over]).ordered()
    return dataclasses.replace(fixed, findings=findings)
