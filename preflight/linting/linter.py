"""Lints chunks: applies the rules to their suspects.

Only suspects reach the rules, each distinct one once. The result for each column is the distinct
cells, the cells that each rule reports, and the rows they are from. Fixes work on the same distinct
cells, and `judge` checks the fixed ones.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.plan import Plan
from preflight.core import findings as tables
from preflight.core.arrow import matches, series
from preflight.core.findings import Findings, RuleFindings
from preflight.core.types import Bools, Chunk, Column, Ints, Problem, Severity, Sheet
from preflight.kinds.country import regions
from preflight.linting.pandera_checks import ColumnChecks
from preflight.linting.rule_answers import RuleCrashed, crash_message, mask_of
from preflight.linting.stored_numbers import stored_cells
from preflight.rule import Drift, FileView, Rule, Scope

# After so many crashes of a rule on a column of a chunk the rest of the cells is unknown.
_CRASHES = 64
# Kinds whose cells a snapshot counts by what the kind's library makes of them.
_PICTURED = ("email", "phone", "timestamp")
# How many cells of a chunk tell whether a column's values come again and again.
_SAMPLE = 512
_NOTHING: Mapping[str, Bools] = MappingProxyType({})


@dataclass(frozen=True)
class RuleHits:
    """The distinct cells of a column that a rule reports.

    Attributes:
        code: of the rule; of the CRASH rule if the rule crashed.
        cells: a mask over the distinct cells.
        reasons: a message for each reported cell, in order; None for the rule's own message.
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
        hits: of the rules.
    """

    checks: ColumnChecks
    cells: pd.DataFrame
    where: Ints
    which: Ints
    hits: tuple[RuleHits, ...]

    @property
    def column(self) -> Column:
        """The column."""
        return self.checks.column


@dataclass(frozen=True)
class Linted:
    """The findings of a chunk.

    Attributes:
        chunk: the chunk.
        columns: its columns that have suspects.
        records: the findings about its malformed records.
        stored: the findings about cells that a sheet holds as numbers.
        dropped: a mask over `chunk.malformed` of the records that a rule drops.
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

    def __init__(self, plan: Plan, *, compared: bool = True) -> None:
        self.plan = plan
        # They are judged even without a rule.
        self._judged = {
            column.position
            for column in plan.columns
            if (compared and (column is plan.key or column in plan.shared))
            or (plan.pictured and column.kind in _PICTURED and column.position in plan.linted)
        }
        self._columns = [
            checks
            for column in plan.columns
            if (checks := ColumnChecks(column, plan)).rules or column.position in self._judged
        ]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns whose cells it looks at."""
        return tuple(checks.column for checks in self._columns)

    def only(self, columns: Collection[Column]) -> Linter:
        """The same linter for some of its columns; nothing is compiled again."""
        narrowed = copy.copy(self)
        narrowed._columns = [checks for checks in self._columns if checks.column in columns]
        return narrowed

    def lint(self, chunk: Chunk) -> Linted:
        """Lints a chunk."""
        row_regions = functools.cache(lambda: self._regions(chunk))
        judged = (self._column(chunk, checks, row_regions) for checks in self._columns)
        columns = tuple(column for column in judged if column is not None)
        records, dropped = self._records(chunk)
        sheet = self.plan.sheet
        stored = () if sheet is None else self._stored(chunk, sheet, row_regions())
        return Linted(chunk, columns, records, tables.concat([*stored]), dropped)

    def _stored(
        self, chunk: Chunk, sheet: Sheet, row_regions: pa.ChunkedArray
    ) -> Iterator[Findings]:
        """The findings about cells that a sheet holds as numbers."""
        for column in self.plan.columns:
            rules = [rule for rule in self.plan.scoped(Scope.STORED) if column.kind in rule.kinds]
            if not rules or column.position not in self.plan.linted:
                continue
            at = np.flatnonzero(np.isin(chunk.lines, sheet.numbers.get(column.position, ())))
            for rule in rules if len(at) else ():
                cells = stored_cells(chunk, column, at, sheet, row_regions)
                code, bad, messages = apply_rule(rule, cells, self.plan, narrowed=True)
                rows, lines = chunk.rows[at[bad]], chunk.lines[at[bad]]
                yield tables.table(code, rows, lines, column.position + 1, messages)

    def judge(
        self, checks: ColumnChecks, cells: pd.DataFrame, asked: Mapping[str, Bools] = _NOTHING
    ) -> tuple[RuleHits, ...]:
        """The hits of a column's rules among distinct cells.

        If a rule crashes, the CRASH rule reports the cells instead: unknown does not pass.

        Args:
            checks: the rules of the column.
            cells: the cells, as `ColumnChecks.prepare` makes them.
            asked: what rules were asked already, by code: where each hits them.
        """
        hits = []
        for rule in checks.rules:
            try:
                failed = asked.get(rule.code)
                if failed is None:
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
        """Finds the cells on which a rule raises, by bisection, and its hits among the others.

        A rule that raises too often makes all remaining cells unknown. A rule that returns
        something else than a mask makes all cells unknown.
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
                    messages = checks.reasons(rule, some[failed])
                    reasons[heap[failed]] = None if messages is None else messages
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
        hits = []
        if hit.any():
            plain = rule.reason is None
            hits.append(RuleHits(rule.code, hit, None if plain else reasons[hit]))
        message = f"a rule crashed on this cell, which was not checked ({last})"
        hits.append(
            RuleHits(self.plan.crash.code, unknown, np.full(int(unknown.sum()), message, object))
        )
        return hits

    def is_error(self, code: str) -> bool:
        """Whether findings of a code reject their row."""
        return self.plan.rules[code].severity is Severity.ERROR

    def _regions(self, chunk: Chunk) -> pa.ChunkedArray:
        default = self.plan.region or ""
        columns = self.plan.region_columns
        if not columns:
            return pa.chunked_array([pa.repeat(pa.scalar(default), len(chunk.rows))])
        cells = {column: chunk.table[str(column.position)] for column in columns}
        own = [cells[column] for column in columns if column.kind != "country"]
        countries = [cells[column] for column in columns if column.kind == "country"]
        return regions(own, countries, default)

    def _column(
        self, chunk: Chunk, checks: ColumnChecks, row_regions: Callable[[], pa.ChunkedArray]
    ) -> ColumnSuspects | None:
        values = chunk.table[str(checks.column.position)]
        marked = checks.marks and checks.column.position not in self._judged
        look = functools.partial(matches, pattern=checks.marks) if marked else checks.suspects
        where, which, distinct = _suspects(values, look)
        if not len(where):
            return None
        where_from = None
        if checks.kind.regional:
            place, places = _distinct(row_regions(), where)
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
            code, bad, messages = apply_rule(rule, records, self.plan, narrowed=True)
            if bad.any():
                hit = records[bad]
                rows, lines = hit["row"].to_numpy(), hit["line"].to_numpy()
                graver = hit["flaw"].isin(rule.rejects).to_numpy(dtype=bool)
                for error in (False, True):
                    own = graver == error
                    texts = None if messages is None else messages[own]
                    pieces.append(tables.table(code, rows[own], lines[own], 0, texts, error=error))
                dropped |= bad[:count] & (rule.drops and code == rule.code)
        return tables.concat(pieces), dropped


