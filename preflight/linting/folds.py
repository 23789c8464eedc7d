"""The folds of the first pass: each collects one thing over the chunks of a file."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from preflight.config.column_mapping import is_sent
from preflight.config.plan import Plan
from preflight.core.types import Bools, Chunk, Ints, Layout
from preflight.kinds.sniffing import Sample
from preflight.kinds.timestamp.day_month_order import DayMonthOrders
from preflight.linting.chunk_analysis import ChunkAnalysis
from preflight.linting.linter import ColumnSuspects
from preflight.linting.row_states import CLEAN, RowStateFold, RowStates
from preflight.rule import FileView

# Of these there may be one for each cell of a file.
Rows = npt.NDArray[np.int32]


def add_states(states: RowStateFold, chunk: ChunkAnalysis) -> None:
    """Adds the rows of a chunk to the row states of the file."""
    states.add(chunk.chunk.rows, chunk.bad_before, chunk.bad_after)
    states.add_rejected(chunk.malformed[~chunk.linted.dropped])
    states.add_dropped(chunk.malformed[chunk.linted.dropped])
    states.add_dropped(chunk.row_rules.dropped)
    states.add_rejected(chunk.row_rules.no_contacts)


def add_orders(orders: DayMonthOrders, chunk: ChunkAnalysis) -> None:
    """Adds what the dates of a chunk prove about the order of day and month."""
    for suspects in chunk.linted.columns:
        orders.add(suspects.column.position, suspects.cells)


class FixCounts:
    """The number of cells in clean rows that fixes change, and of clean rows that are repaired."""

    def __init__(self) -> None:
        self._cells: list[Rows] = []
        self._of_code: dict[str, list[Rows]] = {}

    def add(self, chunk: ChunkAnalysis) -> None:
        """Adds the fixes of a chunk."""
        repairs = chunk.row_rules.repairs
        self._cells.append(repairs["row"].to_numpy(dtype=np.int32))
        for code, repaired in repairs.groupby("code")["row"] if len(repairs) else ():
            self._of_code.setdefault(str(code), []).append(repaired.to_numpy(dtype=np.int32))
        rows = chunk.chunk.rows
        for column in chunk.columns:
            suspects, changed = column.suspects, column.fixed.changed
            if not changed.any():
                continue
            self._cells.append(_rows_of(rows, suspects, changed))
            for change in column.fixed.changes:
                kept = self._of_code.setdefault(change.code, [])
                kept.append(_rows_of(rows, suspects, change.cells))

    def cells(self, states: RowStates) -> int:
        """The number of cells that are changed and of records that are repaired, each once."""
        return _count_clean(self._cells, states)

    def by_code(self, states: RowStates) -> dict[str, int]:
        """The number that the fix of each rule changes, in the order of the codes."""
        counted = {code: _count_clean(rows, states) for code, rows in self._of_code.items()}
        return {code: count for code, count in sorted(counted.items()) if count}


def _rows_of(rows: Ints, suspects: ColumnSuspects, cells: Bools) -> Rows:
    """The rows of some distinct cells of a column."""
    return rows[suspects.where[cells[suspects.which]]].astype(np.int32)


def _count_clean(pieces: Iterable[Rows], states: RowStates) -> int:
    return sum(int((states[rows - 1] == CLEAN).sum()) for rows in pieces)


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
        self._well_formed = 0

    def add(self, chunk: ChunkAnalysis) -> None:
        """Adds a chunk."""
        self._sample.add(chunk.chunk)
        self._filled += _filled_cells(chunk.joined)
        self._newlines += chunk.read.newlines
        self._well_formed += len(chunk.chunk.rows)

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
            options=plan.options,
            looks=self._sample.looks(),
            newlines=(lf, crlf, cr),
        )


def _filled_cells(chunk: Chunk) -> Ints:
    """For each column the number of cells that are not blank."""
    filled = [pc.sum(pc.not_equal(column, "")).as_py() or 0 for column in chunk.table.columns]
    return np.array(filled, dtype=np.int64)
