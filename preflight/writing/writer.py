"""The second half of fixing: clean rows and rejects are written, and counted as they are."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from preflight.config.catalogue import record_limit
from preflight.config.column_mapping import OutputColumn
from preflight.config.plan import Plan
from preflight.core import csv_writer, files
from preflight.core import findings as tables
from preflight.core.types import CHANGE_COLUMNS, Books, Chunk, Part, Severity
from preflight.linting.analysis import Analysis
from preflight.linting.apply_fixes import FixedChunk, apply_fixes
from preflight.linting.checked import Checked
from preflight.writing import results_folder
from preflight.writing.partition import CleanRows, Rejects, clean_rows
from preflight.writing.parts import PartWriter, manifest, moved, too_large
from preflight.writing.undo_record import ChangeLocator


@dataclass(frozen=True)
class Fixed:
    """What `fix` wrote.

    Attributes:
        checked: what was found before.
        books: where the rows ended.
        folder: with the results.
        parts: the clean rows; one of them is `apply_fixes.csv`, several are in `parts/`.
        changed_cells: how many cells the fixes of the clean rows changed.
        changed_rows: in how many rows.
        changes: for each rule code, how many cells of the clean rows its fix changed.
        reasons: for each rule code, how many errors remain in the rejected rows.
        warnings: how many warnings remain, in clean rows, in rejected ones and about the file.
        located: of which columns the changes are, for `undo`.
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
    located: ChangeLocator


def write(
    checked: Checked,
    place: Path,
    target: Path,
    read: Iterable[Chunk],
    *,
    always_parts: bool = False,
) -> Fixed:
    """The second pass over a file, into a staging folder.

    Args:
        checked: the file after the first pass.
        place: the staging folder.
        target: where the results will stand.
        read: the file's records again.
        always_parts: whether a single part is called a part too, and not clean.csv.

    Raises:
        BooksError: a row ended in no place; a defect of preflight.
    """
    found, plan = checked.analysis, checked.analysis.plan
    limits = plan.profile.limits
    columns = found.output_columns
    rejects = Rejects(checked.layout, plan, found.refused, also=(record_limit(),))
    located = ChangeLocator(checked.layout.header, columns)
    dropped = cells = rows = 0
    changed, remaining = Counter[str](), Counter[str]()
    with (
        PartWriter(
            place / results_folder.PARTS,
            columns,
            max_bytes=limits.bytes,
            max_rows=limits.rows,
        ) as writer,
        results_folder.TableWriter(
            place / results_folder.REJECTS, rejects.header, durable=False
        ) as refused,
        results_folder.TableWriter(
            place / results_folder.FIXES, CHANGE_COLUMNS, durable=False
        ) as log,
    ):
        log.write(results_folder.fixes_columns(file_changes(checked)))
        for one, kept in rewrite(found, read):
            writer.write(kept.rendered, kept.rows, kept.lines)
            refused.write(
                rejects.of(one.original, one.rejected, one.rejected_malformed, one.findings)
            )
            log.write(results_folder.fixes_columns(one.changes))
            located.add(one)
            changed.update(one.changes["code"].tolist())
            remaining.update(one.findings.counts())
            cells += len(one.changes)
            rows += one.changes["row"].nunique()
            dropped += _dropped(one)
        parts = _placed(writer.close(), place, target, checked, columns, always_parts)
    # What was written is counted, not what was meant to be.
    clean = sum(part.rows for part in parts)
    books = Books(found.rows, clean, refused.rows, dropped).balanced("; nothing was written")
    return Fixed(
        checked=checked,
        books=books,
        folder=target,
        parts=parts,
        changed_cells=cells,
        changed_rows=rows,
        changes=dict(changed),
        reasons=_errors_left(remaining, plan),
        warnings=warnings_left(remaining, checked),
        located=located,
    )


def _errors_left(counts: Mapping[str, int], plan: Plan) -> dict[str, int]:
    """Those of the counted findings that reject a row."""
    errors = {code for code, rule in plan.rules.items() if rule.severity is Severity.ERROR}
    return {code: count for code, count in counts.items() if code in errors | {record_limit()}}


