"""The suspects of a chunk after fixing: what both passes over a file need of one chunk."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from preflight.config.plan import Plan
from preflight.core.arrow import strings
from preflight.core.types import Bools, Chunk, Ints, Safety
from preflight.linting.cell_fixes import FixedCells as FixedCells
from preflight.linting.cell_fixes import fix_cells, write_cells
from preflight.linting.linter import ColumnSuspects, Linted, Linter, RuleHits
from preflight.linting.pandera_checks import VALUE

MOST_GUESSES = 5_000
"""How many cells are looked at to say what guessing would add."""


@dataclass(frozen=True)
class FixedColumn:
    """A column's suspects after fixing.

    Attributes:
        judged: before.
        fixed: the distinct cells after, with the changes.
        hits: what the rules say of the cells after.
    """

    judged: ColumnSuspects
    fixed: FixedCells
    hits: tuple[RuleHits, ...]

    @property
    def changes_cells(self) -> bool:
        """Whether cells of the file are changed; those of a joined column are in no file."""
        return bool(self.fixed.changes) and not self.judged.column.pieces


def with_fixes(chunk: Chunk, one: FixedColumn) -> Chunk:
    """The chunk with the mended cells of one column in it."""
    changed = one.fixed.changed[one.judged.which]
    values = one.fixed.cells[VALUE].to_numpy(dtype=object)[one.judged.which[changed]]
    return write_cells(chunk, one.judged.column.position, one.judged.where[changed], values)


def fix_columns(linter: Linter, linted: Linted) -> list[FixedColumn]:
    """Fixes the suspects of a chunk and judges those again that a fix changed."""
    return [_mended(linter, judged, linter.plan) for judged in linted.columns]


class FixPreview:
    """What fixes that guess would add to a file that is fixed without them.

    Only columns in which a rule blames a cell that it could mend by a guess are mended once more,
    and no more than `MOST_GUESSES` cells in all: a file of which every row fails must not cost
    twice. Rows that guessing would make doubles of others are not told from the rows it would save.

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

    def add(self, rows: Ints, mended: list[FixedColumn], bad: Bools) -> None:
        """Looks at a chunk.

        Args:
            rows: of its table.
            mended: its columns after the fixes that are made.
            bad: a mask over the table: the rows in which an error remains.
        """
        places = [self._guessable(one) for one in mended]
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
            _mended(self._linter, _of_first_rows(one.judged, reach), self._bold)
            if len(where)
            else one
            for one, where in zip(mended, places, strict=True)
        ]
        for one in guessed:
            for change in one.fixed.changes:
                if change.safety is Safety.UNSAFE:
                    self.cells += int(change.cells[one.judged.which].sum())
        still = bad_rows(self._linter, ((one.judged, one.hits) for one in guessed), len(rows))
        self.rows.append(rows[:reach][(bad & ~still)[:reach]])

    def _guessable(self, one: FixedColumn) -> Ints:
        """Where in the chunk's table a cell of the column stands that a guess may mend."""
        cells = np.zeros(len(one.judged.cells), dtype=bool)
        for blame in (*one.judged.hits, *one.hits):
            if blame.code in self._codes:
                cells |= blame.cells
        return one.judged.where[cells[one.judged.which]]


def _of_first_rows(judged: ColumnSuspects, count: int) -> ColumnSuspects:
    """The suspects of a column in the first rows of its chunk."""
    here = judged.where < count
    used, which = np.unique(judged.which[here], return_inverse=True)
    kept = np.zeros(len(judged.cells), dtype=bool)
    kept[used] = True
    blames = tuple(
        RuleHits(
            blame.code,
            blame.cells[used],
            None if blame.reasons is None else blame.reasons[kept[blame.cells]],
        )
        for blame in judged.hits
    )
    cells = judged.cells.iloc[used].reset_index(drop=True)
    return dataclasses.replace(
        judged, cells=cells, where=judged.where[here], which=which, hits=blames
    )


def bad_rows(
    linter: Linter, columns: Iterable[tuple[ColumnSuspects, tuple[RuleHits, ...]]], count: int
) -> Bools:
    """A mask over a chunk's table of `count` rows: those in which an error is found."""
    bad = np.zeros(count, dtype=bool)
    for judged, blames in columns:
        cells = np.zeros(len(judged.cells), dtype=bool)
        for blame in blames:
            if linter.is_error(blame.code):
                cells |= blame.cells
        bad[judged.where[cells[judged.which]]] = True
    return bad


def _mended(linter: Linter, judged: ColumnSuspects, plan: Plan) -> FixedColumn:
    """A column mended by the fixes that a plan makes, and judged again."""
    blamed = {blame.code: blame.cells for blame in judged.hits}
    after = fix_cells(judged.checks, judged.cells, blamed, plan)
    return FixedColumn(judged, after, _judge_again(linter, judged, after))


def _judge_again(linter: Linter, judged: ColumnSuspects, after: FixedCells) -> tuple[RuleHits, ...]:
    changed = after.changed
    if not changed.any():
        return judged.hits
    blames = []
    for blame in judged.hits:
        kept = blame.cells & ~changed
        if kept.any():
            reasons = None if blame.reasons is None else blame.reasons[~changed[blame.cells]]
            blames.append(RuleHits(blame.code, kept, reasons))
    values = strings(after.cells.loc[changed, VALUE])
    at = np.flatnonzero(changed)[judged.checks.suspects(pa.chunked_array([values]))]
    if not len(at):
        return tuple(blames)
    for blame in linter.judge(judged.checks, after.cells.iloc[at]):
        spread = np.zeros(len(changed), dtype=bool)
        spread[at] = blame.cells
        blames.append(RuleHits(blame.code, spread, blame.reasons))
    return tuple(blames)