def _suspects(
    values: pa.ChunkedArray, look: Callable[[pa.ChunkedArray], Bools]
) -> tuple[Ints, Ints, pa.Array]:
    """The cells of a column that are worth a look.

    Where values come again and again, as names and countries do, only the distinct ones are looked
    at. The answer is the same.

    Args:
        values: the column.
        look: whether a cell is worth a look, by its value alone.

    Returns:
        Where they are; for each the number of its distinct value; and the distinct values, in the
        order in which they come first.
    """
    first = values.slice(0, _SAMPLE)
    if pc.count_distinct(first).as_py() * 2 > len(first):
        where = np.flatnonzero(look(values))
        return where, *_distinct(values, where)
    encoded = values.combine_chunks().dictionary_encode()
    wanted = look(pa.chunked_array([encoded.dictionary]))
    numbers = _numbers(encoded)
    where = np.flatnonzero(wanted[numbers])
    return (
        where,
        (np.cumsum(wanted) - 1)[numbers[where]],
        encoded.dictionary.filter(pa.array(wanted)),
    )


def _distinct(values: pa.ChunkedArray, where: Ints) -> tuple[Ints, pa.Array]:
    """For each cell the number of its distinct value, and the distinct values."""
    encoded = values.take(pa.array(where)).combine_chunks().dictionary_encode()
    return _numbers(encoded), encoded.dictionary


