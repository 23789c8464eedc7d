"""Folds of the first pass: each collects one thing over the chunks of a file.

A fold has two halves. One takes what it needs out of an analyzed chunk, in whichever process the
chunk is analyzed; the other adds that to what the chunks before have given.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from preflight.config.column_mapping import is_sent
from preflight.config.plan import Plan
from preflight.core.spool import Spool
from preflight.core.types import Bools, Chunk, Ints, Layout, Safety
from preflight.kinds.sniffing import Sample
from preflight.linting.chunk_analysis import ChunkAnalysis
from preflight.linting.linter import ColumnSuspects
from preflight.linting.row_states import CLEAN, RowStates
from preflight.rule import FileView

# Of these there may be one for each cell of a file.
Rows = npt.NDArray[np.int32]
_SAFETIES = tuple(Safety)


@dataclass(frozen=True)
class FixedRows:
    """The rows of a chunk in which fixes change a cell or repair a record.

    Attributes:
        cells: of each cell that changes and each record that is repaired.
        of_code: the same for each rule code.
    """

    cells: tuple[Rows, ...]
    of_code: Mapping[str, Sequence[Rows]]


def fixed_rows(chunk: ChunkAnalysis) -> FixedRows:
    """The rows of a chunk that fixes change."""
    repairs = chunk.row_rules.repairs
    cells = [repairs["row"].to_numpy(dtype=np.int32)]
    of_code: dict[str, list[Rows]] = {}
    for code, repaired in repairs.groupby("code")["row"] if len(repairs) else ():
        of_code.setdefault(str(code), []).append(repaired.to_numpy(dtype=np.int32))
    rows = chunk.chunk.rows
    for column in chunk.columns:
        suspects, changed = column.suspects, column.fixed.changed
        if not changed.any():
            continue
        cells.append(_rows_of(rows, suspects, changed))
        for change in column.fixed.changes:
            of_code.setdefault(change.code, []).append(_rows_of(rows, suspects, change.cells))
    return FixedRows(tuple(cells), of_code)


@dataclass(frozen=True)
class FixCounts:
    """What fixes change in clean rows.

    Attributes:
        cells: the number of cells that are changed and of records that are repaired, each once.
        by_code: the number that the fix of each rule changes, in the order of the codes.
    """

    cells: int
    by_code: dict[str, int]


class FixCountFold:
    """Counts what fixes change in clean rows.

    Which rows are clean is known at the end, and there may be a fix in every row: what the chunks
    add is on disk until then.

    Args:
        folder: a private folder.
    """

    def __init__(self, folder: Path | None) -> None:
        self._fixed = Spool[FixedRows](folder)

    def add(self, fixed: FixedRows) -> None:
        """Adds the fixes of a chunk."""
        self._fixed.add(fixed)

    def counts(self, states: RowStates) -> FixCounts:
        """The counts, by the state of each row after fixing."""
        cells, by_code = 0, Counter[str]()
        for fixed in self._fixed:
            cells += _count_clean(fixed.cells, states)
            for code, rows in fixed.of_code.items():
                by_code[code] += _count_clean(rows, states)
        counted = {code: count for code, count in sorted(by_code.items()) if count}
        return FixCounts(cells, counted)


class Repairable(Mapping[int, Safety]):
    """The rows that are repaired, or would be on request, with the safety of that.

    There may be as many as a file has rows, so they are held as two arrays.
    """

    def __init__(self) -> None:
        self._pieces: list[tuple[Rows, Rows]] = []

    def add(self, rows: Mapping[int, Safety]) -> None:
        """Adds the rows of the next chunk."""
        if rows:
            found = sorted(rows.items())
            numbers = np.array([row for row, _ in found], dtype=np.int32)
            safeties = np.array([_SAFETIES.index(safety) for _, safety in found], dtype=np.int32)
            self._pieces.append((numbers, safeties))

    @functools.cached_property
    def _arrays(self) -> tuple[Rows, Rows]:
        nothing = np.empty(0, dtype=np.int32)
        rows = np.concatenate([nothing, *(rows for rows, _ in self._pieces)])
        return rows, np.concatenate([nothing, *(safeties for _, safeties in self._pieces)])

    def __getitem__(self, row: int) -> Safety:
        rows, safeties = self._arrays
        at = int(np.searchsorted(rows, row))
        if at == len(rows) or rows[at] != row:
            raise KeyError(row)
        return _SAFETIES[int(safeties[at])]

    def all_of(self, safety: Safety) -> Rows:
        """The rows whose repair has this safety, in order."""
        rows, safeties = self._arrays
        found: Rows = rows[safeties == _SAFETIES.index(safety)]
        return found

    def __iter__(self) -> Iterator[int]:
        return iter(self._arrays[0].tolist())

    def __len__(self) -> int:
        return len(self._arrays[0])


def _rows_of(rows: Ints, suspects: ColumnSuspects, cells: Bools) -> Rows:
    """The rows of some distinct cells of a column."""
    return rows[suspects.where[cells[suspects.which]]].astype(np.int32)


def _count_clean(pieces: Iterable[Rows], states: RowStates) -> int:
    return sum(int((states[rows - 1] == CLEAN).sum()) for rows in pieces)


@dataclass(frozen=True)
class Content:
    """What a chunk adds to a `FileView`.

    Attributes:
        sample: of its rows.
        filled: for each column the number of cells that are not blank.
        newlines: as of the chunk.
        well_formed: the number of rows.
        as_wide: the number of rows before any repair.
    """

    sample: Sample
    filled: Ints
    newlines: tuple[int, int, int]
    well_formed: int
    as_wide: int


def content_of(chunk: ChunkAnalysis, width: int) -> Content:
    """What a chunk adds to the view of its file, whose header has `width` columns."""
    sample = Sample(width)
    sample.add(chunk.chunk)
    filled = _filled_cells(chunk.joined)
    rows = len(chunk.chunk.rows)
    return Content(sample, filled, chunk.read.newlines, rows, len(chunk.read.rows))


class ContentFold:
    """Collects the content of a `FileView`, for the rules about the file and its header.

    Args:
        layout: of the file.
        plan: with its columns.
    """

    def __init__(self, layout: Layout, plan: Plan) -> None:
        self._layout, self._plan = layout, plan
        self._sample = Sample(len(layout.header))
        self._filled = np.zeros(len(plan.columns), dtype=np.int64)
        self._newlines = np.zeros(3, dtype=np.int64)
        self._well_formed = self._as_wide = 0

    def add(self, content: Content) -> None:
        """Adds a chunk."""
        self._sample.merge(content.sample)
        self._filled += content.filled
        self._newlines += content.newlines
        self._well_formed += content.well_formed
        self._as_wide += content.as_wide

    def view(self, rows: int) -> FileView:
        """The view of the file.

        Args:
            rows: number of data records.
        """
        plan = self._plan
        lf, crlf, cr = self._newlines.tolist()
        return FileView(
            layout=self._layout,
            columns=plan.columns,
            profile=plan.profile,
            rows=rows,
            filled=tuple(self._filled.tolist()),
            sent=frozenset(
                column.position for column in plan.columns if is_sent(column, plan.profile)
            ),
            used=plan.linted,
            well_formed=self._well_formed,
            as_wide=self._as_wide,
            options=plan.options,
            looks=self._sample.looks(),
            newlines=(lf, crlf, cr),
        )


def _filled_cells(chunk: Chunk) -> Ints:
    """For each column the number of cells that are not blank."""
    filled = [pc.sum(pc.not_equal(column, "")).as_py() or 0 for column in chunk.table.columns]
    return np.array(filled, dtype=np.int64)
