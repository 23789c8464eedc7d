"""Chunks against rules: what is wrong, and where.

Only suspects reach the rules, each distinct one once. What comes out per column is the distinct
cells, which of them each rule hits, and the way back to the rows; `fix` works on the same
distinct cells, and `judge` judges what it made of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.plan import Plan
from preflight.core import findings as tables
from preflight.core.arrow import series
from preflight.core.findings import Findings, RuleFindings
from preflight.core.types import Bools, Chunk, Column, Ints, Problem, Severity, Sheet
from preflight.kinds.country import regions
from preflight.linting.pandera_checks import ColumnChecks, RuleCrashed, asked_for_mask, told
from preflight.linting.stored_numbers import stored_cells
from preflight.rule import FileView, Rule, Scope

# After so many failures of one rule on one column of one chunk the rest of the cells is unknown.
_CRASHES = 64


@dataclass(frozen=True)
class RuleHits:
    """What one rule says of the distinct cells of a column.

    Attributes:
        code: of the rule; of the CRASH rule where the rule itself failed.
        cells: a mask over the distinct cells.
        reasons: a message for each hit one, in order; None where the rule's own says all.
    """

    code: str
    cells: Bools
    reasons: np.ndarray | None = None


@dataclass(frozen=True)
class ColumnSuspects:
    """The suspects of one column of one chunk.

    Attributes:
        checks: the column's rules.
        cells: the distinct suspects, as `ColumnChecks.prepare` makes them, index 0, 1, ….
        where: the position in the chunk's table of each suspect cell.
        which: the distinct cell of each suspect cell.
        hits: what the rules say.
    """

    checks: ColumnChecks
    cells: pd.DataFrame
    where: Ints
    which: Ints
    hits: tuple[RuleHits, ...]

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
        stored: those about cells that a sheet holds as numbers.
        dropped: a mask over `chunk.malformed`: left away by a rule that drops.
    """

    chunk: Chunk
    columns: tuple[ColumnSuspects, ...]
    records: Findings
    stored: Findings
    dropped: Bools


