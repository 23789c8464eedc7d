"""The folds of the first pass: each collects one thing over the chunks of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pyarrow.compute as pc

from preflight.config.column_mapping import is_sent
from preflight.config.plan import Plan
from preflight.core.types import Chunk, Ints, Layout, Safety
from preflight.kinds.sniffing import Sample
from preflight.kinds.timestamp.day_month_order import DayMonthOrders
from preflight.linting.chunk_analysis import ChunkAnalysis
from preflight.linting.row_states import REJECTED, RowStateFold, RowStates
from preflight.rule import FileView


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
    """The number of cells that the fix of each rule changes, and of records that a rule repairs.

    Attributes:
        cells: number of cells that are changed and of records that are repaired, each once.
    """

    def __init__(self) -> None:
        self._counted = Counter[str]()
        self.cells = 0

    def add(self, chunk: ChunkAnalysis) -> None:
        """Counts the fixes of a chunk."""
        self.cells += len(chunk.row_rules.repairs)
        for code, times in chunk.row_rules.repairs["code"].value_counts().items():
            self._counted[str(code)] += int(times)
        for column in chunk.columns:
            self.cells += int(column.fixed.changed[column.suspects.which].sum())
            for change in column.fixed.changes:
                cells = int(change.cells[column.suspects.which].sum())
                self._counted[change.code] += cells

    def result(self) -> dict[str, int]:
        """The number for each code, in the order of the codes."""
        return dict(sorted(self._counted.items()))


class Repairs:
    """The records that are repaired, or would be by unsafe fixes."""

    def __init__(self) -> None:
        self._repairable: dict[int, Safety] = {}
        self._not_made: list[Ints] = []

    def add(self, chunk: ChunkAnalysis) -> None:
        """Adds the records of a chunk."""
        result = chunk.row_rules
        self._repairable |= result.repairable
        rows = np.array(sorted(result.repairable), dtype=np.int64)
        self._not_made.append(np.setdiff1d(rows, result.repaired))

    @property
    def repairable(self) -> Mapping[int, Safety]:
        """The rows of all of them, with the safety of their repair."""
        return self._repairable

    @property
    def not_made(self) -> int:
        """The number of records that the plan does not repair."""
        return sum(map(len, self._not_made))

    def would_save(self, after: RowStates) -> int:
        """The number of rejected rows that repairing would save."""
        return sum(count_rejected(rows, after) for rows in self._not_made)


def count_rejected(rows: Ints, states: RowStates) -> int:
    """The number of rejected rows among some rows."""
    return int((states[rows - 1] == REJECTED).sum())


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
