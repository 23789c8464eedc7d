"""Chunks against rules: what is wrong, and where.

Only suspects reach the rules, each distinct one once. What comes out per column is the distinct cells,
which of them each rule blames, and the way back to the rows; `fix` works on the same distinct cells,
and `judge` judges what it made of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight import findings as tables
from preflight.findings import Findings
from preflight.model import Bools, Chunk, Column, Ints, Problem, Severity
from preflight.plan import Plan
from preflight.regions import regions
from preflight.rule import FileView, Rule, Scope
from preflight.schema import ColumnChecks, RuleCrashed

_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Blame:
    """What one rule says of the distinct cells of a column.

    Attributes:
        code: of the rule; of the CRASH rule where the rule itself failed.
        cells: a mask over the distinct cells.
        reasons: a message for each blamed one, in order; None where the rule's own says all.
    """

    code: str
    cells: Bools
    reasons: np.ndarray | None = None


@dataclass(frozen=True)
class Judged:
    """The suspects of one column of one chunk.

    Attributes:
        checks: the column's rules.
        cells: the distinct suspects, as `ColumnChecks.prepare` makes them, index 0, 1, ….
        where: the position in the chunk's table of each suspect cell.
        which: the distinct cell of each suspect cell.
        blames: what the rules say.
    """

    checks: ColumnChecks
    cells: pd.DataFrame
    where: Ints
    which: Ints
    blames: tuple[Blame, ...]

    @property
    def column(self) -> Column:
        """Which column."""
        return self.checks.column


@dataclass(frozen=True)
class Linted:
    """What was found in one chunk.

    Attributes:
        chunk: it.
        columns: its columns that have suspects.
        records: the findings about its malformed records.
        dropped: a mask over `chunk.aside`: left away by a rule that drops.
    """

    chunk: Chunk
    columns: tuple[Judged, ...]
    records: Findings
    dropped: Bools


class Linter:
    """The rules of a plan, compiled once and used on every chunk.

    Args:
        plan: columns, rules, options.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._columns = [
            checks for column in plan.columns if (checks := ColumnChecks(column, plan)).rules
        ]
        crash = plan.scoped(Scope.CRASH)
        self._crash = crash[0].code if crash else None

    def lint(self, chunk: Chunk) -> Linted:
        """What is wrong with a chunk."""
        found = self._regions(chunk)
        judged = (self._column(chunk, checks, found) for checks in self._columns)
        records, dropped = self._records(chunk)
        return Linted(chunk, tuple(one for one in judged if one is not None), records, dropped)

    def judge(self, checks: ColumnChecks, cells: pd.DataFrame) -> tuple[Blame, ...]:
        """What a column's rules say of distinct cells.

        A rule that fails on the cells blames them all, under the CRASH rule's code: unknown is not
        passed.
        """
        blames = []
        for rule in checks.rules:
            try:
                failed = checks.failed(rule, cells)
                if not failed.any():
                    continue
                blames.append(Blame(rule.code, failed, checks.reasons(rule, cells[failed])))
            except RuleCrashed as crash:
                if self._crash is None:
                    raise
                everything = np.ones(len(cells), dtype=bool)
                message = f"a rule failed on this row, it is unknown, not passed ({crash})"
                blames.append(Blame(self._crash, everything, np.full(len(cells), message, object)))
        return tuple(blames)

    def is_error(self, code: str) -> bool:
        """Whether findings of a code reject their row."""
        return self.plan.rules[code].severity is Severity.ERROR

    def _regions(self, chunk: Chunk) -> pa.ChunkedArray:
        default = self.plan.region or ""
        if self.plan.country is None:
            return pa.chunked_array([pa.repeat(pa.scalar(default), len(chunk.rows))])
        return regions(chunk.table[str(self.plan.country.position)], default)

    def _column(
        self, chunk: Chunk, checks: ColumnChecks, found: pa.ChunkedArray
    ) -> Judged | None:
        values = chunk.table[str(checks.column.position)]
        where = np.flatnonzero(checks.suspects(values))
        if not len(where):
            return None
        taken = values.take(pa.array(where)).combine_chunks()
        if checks.kind.regional:
            of_row = found.take(pa.array(where)).combine_chunks()
            taken = pc.binary_join_element_wise(of_row, taken, _SEPARATOR)
        encoded = taken.dictionary_encode()
        distinct = encoded.dictionary.to_pandas().astype("str")
        where_from = None
        if checks.kind.regional:
            pair = distinct.str.split(_SEPARATOR, n=1, expand=True).astype("str")
            where_from, distinct = pair[0], pair[1]
        cells = checks.prepare(distinct, where_from)
        which = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        return Judged(checks, cells, where, which, self.judge(checks, cells))

    def _records(self, chunk: Chunk) -> tuple[Findings, Bools]:
        aside = chunk.aside
        dropped = np.zeros(len(aside), dtype=bool)
        pieces = []
        for rule in self.plan.scoped(Scope.RECORD) if len(aside) else ():
            assert rule.check is not None  # noqa: S101 - the catalogue sees to it
            bad = ~rule.check(aside).to_numpy(dtype=bool)
            if bad.any():
                blamed = aside[bad]
                messages = None if rule.reason is None else rule.reason(blamed).to_numpy(object)
                pieces.append(
                    tables.table(
                        rule.code, blamed["row"].to_numpy(), blamed["line"].to_numpy(), 0, messages
                    )
                )
                dropped |= bad & rule.drops
        return tables.together(pieces), dropped


