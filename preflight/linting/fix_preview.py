"""What unsafe fixes would add to a file that is fixed without them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa

from preflight.config.column_mapping import with_joined
from preflight.core.types import Bools, Chunk, Ints, Layout, Safety
from preflight.linting.chunk_analysis import ChunkAnalysis
from preflight.linting.fixer import FixedCells, FixedColumn, bad_rows, fix_cells, fix_column
from preflight.linting.folds import Rows
from preflight.linting.linter import ColumnSuspects, Linter, RuleHits
from preflight.linting.repair_records import RecordRepairs
from preflight.linting.row_rules import without_rows
from preflight.linting.row_states import CLEAN, REJECTED, RowStates

_Hits = tuple[ColumnSuspects, tuple[RuleHits, ...]]
_FEW_RECORDS = 1_000
MOST_GUESSES = 5_000
"""How many cells are checked again to say which rejected rows unsafe fixes would save."""


@dataclasses.dataclass(frozen=True)
class Preview:
    """What unsafe fixes would add.

    Attributes:
        rows: the rejected rows that would have no error about a cell left. Rows that unsafe fixes
            would make duplicates of others are among them.
        records: the malformed records that would be repaired, and then have no error left.
        columns: column position → the rows in which unsafe fixes would change its cell, and which
            would be clean; ascending.
        cells: the number of these cells.
        all_seen: whether all rejected rows were looked at.
    """

    rows: Ints
    records: frozenset[int]
    columns: Mapping[int, Rows]
    cells: int
    all_seen: bool


@dataclasses.dataclass(frozen=True)
class Guesses:
    """What unsafe fixes would do in a chunk.

    Attributes:
        records: the malformed records that they would repair and that then have no error.
        unjudged: others that they would repair, as rows: too few to be judged by themselves.
        changed: column position → the rows in which they would change its cell.
        counted: cells that they may change, counted up to and with each row that has some, as far
            as they were checked again; ascending.
        total: how many there are in the chunk.
        rows: rejected rows without an error about a cell after them, as far as was checked.
        at: for each of `rows` the cells that are counted up to and with it.
    """

    records: tuple[int, ...]
    unjudged: Chunk | None
    changed: Mapping[int, Rows]
    counted: Ints
    total: int
    rows: Ints
    at: Ints


class Guesser:
    """Finds what unsafe fixes would add to a chunk that is fixed without them.

    Only the cells that a rule hits and could fix unsafely are fixed once more.

    Args:
        linter: of the file.
        layout: of the file.
    """

    def __init__(self, linter: Linter, layout: Layout) -> None:
        self._linter = linter
        plan = linter.plan
        self._bold = dataclasses.replace(plan, unsafe_fixes=True)
        self._codes = {
            code
            for code, rule in plan.rules.items()
            if rule.fix is not None and rule.safety is Safety.UNSAFE and not plan.unsafe_fixes
        }
        self._repairs = RecordRepairs(self._bold, layout)

    def guesses(self, chunk: ChunkAnalysis, most: int) -> Guesses:
        """Looks at the columns of a chunk, after the fixes that are made.

        Args:
            chunk: the chunk.
            most: how many cells are checked again.
        """
        rows = chunk.chunk.rows
        hit = [self._hit(column) for column in chunk.columns]
        counts = np.zeros(len(rows), dtype=np.int64)
        changed = {}
        for column, cells in zip(chunk.columns, hit, strict=True):
            if cells.any():
                counts[_places(column.suspects, cells)] += 1
        so_far = np.cumsum(counts)
        reach = int(np.searchsorted(so_far, most, side="right")) if counts.any() else 0
        left: list[_Hits] = []
        for column, cells in zip(chunk.columns, hit, strict=True):
            if not cells.any():
                left.append((column.suspects, column.hits))
                continue
            changes, hits = self._guessed(column, cells, reach)
            left += hits
            where = _places(column.suspects, changes)
            changed[column.suspects.column.position] = rows[where].astype(np.int32)
        saved = rows[:0]
        if reach:
            still_bad = bad_rows(self._linter, left, len(rows))
            fixable = chunk.bad_after & ~chunk.condemned
            saved = np.flatnonzero((fixable & ~still_bad)[:reach])
        repairable = self._repairable(chunk)
        few = repairable is not None and len(repairable.rows) < _FEW_RECORDS
        return Guesses(
            records=() if repairable is None or few else self.saved(repairable),
            unjudged=repairable if few else None,
            changed=changed,
            counted=so_far[:reach][counts[:reach] > 0],
            total=int(counts.sum()),
            rows=rows[saved],
            at=so_far[saved],
        )

    def _guessed(self, column: FixedColumn, cells: Bools, reach: int) -> tuple[Bools, list[_Hits]]:
        """What unsafe fixes would do in a column.

        Only cells that they may change are fixed again, and those that several safe fixes changed:
        an unsafe one may change what they were in between.

        Args:
            column: the column.
            cells: a mask of the distinct cells that they may change.
            reach: the hits that they leave are wanted in so many rows.

        Returns:
            A mask of the distinct cells that they change; and the hits that are left.
        """
        count = np.zeros(len(cells), dtype=np.int64)
        for change in column.fixed.changes:
            count += change.cells
        again = cells | (count > 1)
        rest = tuple(RuleHits(hit.code, hit.cells & ~again) for hit in column.hits)
        left: list[_Hits] = [(column.suspects, rest)]
        suspects = column.suspects
        some = _of_first_rows(suspects, reach, again)
        if not len(some.cells):
            return self._changes(suspects, cells), left
        fixed = fix_column(self._linter, some, self._bold)
        left.append((some, fixed.hits))
        if reach <= _places(suspects, again)[-1]:
            return self._changes(suspects, cells), left
        changed = np.zeros(len(cells), dtype=bool)
        changed[again] = _unsafely_changed(fixed.fixed)
        return changed & cells, left

    def _repairable(self, chunk: ChunkAnalysis) -> Chunk | None:
        """The malformed records that unsafe fixes would repair, as rows; None without any."""
        result = chunk.row_rules
        wanted = np.setdiff1d(sorted(result.repairable), result.repaired).astype(np.int64)
        if not len(wanted):
            return None
        read = chunk.read
        alone = dataclasses.replace(
            read,
            table=read.table.slice(0, 0),
            rows=read.rows[:0],
            lines=read.lines[:0],
            left_out=read.left_out + len(read.rows),
        )
        repaired = self._repairs.repair(alone).chunk
        others = np.setdiff1d(repaired.rows, wanted)
        records = with_joined(without_rows(repaired, others), self._bold.columns)
        return Chunk(records.table, records.rows, records.lines, records.malformed.iloc[:0])

    def saved(self, records: Chunk) -> tuple[int, ...]:
        """Those of the repaired records that unsafe fixes leave without an error."""
        fixed = [
            fix_column(self._linter, suspects, self._bold)
            for suspects in self._linter.lint(records).columns
        ]
        columns = ((column.suspects, column.hits) for column in fixed)
        bad = bad_rows(self._linter, columns, len(records.rows))
        return tuple(records.rows[~bad].tolist())

    def _hit(self, column: FixedColumn) -> Bools:
        """A mask of the distinct cells that an unsafe fix may change."""
        cells = np.zeros(len(column.suspects.cells), dtype=bool)
        for hit in (*column.suspects.hits, *column.hits):
            if hit.code in self._codes:
                cells |= hit.cells
        return cells

    def _changes(self, suspects: ColumnSuspects, cells: Bools) -> Bools:
        """A mask of the distinct cells that unsafe fixes change, of some of them."""
        some = suspects.cells[cells].reset_index(drop=True)
        hits = {hit.code: hit.cells[cells] for hit in suspects.hits}
        changed = np.zeros(len(cells), dtype=bool)
        changed[cells] = _unsafely_changed(fix_cells(suspects.checks, some, hits, self._bold))
        return changed


class FixPreview:
    """Collects what unsafe fixes would add to a file that is fixed without them.

    No more than `MOST_GUESSES` cells are checked again: a file of which every row fails must not
    cost twice.

    Args:
        guesser: makes what judges records; it is only called if there are some.

    Attributes:
        left: how many more are to be checked again.
    """

    def __init__(self, guesser: Callable[[], Guesser]) -> None:
        self.left = MOST_GUESSES
        self._guesser = guesser
        self._unjudged: list[Chunk] = []
        self._records: set[int] = set()
        self._rows: list[Ints] = []
        self._changed: dict[int, list[Rows]] = {}
        self._all_seen = True

    def add(self, guesses: Guesses) -> None:
        """Adds a chunk, of which at least so many cells were checked again as were left."""
        self._records.update(guesses.records)
        if guesses.unjudged is not None:
            self._unjudged.append(guesses.unjudged)
        if sum(len(chunk.rows) for chunk in self._unjudged) >= _FEW_RECORDS:
            self._judge()
        for position, rows in guesses.changed.items():
            self._changed.setdefault(position, []).append(rows)
        self._all_seen &= guesses.total <= self.left
        self._rows.append(guesses.rows[guesses.at <= self.left])
        counted = guesses.counted[guesses.counted <= self.left]
        self.left -= int(counted[-1]) if len(counted) else 0

    def _judge(self) -> None:
        """Judges records of several chunks at once: a few cost as much as many."""
        if not self._unjudged:
            return
        pieces, self._unjudged = self._unjudged, []
        records = Chunk(
            pa.concat_tables(piece.table for piece in pieces),
            np.concatenate([piece.rows for piece in pieces]),
            np.concatenate([piece.lines for piece in pieces]),
            pieces[0].malformed,
        )
        self._records.update(self._guesser().saved(records))

    def result(self, after: RowStates) -> Preview:
        """What was found.

        Args:
            after: the state of each row after the fixes that are made.
        """
        self._judge()
        rows = np.concatenate([np.empty(0, dtype=np.int64), *self._rows])
        rows = rows[after[rows - 1] == REJECTED]
        clean = after == CLEAN
        clean[rows - 1] = True
        columns = {
            position: (changed := np.concatenate(pieces))[clean[changed - 1]]
            for position, pieces in self._changed.items()
        }
        records = frozenset(row for row in self._records if after[row - 1] == REJECTED)
        cells = sum(map(len, columns.values()))
        return Preview(rows, records, columns, cells, self._all_seen)


def _unsafely_changed(fixed: FixedCells) -> Bools:
    """A mask of the cells that an unsafe fix changed."""
    changed = np.zeros(len(fixed.cells), dtype=bool)
    for change in fixed.changes:
        if change.safety is Safety.UNSAFE:
            changed |= change.cells
    return changed


def _places(suspects: ColumnSuspects, cells: Bools) -> Ints:
    """Where in the chunk's table some distinct cells of a column stand, ascending."""
    return suspects.where[cells[suspects.which]]


def _of_first_rows(suspects: ColumnSuspects, count: int, cells: Bools) -> ColumnSuspects:
    """Some distinct suspects of a column, as far as they are in the first rows of its chunk."""
    here = (suspects.where < count) & cells[suspects.which]
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
    distinct = suspects.cells.iloc[used].reset_index(drop=True)
    return dataclasses.replace(
        suspects, cells=distinct, where=suspects.where[here], which=which, hits=hits
    )
