"""The second pass of a fix: writes clean rows, rejects and the log, and counts what it wrote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from preflight.config.column_mapping import OutputColumn
from preflight.core import csv_writer, files
from preflight.core.books import Books
from preflight.core.exchange import Part
from preflight.core.types import CHANGE_COLUMNS, Severity
from preflight.core.urls import Url
from preflight.linting.checked import Checked, Progress, silent
from preflight.linting.rule_limits import Excused
from preflight.reading.scan import lines_above
from preflight.writing import people_csv, results_folder
from preflight.writing.chunk_share import ChunkShare, Counts
from preflight.writing.parts import PartWriter, manifest, moved
from preflight.writing.rewrite import rewritten
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
        url: where the results are, if that is in a store; `folder` holds a private copy then.
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
    url: Url | None = None

    def named(self, path: Path) -> str:
        """Where a result is, for people.

        Args:
            path: of it, in `folder`.
        """
        if self.url is None:
            return str(path)
        return self.url.below(path.relative_to(self.folder).as_posix()).shown


def write(
    checked: Checked,
    staged: Path,
    target: Path,
    *,
    always_parts: bool = False,
    progress: Progress = silent,
) -> FixedFile:
    """Makes the second pass over a file and writes its results into a staging folder.

    Args:
        checked: the file after the first pass.
        staged: the staging folder.
        target: the folder that the results will be moved to.
        always_parts: whether a single part is written into `parts/` too, not as clean.csv.
        progress: told the stage, rows done, and None for their total.

    Raises:
        BooksError: a row ended in no place; a defect of preflight.
    """
    analysis = checked.analysis
    limits, columns = analysis.plan.profile.limits, analysis.output_columns
    share = ChunkShare(analysis)
    located = ChangeLocator()
    counts = Counts()
    with (
        PartWriter(
            staged / results_folder.PARTS,
            columns,
            max_bytes=limits.bytes,
            max_rows=limits.rows,
        ) as writer,
        _table(staged / results_folder.REJECTS, share.rejects_header) as rejected,
        _table(staged / results_folder.DROPPED, share.dropped_header) as dropped,
        _table(staged / results_folder.FIXES, CHANGE_COLUMNS) as log,
    ):
        log.write(people_csv.fixes_columns(file_changes(checked)))
        for fixed, clean in rewritten(checked, "writing", progress):
            part = share.of(fixed, clean)
            writer.write(part.clean)
            rejected.append(part.rejects)
            dropped.append(part.dropped)
            log.append(part.fixes)
            located.add(part.located)
            counts += part.counts
        parts = _placed(writer.close(), staged, target, checked, columns, always_parts)
    if not dropped.rows:
        (staged / results_folder.DROPPED).unlink()
    if above := lines_above(checked.layout):
        files.write(staged / results_folder.ABOVE, above, durable=False)
    # The rows that were written are counted, not those that should have been.
    clean_rows = sum(part.rows for part in parts)
    books = Books(analysis.rows, clean_rows, rejected.rows, counts.dropped)
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


def _table(path: Path, header: Sequence[str]) -> people_csv.TableWriter:
    return people_csv.TableWriter(path, header, durable=False)


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
