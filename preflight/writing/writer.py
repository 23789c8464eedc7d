"""The second pass of a fix: writes clean rows, rejects and the log, and counts what it wrote."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from preflight.config.catalogue import record_limit
from preflight.config.column_mapping import OutputColumn
from preflight.config.plan import Plan
from preflight.core import csv_writer, files
from preflight.core import findings as tables
from preflight.core.books import Books
from preflight.core.exchange import Part
from preflight.core.findings import Findings
from preflight.core.types import CHANGE_COLUMNS, Chunk, Severity
from preflight.linting.analysis import Analysis
from preflight.linting.apply_fixes import FixedChunk, apply_fixes
from preflight.linting.checked import Checked
from preflight.linting.rule_limits import NOTHING_EXCUSED, Excused, accepted, excused
from preflight.reading.scan import lines_above
from preflight.writing import results_folder
from preflight.writing.partition import CleanRows, Rejects, clean_rows
from preflight.writing.parts import PartWriter, manifest, moved, too_large
from preflight.writing.undo_record import ChangeLocator


@dataclass(frozen=True)
class FixedFile:
    """What `fix` wrote.

    Attributes:
        checked: the result of the first pass.
        books: where the rows ended.
        folder: of the results.
        parts: the clean rows; a single part is `clean.csv`, several are in `parts/`.
        changed_cells: number of cells in clean rows that fixes changed.
        changed_rows: number of clean rows with such cells.
        changes: for each rule code, the number of cells in clean rows that its fix changed.
        reasons: for each rule code, the number of errors that remain in rejected rows.
        warnings: number of warnings that remain, in clean and rejected rows and about the file.
        excused: what is not counted of what remains, because the config accepts it.
        located: the columns of the changes, for `undo`.
    """

    checked: Checked
    books: Books
    folder: Path
    parts: tuple[Part, ...]
    changed_cells: int
    changed_rows: int
    changes: Mapping[str, int]
    reasons: Mapping[str, int]
    warnings: int
    excused: Excused
    located: ChangeLocator


@dataclass
class _Counts:
    """What the second pass has changed, dropped and left, over the chunks so far."""

    plan: Plan
    accepted: frozenset[str]
    dropped: int = 0
    cells: int = 0
    rows: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    warnings: int = 0
    excused: Excused = NOTHING_EXCUSED

    def add(self, fixed: FixedChunk) -> None:
        self.dropped += fixed.original.count - int(
            fixed.keep.sum() + fixed.rejected.sum() + fixed.rejected_malformed.sum()
        )
        self.cells += len(fixed.changes[["row", "position"]].drop_duplicates())
        self.rows += fixed.changes["row"].nunique()
        self.changes.update(fixed.changes["code"].tolist())
        errors = errors_left(fixed.findings, self.plan)
        self.errors.update(errors.counts())
        self.warnings += len(fixed.findings) - len(errors)
        self.excused += excused(fixed.findings, errors, self.accepted)


def write(
    checked: Checked,
    staged: Path,
    target: Path,
    chunks: Iterable[Chunk],
    *,
    always_parts: bool = False,
) -> FixedFile:
    """Makes the second pass over a file and writes its results into a staging folder.

    Args:
        checked: the file after the first pass.
        staged: the staging folder.
        target: the folder that the results will be moved to.
        chunks: of the file, read again.
        always_parts: whether a single part is written into `parts/` too, not as clean.csv.

    Raises:
        BooksError: a row ended in no place; a defect of preflight.
    """
    analysis = checked.analysis
    limits, columns = analysis.plan.profile.limits, analysis.output_columns
    rejects = Rejects(checked.layout, analysis.plan, analysis.refused, also=(record_limit(),))
    drops = [code for code, rule in analysis.plan.rules.items() if rule.drops]
    removed = Rejects(checked.layout, analysis.plan, (), also=drops)
    located = ChangeLocator(checked.layout.header, columns)
    counts = _Counts(analysis.plan, accepted(analysis))
    with (
        PartWriter(
            staged / results_folder.PARTS,
            columns,
            max_bytes=limits.bytes,
            max_rows=limits.rows,
        ) as writer,
        _table(staged / results_folder.REJECTS, rejects.header) as rejected,
        _table(staged / results_folder.DROPPED, removed.header) as dropped,
        _table(staged / results_folder.FIXES, CHANGE_COLUMNS) as log,
    ):
        log.write(results_folder.fixes_columns(file_changes(checked)))
        for fixed, kept in rewrite(analysis, chunks):
            writer.write(kept.rendered, kept.rows, kept.lines)
            rejected.write(
                rejects.of(fixed.original, fixed.rejected, fixed.rejected_malformed, fixed.findings)
            )
            dropped.write(
                removed.of(
                    fixed.original, fixed.dropped, fixed.dropped_malformed, fixed.dropped_findings
                )
            )
            log.write(results_folder.fixes_columns(fixed.changes))
            located.add(fixed)
            counts.add(fixed)
        parts = _placed(writer.close(), staged, target, checked, columns, always_parts)
    if not dropped.rows:
        (staged / results_folder.DROPPED).unlink()
    if above := lines_above(checked.layout):
        files.write(staged / results_folder.ABOVE, above, durable=False)
    # The rows that were written are counted, not those that should have been.
    clean = sum(part.rows for part in parts)
    books = Books(analysis.rows, clean, rejected.rows, counts.dropped)
    return FixedFile(
        checked=checked,
        books=books.balanced("; nothing was written"),
        folder=target,
        parts=parts,
        changed_cells=counts.cells,
        changed_rows=counts.rows,
        changes=dict(counts.changes),
        reasons=dict(counts.errors),
        warnings=warnings_left(counts.warnings, checked),
        excused=counts.excused,
        located=located,
    )


def _table(path: Path, header: Sequence[str]) -> results_folder.TableWriter:
    return results_folder.TableWriter(path, header, durable=False)


def errors_left(findings: Findings, plan: Plan) -> Findings:
    """Those findings that reject a row."""
    codes = [code for code, rule in plan.rules.items() if rule.severity is Severity.ERROR]
    return tables.errors(findings, [*codes, record_limit()])


def warnings_left(about_rows: int, checked: Checked) -> int:
    """The number of warnings that remain, about rows and about the file as it is written.

    Args:
        about_rows: the number of those about rows.
        checked: the result of the first pass.
    """
    plan = checked.analysis.plan
    return about_rows + sum(
        rule.severity is Severity.WARNING and not plan.applies(problem.safety)
        for rule, problem in checked.analysis.problems
    )


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
        kept = clean_rows(fixed.chunk, fixed.keep, columns)
        over = too_large(kept.rendered, columns, limit)
        if over.any():
            lighter = _without(fixed, np.flatnonzero(fixed.keep)[over])
            yield lighter, clean_rows(lighter.chunk, lighter.keep, columns)
        else:
            yield fixed, kept


def _without(fixed: FixedChunk, at: np.ndarray) -> FixedChunk:
    """The chunk with the rows `at` these places rejected, because they are over the limit."""
    keep = fixed.keep.copy()
    keep[at] = False
    rows, lines = fixed.chunk.rows[at], fixed.chunk.lines[at]
    rejected = fixed.rejected | np.isin(fixed.original.rows, rows)
    rejected_malformed = fixed.rejected_malformed | np.isin(
        fixed.original.malformed["row"].to_numpy(dtype=np.int64), rows
    )
    why = "this record alone is larger than a file may be"
    return dataclasses.replace(
        fixed,
        keep=keep,
        rejected=rejected,
        rejected_malformed=rejected_malformed,
        changes=fixed.changes[~fixed.changes["row"].isin(rows)],
        findings=tables.concat(
            [fixed.findings, tables.table(record_limit(), rows, lines, 0, why)]
        ).ordered(),
    )


def file_changes(checked: Checked) -> pd.DataFrame:
    """The problems of the file that writing it again fixes, as rows of fixes.csv."""
    plan = checked.analysis.plan
    fixed = [
        (rule, problem)
        for rule, problem in checked.analysis.problems
        if plan.applies(problem.safety)
    ]
    names = {column.position + 1: column.name for column in plan.columns}
    return pd.DataFrame(
        {
            "row": "",
            "line": ["" if problem.line is None else str(problem.line) for _, problem in fixed],
            "column_name": [names.get(problem.column or 0, "") for _, problem in fixed],
            "code": [rule.code for rule, _ in fixed],
            "safety": [str(problem.safety) for _, problem in fixed],
            "old": [problem.old or "" for _, problem in fixed],
            "new": [problem.new or "" for _, problem in fixed],
        },
        columns=list(CHANGE_COLUMNS),
    )


def _placed(
    parts: list[Part],
    staged: Path,
    target: Path,
    checked: Checked,
    columns: Sequence[OutputColumn],
    always_parts: bool,
) -> tuple[Part, ...]:
    """Gives the parts their final names; returns them with their paths in the target folder."""
    if len(parts) > 1 or (parts and always_parts):
        listed = manifest(parts, checked.source.sha256)
        files.write(staged / results_folder.MANIFEST, listed, durable=False)
        return tuple(moved(part, target / results_folder.PARTS / part.path.name) for part in parts)
    if columns:
        if parts:
            parts[0].path.replace(staged / results_folder.CLEAN)
        else:
            header = csv_writer.line([column.header for column in columns])
            files.write(staged / results_folder.CLEAN, header, durable=False)
    (staged / results_folder.PARTS).rmdir()
    return tuple(moved(part, target / results_folder.CLEAN) for part in parts)
