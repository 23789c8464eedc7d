"""Judges rows that a person edits, by the rules of the check, without reading their file again.

A check of a file compiles the plan and reads every row. Here the plan is compiled once, and of an
edited row only the cells are judged that were never judged before: what a rule about cells says
depends on the cell alone, and for phones on the country in the row. Rules about rows see each row
again. The order of day and month is the one that the whole file proved.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.column_mapping import with_joined
from preflight.config.plan import Plan
from preflight.core import findings as tables
from preflight.core.types import Chunk, Column, Ints, Severity
from preflight.kinds.registry import KINDS
from preflight.linting.checked import Checked
from preflight.linting.fixer import FixedColumn, fix_column
from preflight.linting.linter import Linter, RuleHits
from preflight.linting.pandera_checks import VALUE
from preflight.linting.row_rules import RowRules
from preflight.rule import Rule

ROW = -1
"""The column of a fault that is about the whole row."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule, or the provider, says of a row.

    Attributes:
        code: of the rule.
        message: a fact, without a value.
        error: whether the row is rejected for it; else it is a warning.
        column: the position of the column, or `ROW`.
    """

    code: str
    message: str
    error: bool = True
    column: int = ROW


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What the rules say of a row, duplicates aside.

    Attributes:
        faults: that fixing leaves.
        fixed: column position → the cell that fixing makes of it.
        guesses: column position → the cell that an unsafe fix makes of a faulty one, and that
            passes.
        dropped: whether a rule drops the row.
    """

    faults: tuple[Fault, ...] = ()
    fixed: Mapping[int, str] = field(default_factory=dict)
    guesses: Mapping[int, str] = field(default_factory=dict)
    dropped: bool = False

    @property
    def bad(self) -> bool:
        """Whether the row is rejected."""
        return any(fault.error for fault in self.faults)


@dataclass(frozen=True, slots=True)
class _Cell:
    """What the rules say of one cell; a cell that no rule reports is equal to `_FINE`."""

    faults: tuple[Fault, ...] = ()
    fixed: str | None = None
    guess: str | None = None


_FINE = _Cell()
_Key = tuple[str, ...]


