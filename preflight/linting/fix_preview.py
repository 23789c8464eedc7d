"""What fixes that guess would add to a file that is fixed without them."""

from __future__ import annotations

import dataclasses

import numpy as np

from preflight.core.types import Ints, Safety
from preflight.linting.chunk_analysis import ChunkAnalysis
from preflight.linting.fixer import FixedColumn, bad_rows, fix_column
from preflight.linting.linter import ColumnSuspects, Linter, RuleHits

MOST_GUESSES = 5_000
"""How many cells are looked at to say what guessing would add."""


class FixPreview:
    """What fixes that guess would add to a file that is fixed without them.

    Only columns in which a rule hits a cell that it could fix by a guess are fixed once more, and
    no more than `MOST_GUESSES` cells in all: a file of which every row fails must not cost twice.
    Rows that guessing would make duplicates of others are not told from the rows it would save.

    Args:
        linter: of the file.

    Attributes:
        cells: how many cells guesses would change, of those looked at.
        rows: the rows that would have no error about a cell left, a piece a chunk.
        all_seen: whether all cells that could be guessed were looked at.
    """

    def __init__(self, linter: Linter) -> None:
        self._linter = linter
        plan = linter.plan
        self._bold = dataclasses.replace(plan, unsafe_fixes=True)
        self._codes = {
            code
            for code, rule in plan.rules.items()
            if rule.fix is not None and rule.safety is Safety.UNSAFE and not plan.unsafe_fixes
        }
        self._left = MOST_GUESSES
        self.cells = 0
        self.rows: list[Ints] = []
        self.all_seen = True

    def add(self, chunk: ChunkAnalysis) -> None:
        """Looks at the columns of a chunk, after the fixes that are made."""
        rows = chunk.chunk.rows
        places = [self._guessable(column) for column in chunk.columns]
        counts = np.zeros(len(rows), dtype=np.int64)
        for where in places:
            counts[where] += 1
        if not counts.any():
            return
        so_far = np.cumsum(counts)
        reach = int(np.searchsorted(so_far, self._left, side="right"))
        self.all_seen &= reach == len(rows)
        if not reach:
            return
        self._left -= int(so_far[reach - 1])
        guessed = [
            fix_column(self._linter, _of_first_rows(column.suspects, reach), self._bold)
            if len(where)
            else column
            for column, where in zip(chunk.columns, places, strict=True)
        ]
        for column in guessed:
            for change in column.fixed.changes:
                if change.safety is Safety.UNSAFE:
                    self.cells += int(change.cells[column.suspects.which].sum())
        columns = ((column.suspects, column.hits) for column in guessed)
        still_bad = bad_rows(self._linter, columns, len(rows))
        fixable = chunk.bad_after & ~chunk.condemned
        self.rows.append(rows[:reach][(fixable & ~still_bad)[:reach]])

    def _guessable(self, column: FixedColumn) -> Ints:
        """Where in the chunk's table a cell of the column stands that a guess may fix."""
        suspects = column.suspects
        cells = np.zeros(len(suspects.cells), dtype=bool)
        for hit in (*suspects.hits, *column.hits):
            if hit.code in self._codes:
                cells |= hit.cells
        return suspects.where[cells[suspects.which]]


def _of_first_rows(suspects: ColumnSuspects, count: int) -> ColumnSuspects:
    """The suspects of a column in the first rows of its chunk."""
    here = suspects.where < count
    used, which = np.unique(suspects.which[here], return_inverse=True)
    kept = np.zeros(len(suspects.cells), dtype=bool)
    kept[used] = True
    hits = tuple(
        RuleHits(
            hit.code,
            hit.cells[used],
            None if hit.reasons is None else hit.reasons[kept[hit.cells]],
        )
        for hit in suspects.hits
    )
    cells = suspects.cells.iloc[used].reset_index(drop=True)
    return dataclasses.replace(
        suspects, cells=cells, where=suspects.where[here], which=which, hits=hits
    )