def cell_findings(chunk: Chunk, judged: Judged, blames: Iterable[Blame]) -> Findings:
    """Findings about the cells of one column: distinct cells back to rows and lines."""
    pieces = []
    for blame in blames:
        hit = blame.cells[judged.which]
        where = judged.where[hit]
        messages = None
        if blame.reasons is not None:
            spread = np.full(len(blame.cells), None, dtype=object)
            spread[blame.cells] = blame.reasons
            messages = spread[judged.which[hit]]
        number = judged.column.position + 1
        pieces.append(
            tables.table(blame.code, chunk.rows[where], chunk.lines[where], number, messages)
        )
    return tables.together(pieces)


def chunk_findings(linted: Linted) -> Findings:
    """All that was found in a chunk."""
    cells = (cell_findings(linted.chunk, one, one.blames) for one in linted.columns)
    return tables.together([linted.records, *cells])


def view_problems(view: FileView, rules: Iterable[Rule]) -> list[tuple[Rule, Problem]]:
    """What the rules about files and headers say, in the order of the codes."""
    found = []
    for rule in rules:
        assert rule.check is not None  # noqa: S101 - the catalogue sees to it
        for problem in rule.check(view):
            message = problem.message or rule.message
            found.append((rule, dataclasses.replace(problem, message=message)))
    return found


def duplicates(
    keys: pd.DataFrame, rules: Iterable[Rule], column: Column
) -> tuple[Findings, Mapping[str, Ints]]:
    """What the rules about the whole table say.

    Args:
        keys: a frame whose index is the row number, of the columns `line` int64, `high` and `low`
            uint64 (a hash of the match key) in the order in which rows are preferred.
        rules: of TABLE scope.
        column: that holds the key.

    Returns:
        The findings, and for each code the rows it blames.
    """
    pieces, blamed = [], {}
    for rule in rules:
        assert rule.check is not None  # noqa: S101 - the catalogue sees to it
        bad = ~rule.check(keys).to_numpy(dtype=bool)
        if bad.any():
            hit = keys[bad]
            messages = None if rule.reason is None else rule.reason(keys)[bad].to_numpy(object)
            rows = hit.index.to_numpy(dtype=np.int64)
            number = column.position + 1
            pieces.append(tables.table(rule.code, rows, hit["line"].to_numpy(), number, messages))
            blamed[rule.code] = rows
    return tables.together(pieces), blamed