def _numbers(encoded: pa.DictionaryArray) -> Ints:
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False)).astype(np.int64)


def _series(values: pa.Array) -> pd.Series[str]:
    return series(values, pd.RangeIndex(len(values)))


def _rule_findings(
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
    """All findings of a chunk.

    Args:
        linted: the chunk.
        columns: its columns with the hits of the rules; by default as they were linted.
    """
    if columns is None:
        columns = ((column, column.hits) for column in linted.columns)
    cells = tables.collect(
        piece
        for suspects, hits in columns
        for piece in _rule_findings(linted.chunk, suspects, hits)
    )
    return tables.concat([linted.records, linted.stored, cells])


def apply_rule(
    rule: Rule, frame: pd.DataFrame, plan: Plan, *, narrowed: bool
) -> tuple[str, Bools, np.ndarray | None]:
    """Applies a rule about records or keys to a frame: a code, a mask of hits, their messages.

    If the rule crashes, the CRASH rule reports all rows instead.
    """
    assert rule.check is not None  # noqa: S101 - the catalogue makes sure
    try:
        bad = ~mask_of(rule, rule.check(frame), frame.index).to_numpy()
        if rule.reason is None or not bad.any():
            return rule.code, bad, None
        reasons = rule.reason(frame[bad] if narrowed else frame)
        messages = np.asarray(reasons if narrowed else reasons[bad], dtype=object)
    except Exception as error:  # noqa: BLE001 - a rule may raise anything, and it must not pass
        message = (
            f"a rule crashed on this row, which was not checked ({crash_message(rule, error)})"
        )
        everything = np.ones(len(frame), dtype=bool)
        return plan.crash.code, everything, np.full(len(frame), message, object)
    return rule.code, bad, messages


def view_problems(
    view: FileView, plan: Plan, drift: Drift | None = None
) -> list[tuple[Rule, Problem]]:
    """The problems of the file and its header, and what changed, in the order of the codes.

    Each problem comes with its rule, whose severity is that of the problem, which may have its own.
    If a rule crashes, that is a problem of the CRASH rule.

    Args:
        view: of the file.
        plan: with the rules.
        drift: the file beside the snapshot of its source, if there is one.
    """
    problems: list[tuple[Rule, Problem]] = []
    about: list[tuple[Rule, FileView | Drift]] = [
        (rule, view) for rule in (*plan.scoped(Scope.FILE), *plan.scoped(Scope.HEADER))
    ]
    if drift is not None:
        about += [
            (rule, dataclasses.replace(drift, limit=plan.limit(rule)))
            for rule in plan.scoped(Scope.DRIFT)
        ]
    for rule, seen in about:
        assert rule.check is not None  # noqa: S101 - the catalogue makes sure
        try:
            for problem in rule.check(seen):
                message = problem.message or rule.message
                severity = problem.severity or rule.severity
                complete = dataclasses.replace(problem, message=message, severity=severity)
                problems.append((dataclasses.replace(rule, severity=severity), complete))
        except Exception as error:  # noqa: BLE001 - a rule may raise anything, and it must not pass
            message = (
                f"a rule crashed on the file, which was not checked ({crash_message(rule, error)})"
            )
            problems.append((plan.crash, Problem(message, severity=plan.crash.severity)))
    unsettled: dict[str, set[int | None]] = {}
    for rule, problem in problems:
        if rule.severity is Severity.ERROR and not plan.applies(problem.safety):
            unsettled.setdefault(rule.code, set()).add(problem.column)

    def yields(rule: Rule, problem: Problem) -> bool:
        """Whether a rule that it yields to has a problem with the same column, or with all."""
        return any(
            columns and (problem.column is None or {None, problem.column} & columns)
            for columns in (unsettled.get(code, set()) for code in rule.yields_to)
        )

    return [(rule, problem) for rule, problem in problems if not yields(rule, problem)]
