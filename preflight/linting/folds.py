"""What the first pass gathers over the chunks of a file, one small fold for each thing."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow.compute as pc

from preflight.config.column_mapping import is_sent
from preflight.config.plan import Plan
from preflight.core.types import Chunk, Ints, Layout
from preflight.kinds.sniffing import Sample
from preflight.kinds.timestamp.day_month_order import DayMonthOrders
from preflight.linting.chunk_analysis import ChunkAnalysis
from preflight.linting.row_states import REJECTED, RowStateFold, RowStates
from preflight.rule import FileView


def add_states(states: RowStateFold, chunk: ChunkAnalysis) -> None:
    """Takes the rows of a chunk into the states of the file's rows."""
    states.add(chunk.chunk.rows, chunk.bad_before, chunk.bad_after)
    states.add_rejected(chunk.malformed[~chunk.linted.dropped])
    states.add_dropped(chunk.malformed[chunk.linted.dropped])
    states.add_dropped(chunk.row_rules.dropped)


def add_orders(orders: DayMonthOrders, chunk: ChunkAnalysis) -> None:
    """Takes in what the dates of a chunk prove about the order of day and month."""
    for suspects in chunk.linted.columns:
        orders.add(suspects.column.position, suspects.cells)


class FixCounts:
    """How many cells the fix of each rule changes, and how many records a rule repairs."""

    def __init__(self) -> None:
        self._counted = Counter[str]()

    def add(self, chunk: ChunkAnalysis) -> None:
        """Counts the fixes of a chunk."""
        for code, times in chunk.row_rules.repairs["code"].value_counts().items():
            self._counted[str(code)] += int(times)
        for column in chunk.columns:
            for change in column.fixed.changes:
                cells = int(change.cells[column.suspects.which].sum())
                self._counted[change.code] += cells

    def result(self) -> dict[str, int]:
        """For each code the number, in the order of the codes."""
        return dict(sorted(self._counted.items()))


class Repairs:
    """The records that are made rows again, or would be by fixes that guess."""

    def __init__(self) -> None:
        self._repairable: list[int] = []
        self._not_made: list[Ints] = []

    def add(self, chunk: ChunkAnalysis) -> None:
        """Takes in those of a chunk."""
        result = chunk.row_rules
        self._repairable += result.repairable.tolist()
        self._not_made.append(np.setdiff1d(result.repairable, result.repaired))

    @property
    def repairable(self) -> frozenset[int]:
        """The rows of all of them."""
        return frozenset(self._repairable)

    @property
    def not_made(self) -> int:
        """How many are not repaired under the plan."""
        return sum(map(len, self._not_made))

    def would_save(self, after: RowStates) -> int:
        """How many of the rows that are not repaired are rejected."""
        return sum(count_rejected(rows, after) for rows in self._not_made)


def count_rejected(rows: Ints, states: RowStates) -> int:
    """How many of some rows are rejected."""
    return int((states[rows - 1] == REJECTED).sum())


class ContentFold:
    """What the rules about the file and its header are shown of its content.

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
        """Looks at a chunk."""
        self._sample.add(chunk.chunk)
        self._filled += _filled_cells(chunk.joined)
        self._newlines += chunk.read.newlines
        self._well_formed += len(chunk.chunk.rows)

    def view(self, rows: int) -> FileView:
        """What is known of the file.

        Args:
            rows: how many data records there are.
        """
        plan = self._plan
        lf, crlf, cr = self._newlines.tolist()
        return FileView(
            layout=self._layout,
            columns=plan.columns,
            profile=plan.profile,
            rows=rows,
            filled=tuple(self._filled.tolist()),
            sent=frozenset(one.position for one in plan.columns if is_sent(one, plan.profile)),
            used=plan.linted,
            well_formed=self._well_formed,
            options=plan.options,
            looks=self._sample.looks(),
            newlines=(lf, crlf, cr),
        )


def _filled_cells(chunk: Chunk) -> Ints:
    """For each column how many of its cells hold something."""
    filled = [pc.sum(pc.not_equal(column, "")).as_py() or 0 for column in chunk.table.columns]
    return np.array(filled, dtype=np.int64)