class Linter:
    """The rules of a plan, compiled once and used on every chunk.

    Args:
        plan: columns, rules, options.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._columns = [
            checks
            for column in plan.columns
            # What doubles are told by is judged whether or not a rule looks at it.
            if (checks := ColumnChecks(column, plan)).rules
            or column is plan.key
            or column in plan.shared
        ]

    def lint(self, chunk: Chunk) -> Linted:
        """What is wrong with a chunk."""
        found = self._regions(chunk)
        judged = (self._column(chunk, checks, found) for checks in self._columns)
        columns = tuple(one for one in judged if one is not None)
        records, dropped = self._records(chunk)
        sheet = self.plan.sheet
        stored = () if sheet is None else self._stored(chunk, sheet, found)
        return Linted(chunk, columns, records, tables.concat([*stored]), dropped)

    def _stored(self, chunk: Chunk, sheet: Sheet, found: pa.ChunkedArray) -> Iterator[Findings]:
        """The findings about cells that a sheet holds as numbers."""
        for column in self.plan.columns:
            rules = [one for one in self.plan.scoped(Scope.STORED) if column.kind in one.kinds]
            if not rules or column.position not in self.plan.linted:
                continue
            at = np.flatnonzero(np.isin(chunk.lines, sheet.numbers.get(column.position, ())))
            for rule in rules if len(at) else ():
                cells = stored_cells(chunk, column, at, sheet, found)
                code, bad, messages = asked(rule, cells, self.plan, narrowed=True)
                rows, lines = chunk.rows[at[bad]], chunk.lines[at[bad]]
                yield tables.table(code, rows, lines, column.position + 1, messages)

    def judge(self, checks: ColumnChecks, cells: pd.DataFrame) -> tuple[RuleHits, ...]:
        """What a column's rules say of distinct cells.

        A rule that fails on the cells hits them all, under the CRASH rule's code: unknown is not
        passed.
        """
        hits = []
        for rule in checks.rules:
            try:
                failed = checks.failed(rule, cells)
                if not failed.any():
                    continue
                hits.append(RuleHits(rule.code, failed, checks.reasons(rule, cells[failed])))
            except RuleCrashed as crash:
                hits += self._unknown(checks, rule, cells, crash)
        return tuple(hits)

    def _unknown(
        self, checks: ColumnChecks, rule: Rule, cells: pd.DataFrame, crash: RuleCrashed
    ) -> list[RuleHits]:
        """Finds the cells a rule raises on by halving, and what it says of the others.

        A rule that raises everywhere is not asked cell by cell, and one that answers with something
        else than a mask is not believed about any.
        """
        hit = np.zeros(len(cells), dtype=bool)
        unknown = np.zeros(len(cells), dtype=bool)
        reasons = np.full(len(cells), None, dtype=object)
        heaps = [np.arange(len(cells))]
        crashes, last = 0, crash
        while heaps:
            heap = heaps.pop()
            try:
                some = cells.iloc[heap]
                failed = checks.failed(rule, some)
                if failed.any():
                    hit[heap] = failed
                    said = checks.reasons(rule, some[failed])
                    reasons[heap[failed]] = None if said is None else said
            except RuleCrashed as again:
                crashes, last = crashes + 1, again
                if not again.raised:
                    unknown[:] = True
                    break
                if len(heap) == 1 or crashes > _CRASHES:
                    unknown[heap] = True
                else:
                    heaps += np.array_split(heap, 2)
        hit &= ~unknown
        found = []
        if hit.any():
            plain = rule.reason is None
            found.append(RuleHits(rule.code, hit, None if plain else reasons[hit]))
        message = f"a rule crashed on this cell, which was not checked ({last})"
        found.append(
            RuleHits(self.plan.crash.code, unknown, np.full(int(unknown.sum()), message, object))
        )
        return found

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
    ) -> ColumnSuspects | None:
        values = chunk.table[str(checks.column.position)]
        where = np.flatnonzero(checks.suspects(values))
        if not len(where):
            return None
        which, distinct = _distinct(values, where)
        where_from = None
        if checks.kind.regional:
            place, places = _distinct(found, where)
            which, pairs = pd.factorize(which * len(places) + place)
            distinct = distinct.take(pa.array(pairs // len(places)))
            where_from = _series(places.take(pa.array(pairs % len(places))))
        cells = checks.prepare(_series(distinct), where_from)
        return ColumnSuspects(checks, cells, where, which, self.judge(checks, cells))

    def _records(self, chunk: Chunk) -> tuple[Findings, Bools]:
        count = len(chunk.malformed)
        records = chunk.malformed
        if chunk.noted is not None:
            records = pd.concat([records, chunk.noted], ignore_index=True)
        dropped = np.zeros(count, dtype=bool)
        pieces = []
        for rule in self.plan.scoped(Scope.RECORD) if len(records) else ():
            code, bad, messages = asked(rule, records, self.plan, narrowed=True)
            if bad.any():
                hit = records[bad]
                rows, lines = hit["row"].to_numpy(), hit["line"].to_numpy()
                pieces.append(tables.table(code, rows, lines, 0, messages))
                dropped |= bad[:count] & (rule.drops and code == rule.code)
        return tables.concat(pieces), dropped


def _distinct(values: pa.ChunkedArray, where: Ints) -> tuple[Ints, pa.Array]:
    """The distinct ones of some cells, and which of them each cell is."""
    encoded = values.take(pa.array(where)).combine_chunks().dictionary_encode()
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary


def _series(values: pa.Array) -> pd.Series[str]:
    return series(values, pd.RangeIndex(len(values)))


def _found(
    chunk: Chunk, suspects: ColumnSuspects, hits: Iterable[RuleHits]
) -> Iterator[RuleFindings]:
    for hit in hits:
        cells = hit.cells[suspects.which]
        where = suspects.where[cells]
        messages = None
        if hit.reasons is not None:
            spread = np.full(len(hit.cells), None, dtype=object)
            spread[hit.cells] = hit.reasons
            messages = spread[suspects.which[cells]]
        number = suspects.column.position + 1
        yield RuleFindings(hit.code, chunk.rows[where], chunk.lines[where], number, messages)


def chunk_findings(
    linted: Linted, columns: Iterable[tuple[ColumnSuspects, Iterable[RuleHits]]] | None = None
) -> Findings:
    """All that was found in a chunk.

    Args:
        linted: the chunk.
        columns: its columns with what the rules say of them; by default as they were linted.
    """
    if columns is None:
        columns = ((one, one.hits) for one in linted.columns)
    cells = tables.collect(
        found for suspects, hits in columns for found in _found(linted.chunk, suspects, hits)
    )
    return tables.concat([linted.records, linted.stored, cells])


def asked(
    rule: Rule, frame: pd.DataFrame, plan: Plan, *, narrowed: bool
) -> tuple[str, Bools, np.ndarray | None]:
    """What a rule about records or keys says of a frame: a code, its hits, their messages.

    A rule that fails hits them all, under the CRASH rule's code.
    """
    try:
        bad = ~asked_for_mask(rule, rule.check, frame).to_numpy()
        if rule.reason is None or not bad.any():
            return rule.code, bad, None
        said = rule.reason(frame[bad] if narrowed else frame)
        messages = np.asarray(said if narrowed else said[bad], dtype=object)
    except Exception as error:  # noqa: BLE001 - a rule may raise anything, and it must not pass
        message = f"a rule crashed on this row, which was not checked ({told(rule, error)})"
        everything = np.ones(len(frame), dtype=bool)
        return plan.crash.code, everything, np.full(len(frame), message, object)
    return rule.code, bad, messages


def view_problems(view: FileView, plan: Plan) -> list[tuple[Rule, Problem]]:
    """What the rules about the file and its header say, in the order of the codes.

    Each problem comes with its rule as it is for it: a problem may have a severity of its own. A
    rule that fails is a problem too, under the CRASH rule's code.
    """
    found = []
    for rule in (*plan.scoped(Scope.FILE), *plan.scoped(Scope.HEADER)):
        assert rule.check is not None  # noqa: S101 - the catalogue sees to it
        try:
            for problem in rule.check(view):
                message = problem.message or rule.message
                severity = problem.severity or rule.severity
                said = dataclasses.replace(problem, message=message, severity=severity)
                found.append((dataclasses.replace(rule, severity=severity), said))
        except Exception as error:  # noqa: BLE001 - a rule may raise anything, and it must not pass
            message = f"a rule crashed on the file, which was not checked ({told(rule, error)})"
            found.append((plan.crash, Problem(message, severity=plan.crash.severity)))
    return found