class Judge:
    """Judges rows of one file.

    Args:
        checked: a plain file of the same columns, linted: its plan and its layout are used.
        universe: the row numbers of the file that corrected rows will be in, ascending. A rule
            about the last rows of a file needs to know how many come after a row.
    """

    def __init__(self, checked: Checked, universe: Ints) -> None:
        self._layout, self._plan = checked.layout, checked.analysis.plan
        self._universe = universe
        self._linter = Linter(self._plan)
        self._guessing = dataclasses.replace(self._plan, unsafe_fixes=True)
        self._known: dict[Column, dict[_Key, _Cell]] = {
            column: {} for column in self._linter.columns
        }
        self._no_records = _no_records()
        self._row_rules = RowRules(self._plan, self._layout)

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules that are on, by code."""
        return self._plan.rules

    def judge(self, rows: Ints, cells: Sequence[Sequence[str]]) -> list[RowVerdict]:
        """The verdicts of some rows.

        Args:
            rows: their numbers, ascending.
            cells: of each row, a text for each column.
        """
        verdicts: dict[int, RowVerdict] = {}
        behind = len(self._universe) - np.searchsorted(self._universe, rows, side="right")
        tail = self._row_rules.tail
        inside = behind >= tail
        if inside.any():
            at = np.flatnonzero(inside)
            verdicts |= self._judged(rows[at], [cells[place] for place in at.tolist()], tail)
        for place in np.flatnonzero(~inside).tolist():
            alone = rows[place : place + 1]
            verdicts |= self._judged(alone, [cells[place]], int(behind[place]))
        return [verdicts[row] for row in rows.tolist()]

    def _judged(
        self, rows: Ints, cells: Sequence[Sequence[str]], behind: int
    ) -> dict[int, RowVerdict]:
        chunk = self._chunk(rows, cells)
        ruled = self._row_rules.judge(chunk, behind)
        faults: dict[int, list[Fault]] = {row: [] for row in rows.tolist()}
        found = ruled.findings.frame
        for row, fault in zip(
            found[tables.ROW].tolist(), faults_of(found, self._plan), strict=True
        ):
            faults[row].append(fault)
        removed = set(ruled.removed.tolist())
        dropped = set(ruled.dropped.tolist())
        verdicts = {
            row: RowVerdict(tuple(faults[row]), dropped=row in dropped) for row in sorted(removed)
        }
        of_cells = self._cells(ruled.chunk)
        for row, judged in zip(ruled.chunk.rows.tolist(), of_cells, strict=True):
            fixed = {at: cell.fixed for at, cell in judged.items() if cell.fixed is not None}
            guesses = {at: cell.guess for at, cell in judged.items() if cell.guess is not None}
            listed = [*faults[row], *(fault for cell in judged.values() for fault in cell.faults)]
            verdicts[row] = RowVerdict(tuple(listed), fixed, guesses)
        return verdicts

    def _chunk(self, rows: Ints, cells: Sequence[Sequence[str]]) -> Chunk:
        width = len(self._layout.header)
        columns = list(zip(*cells, strict=True)) if len(cells) else [()] * width
        table = pa.table({str(at): pa.array(columns[at], pa.string()) for at in range(width)})
        return Chunk(table, rows, rows, self._no_records)

    def _cells(self, chunk: Chunk) -> list[dict[int, _Cell]]:
        """For each row of a chunk what the rules say of its cells, by column; none if fine."""
        judged: list[dict[int, _Cell]] = [{} for _ in chunk.rows]
        if not judged:
            return judged
        whole = with_joined(chunk, self._plan.columns)
        for column in self._linter.columns:
            known = self._known[column]
            keys = self._keys(whole, column)
            new = {key: at for at, key in enumerate(keys) if key not in known}
            if new:
                self._learn(whole, column, new)
            shown_at = column.pieces[0] if column.pieces else column.position
            for at, key in enumerate(keys):
                cell = known[key]
                if cell is not _FINE:
                    judged[at][shown_at] = _both(judged[at].get(shown_at), cell)
        return judged

    def _keys(self, whole: Chunk, column: Column) -> list[_Key]:
        """What the verdict on each cell of a column depends on."""
        columns = [column]
        kind = KINDS.get(column.kind)
        if kind is not None and kind.regional:
            columns += self._plan.region_columns
        cells = [whole.table[str(each.position)].to_pylist() for each in columns]
        return list(zip(*cells, strict=True))

    def _learn(self, whole: Chunk, column: Column, new: Mapping[_Key, int]) -> None:
        """Judges cells of a column that were never judged."""
        at = np.array(sorted(new.values()), dtype=np.int64)
        some = Chunk(whole.table.take(pa.array(at)), whole.rows[at], whole.lines[at],
                     self._no_records)  # fmt: skip
        verdicts = dict.fromkeys(range(len(at)), _FINE)
        for suspects in self._linter.only((column,)).lint(some).columns:
            fixed = fix_column(self._linter, suspects, self._plan)
            distinct = self._of_distinct(column, fixed)
            for place, which in zip(suspects.where.tolist(), suspects.which.tolist(), strict=True):
                verdicts[place] = distinct[which]
        places = {place: number for number, place in enumerate(at.tolist())}
        self._known[column] |= {key: verdicts[places[place]] for key, place in new.items()}

    def _of_distinct(self, column: Column, fixed: FixedColumn) -> list[_Cell]:
        """The verdicts on the distinct cells of a column."""
        count = len(fixed.suspects.cells)
        shown_at = column.pieces[0] if column.pieces else column.position
        faults: list[list[Fault]] = [[] for _ in range(count)]
        for hit in fixed.hits:
            for which, message in _hit_cells(hit):
                said = message or self._plan.rules[hit.code].message
                error = self._linter.is_error(hit.code)
                faults[which].append(Fault(hit.code, said, error, shown_at))
        old = fixed.suspects.cells[VALUE].tolist()
        new = fixed.fixed.cells[VALUE].tolist()
        guesses: list[str | None] = [None] * count
        if not column.pieces and any(fault.error for listed in faults for fault in listed):
            guesses = self._guesses(fixed, new)
        return [
            _Cell(
                tuple(faults[at]),
                new[at] if new[at] != old[at] and not column.pieces else None,
                guesses[at] if any(fault.error for fault in faults[at]) else None,
            )
            for at in range(count)
        ]

    def _guesses(self, fixed: FixedColumn, new: Sequence[str]) -> list[str | None]:
        """For each distinct cell the one that unsafe fixes make of it, if that has no error."""
        guessed = fix_column(self._linter, fixed.suspects, self._guessing)
        values = guessed.fixed.cells[VALUE].tolist()
        bad = np.zeros(len(values), dtype=bool)
        for hit in guessed.hits:
            if self._linter.is_error(hit.code):
                bad |= hit.cells
        return [
            value if value and value != plain and not wrong else None
            for value, plain, wrong in zip(values, new, bad.tolist(), strict=True)
        ]


def faults_of(found: pd.DataFrame, plan: Plan) -> list[Fault]:
    """The findings of a frame, see `findings.Findings`, as faults."""
    columns = (tables.CODE, tables.MESSAGE, tables.ERROR, tables.COLUMN)
    listed = zip(*(found[name].tolist() for name in columns), strict=True)
    return [
        Fault(
            code,
            message or plan.rules[code].message,
            error or plan.rules[code].severity is Severity.ERROR,
            column - 1,
        )
        for code, message, error, column in listed
    ]


def _hit_cells(hit: RuleHits) -> list[tuple[int, str | None]]:
    """The distinct cells of a hit, each with its message; None for the rule's own."""
    cells = np.flatnonzero(hit.cells).tolist()
    reasons = [None] * len(cells) if hit.reasons is None else list(hit.reasons)
    return list(zip(cells, reasons, strict=True))


def _both(one: _Cell | None, other: _Cell) -> _Cell:
    """The verdicts on a cell itself and on the column that it is a piece of, as one."""
    if one is None:
        return other
    return _Cell(
        one.faults + other.faults,
        one.fixed if one.fixed is not None else other.fixed,
        one.guess if one.guess is not None else other.guess,
    )


def _no_records() -> pd.DataFrame:
    """The malformed records of a chunk that has none."""
    ints = dict.fromkeys(("row", "line", "fields", "expected", "lines", "offset"), "int64")
    kinds = {"row": "int64", "line": "int64", "flaw": "str", **ints, "raw": "str"}
    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})