def warnings_left(counts: Mapping[str, int], checked: Checked) -> int:
    """How many warnings remain: of the counted findings, and about the file as it is written anew.

    Args:
        counts: of the findings about rows that the second pass left, by code.
        checked: what was found before.
    """
    plan = checked.analysis.plan
    rows = sum(counts.values()) - sum(_errors_left(counts, plan).values())
    return rows + sum(
        rule.severity is Severity.WARNING and not plan.applies(problem.safety)
        for rule, problem in checked.analysis.problems
    )


def _dropped(one: FixedChunk) -> int:
    return one.original.count - int(
        one.keep.sum() + one.rejected.sum() + one.rejected_malformed.sum()
    )


def rewrite(found: Analysis, read: Iterable[Chunk]) -> Iterator[tuple[FixedChunk, CleanRows]]:
    """The second pass with the provider's limit: each chunk fixed, and its clean rows as written.

    A row that no part could hold, even alone, is not clean but rejected, with a finding.

    Args:
        found: what the first pass found.
        read: the same chunks again.
    """
    columns = found.output_columns
    limit = found.plan.profile.limits.bytes
    for one in apply_fixes(found, read):
        kept = clean_rows(one.chunk, one.keep, columns)
        over = too_large(kept.rendered, columns, limit)
        if over.any():
            lighter = _without(one, np.flatnonzero(one.keep)[over])
            yield lighter, clean_rows(lighter.chunk, lighter.keep, columns)
        else:
            yield one, kept


def _without(one: FixedChunk, at: np.ndarray) -> FixedChunk:
    """The chunk with these rows of its table rejected, for they are over the limit."""
    keep = one.keep.copy()
    keep[at] = False
    rows, lines = one.chunk.rows[at], one.chunk.lines[at]
    rejected = one.rejected | np.isin(one.original.rows, rows)
    rejected_malformed = one.rejected_malformed | np.isin(
        one.original.malformed["row"].to_numpy(dtype=np.int64), rows
    )
    why = "the record alone is over the limit of a part"
    return dataclasses.replace(
        one,
        keep=keep,
        rejected=rejected,
        rejected_malformed=rejected_malformed,
        changes=one.changes[~one.changes["row"].isin(rows)],
        findings=tables.concat(
            [one.findings, tables.table(record_limit(), rows, lines, 0, why)]
        ).ordered(),
    )


def file_changes(checked: Checked) -> pd.DataFrame:
    """What writing the file anew changes about the file itself, as rows of fixes.csv."""
    plan = checked.analysis.plan
    mended = [
        (rule, problem)
        for rule, problem in checked.analysis.problems
        if plan.applies(problem.safety)
    ]
    names = {column.position + 1: column.name for column in plan.columns}
    return pd.DataFrame(
        {
            "row": "",
            "line": ["" if problem.line is None else str(problem.line) for _, problem in mended],
            "column_name": [names.get(problem.column or 0, "") for _, problem in mended],
            "code": [rule.code for rule, _ in mended],
            "safety": [str(problem.safety) for _, problem in mended],
            "old": [problem.old or "" for _, problem in mended],
            "new": [problem.new or "" for _, problem in mended],
        },
        columns=list(CHANGE_COLUMNS),
    )


def _placed(
    parts: list[Part],
    place: Path,
    target: Path,
    checked: Checked,
    columns: Sequence[OutputColumn],
    always_parts: bool,
) -> tuple[Part, ...]:
    """Gives the parts their final names; they are told as standing where they will stand."""
    if len(parts) > 1 or (parts and always_parts):
        listed = manifest(parts, checked.source.sha256)
        files.write(place / results_folder.MANIFEST, listed, durable=False)
        return tuple(moved(part, target / results_folder.PARTS / part.path.name) for part in parts)
    if columns:
        if parts:
            parts[0].path.replace(place / results_folder.CLEAN)
        else:
            header = csv_writer.line([column.header for column in columns])
            files.write(place / results_folder.CLEAN, header, durable=False)
    (place / results_folder.PARTS).rmdir()
    return tuple(moved(part, target / results_folder.CLEAN) for part in parts)
