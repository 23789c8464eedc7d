"""Rules that see whole rows, before any cell is looked at.

A cheap pattern over a column or two finds the rows worth a look, and only those are made into a
frame. What such a rule drops is taken out of the chunk here, so that no later stage sees it: a
header repeated among the rows is one finding, and not one more for each of its cells.

Before that, records of too many fields that one alignment fits become rows again, on request: they
take their place in the table, and are judged, mended and written as any row is.

Both passes over a file ask the rules anew, of the same chunks, and so get the same answers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.plan import Plan
from preflight.core import csv_writer
from preflight.core import findings as tables
from preflight.core.errors import RuleError
from preflight.core.findings import Findings
from preflight.core.names import bare_name
from preflight.core.types import (
    LOCATED_CHANGE_COLUMNS,
    Bools,
    Chunk,
    Flaw,
    Ints,
    Layout,
    Severity,
)
from preflight.linting.pandera_checks import RuleCrashed, arity, asked_for_mask, told
from preflight.linting.rejoin_fields import Rejoined, rejoined
from preflight.linting.unquoted_delimiter import likely_columns
from preflight.reading.raw_records import cut_to_width
from preflight.rule import RowContext, Rule, Scope

_NO_ROWS: Ints = np.empty(0, dtype=np.int64)
_RAGGED = (Flaw.SHORT, Flaw.LONG)


def following(chunks: Iterable[Chunk], most: int) -> Iterator[tuple[Chunk, int]]:
    """Each chunk, and how many records that hold anything come behind it in the file.

    Only up to `most` of them are counted, so that no more than these are read ahead.
    """
    held: deque[tuple[Chunk, int]] = deque()
    behind = 0
    for chunk in chunks:
        count = _filled(chunk)
        behind += count if held else 0
        held.append((chunk, count))
        while held and behind >= most:
            yield held.popleft()[0], most
            behind -= held[0][1] if held else 0
    while held:
        yield held.popleft()[0], behind
        behind -= held[0][1] if held else 0


def _filled(chunk: Chunk) -> int:
    return chunk.count - int((chunk.malformed["flaw"] == Flaw.BLANK).sum())


@dataclass(frozen=True)
class RowRuleResult:
    """A chunk after the rules about rows.

    Attributes:
        chunk: without the rows that are dropped; where records are too long, its `malformed` has
            `likely`.
        findings: what the rules say.
        dropped: the rows that are left away.
        rejected: the rows that an error of these rules rejects.
        aligned: the chunk with all rows, the repaired ones in its table.
        repairable: the records that are repaired, or would be on request.
        repairs: what was repaired, a frame of `types.LOCATED_CHANGE_COLUMNS`; the texts are
            whole records.
    """

    chunk: Chunk
    findings: Findings
    dropped: Ints
    rejected: Ints
    aligned: Chunk
    repairable: Ints
    repairs: pd.DataFrame

    @property
    def repaired(self) -> Ints:
        """The rows that were repaired."""
        return self.repairs["row"].to_numpy(dtype=np.int64)


@dataclass(frozen=True)
class _Rows:
    """Rows to be judged: their cells, and for each its row, line, and what `RowContext` says."""

    table: pa.Table
    rows: Ints
    lines: Ints
    left: Ints
    fields: Ints

    def only(self, mask: Bools) -> _Rows:
        """Those of a mask."""
        if mask.all():
            return self
        return _Rows(
            self.table.filter(pa.array(mask)),
            self.rows[mask],
            self.lines[mask],
            self.left[mask],
            self.fields[mask],
        )

    def joined(self, other: _Rows) -> _Rows:
        """These and others, in the order of the file."""
        rows = np.concatenate([self.rows, other.rows])
        order = np.argsort(rows, kind="stable")
        return _Rows(
            pa.concat_tables([self.table, other.table]).take(pa.array(order)),
            rows[order],
            np.concatenate([self.lines, other.lines])[order],
            np.concatenate([self.left, other.left])[order],
            np.concatenate([self.fields, other.fields])[order],
        )

    def frame(self) -> pd.DataFrame:
        """The cells as a rule gets them: a column of text a position, index 0, 1, …."""
        columns = {
            at: column.to_pandas().astype("str") for at, column in enumerate(self.table.columns)
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(len(self.rows)))


class RowRules:
    """The ROW rules of a plan, ready for every chunk.

    Args:
        plan: with the rules.
        layout: of the file.

    Raises:
        RuleError: what a rule is about is no RE2 pattern.
    """

    def __init__(self, plan: Plan, layout: Layout) -> None:
        self._plan = plan
        self._layout = layout
        width = len(layout.header)
        self._context = RowContext(layout.header, plan.columns[:width], plan.profile)
        rules = plan.scoped(Scope.ROW) if width else ()
        self._among = {rule.code: _among(rule, self._context) for rule in rules}
        self._rules = [rule for rule in rules if self._among[rule.code] != {}]
        self._repairing = next((one for one in plan.scoped(Scope.RECORD) if one.repairs), None)
        self.tail = max((rule.tail for rule in self._rules), default=0)
        """How many records behind a chunk must be known of to judge it."""

    def judge(self, chunk: Chunk, behind: int) -> RowRuleResult:
        """What the rules say of a chunk, and the chunk without what they drop.

        Args:
            chunk: as read.
            behind: how many records that hold anything follow it, as `following` says.
        """
        aligned, repairable, repairs = self.repair(chunk)
        chunk = aligned
        pieces: list[Findings] = []
        dropped, rejected = [_NO_ROWS], [_NO_ROWS]
        for rule in self._rules:
            code, found, rows = self._said(rule, chunk, behind)
            pieces += found
            if rule.drops and code == rule.code and self._plan.applies(rule.safety):
                dropped.append(rows)
            elif self._plan.rules[code].severity is Severity.ERROR:
                rejected.append(rows)
        for rule in self._plan.scoped(Scope.COMPARISON) if len(self._plan.comparison) else ():
            hit, reasons = self._plan.comparison.among(chunk.rows, rule.verdict)
            rows = chunk.rows[hit]
            pieces.append(tables.table(rule.code, rows, chunk.lines[hit], 0, reasons))
            if rule.drops and self._plan.applies(rule.safety):
                dropped.append(rows)
            elif rule.severity is Severity.ERROR:
                rejected.append(rows)
        away = np.unique(np.concatenate(dropped))
        return RowRuleResult(
            chunk=without_rows(chunk, away),
            findings=tables.concat(pieces),
            dropped=away,
            rejected=np.unique(np.concatenate(rejected)),
            aligned=aligned,
            repairable=np.setdiff1d(repairable, away),
            repairs=repairs[~repairs["row"].isin(away)],
        )

    def repair(self, chunk: Chunk) -> tuple[Chunk, Ints, pd.DataFrame]:
        """A chunk in which records of too many fields that one alignment fits are rows again.

        Returns:
            The chunk, its `malformed` with `likely`; the rows that are repaired, or would be on
            request; and what was repaired, a frame of `types.LOCATED_CHANGE_COLUMNS`.
        """
        chunk = self._with_likely(chunk)
        rule, nothing = self._repairing, pd.DataFrame(columns=list(LOCATED_CHANGE_COLUMNS))
        if rule is None or "likely" not in chunk.malformed:
            return chunk, _NO_ROWS, nothing
        long = np.flatnonzero(chunk.malformed["flaw"] == Flaw.LONG)
        malformed = chunk.malformed.iloc[long]
        fields = malformed["fields"].to_numpy(dtype=np.int64)
        found = rejoined(malformed["raw"], fields, self._context.columns, self._layout.syntax)
        mended = malformed.iloc[found.at]
        rows = mended["row"].to_numpy(dtype=np.int64)
        if not self._plan.applies(rule.safety) or not len(rows):
            return chunk, rows, nothing
        texts = csv_writer.records([pa.array(cells, pa.string()) for cells in found.cells])
        log = pd.DataFrame(
            {
                "row": rows,
                "line": mended["line"].to_numpy(dtype=np.int64),
                "column_name": "",
                "code": rule.code,
                "safety": str(rule.safety),
                "old": mended["raw"].to_numpy(object),
                "new": np.array([text.removesuffix("\n") for text in texts.to_pylist()], object),
                "position": -1,
            }
        )
        return _in_the_table(chunk, mended, found), rows, log

    def _with_likely(self, chunk: Chunk) -> Chunk:
        """The chunk with `likely` in its `malformed`, unless no name of the header is known.

        Such a header may be somebody's data, and its names stand in messages.
        """
        long = np.flatnonzero(chunk.malformed["flaw"] == Flaw.LONG)
        columns = self._context.columns
        if not len(long) or not any(one.field for one in columns):
            return chunk
        malformed = chunk.malformed.iloc[long]
        fields = malformed["fields"].to_numpy(dtype=np.int64)
        at = likely_columns(malformed["raw"], fields, columns, self._layout.syntax)
        names = np.full(len(chunk.malformed), "", dtype=object)
        names[long] = np.array([*(bare_name(one.name) for one in columns), ""], dtype=object)[at]
        return replace(chunk, malformed=chunk.malformed.assign(likely=names))

    def _said(self, rule: Rule, chunk: Chunk, behind: int) -> tuple[str, list[Findings], Ints]:
        """The code under which a rule blames rows of a chunk, its findings, and these rows.

        Where the rule fails that is the CRASH rule's code, and they are all rows it would have
        judged.
        """
        seen = _Rows(chunk.table.slice(0, 0), _NO_ROWS, _NO_ROWS, _NO_ROWS, _NO_ROWS)
        try:
            seen = self._within(rule, chunk, behind)
            seen = seen.only(_matching(seen.table, self._among[rule.code]))
            return (rule.code, *self._blamed(rule, seen))
        except Exception as error:  # noqa: BLE001 - a rule may raise anything, and it must not pass
            message = f"a rule crashed on this row, which was not checked ({told(rule, error)})"
            code = self._plan.crash.code
            return code, [tables.table(code, seen.rows, seen.lines, 0, message)], seen.rows

    def _within(self, rule: Rule, chunk: Chunk, behind: int) -> _Rows:
        """The rows of a chunk that a rule is about."""
        width = np.full(len(chunk.rows), len(self._layout.header), dtype=np.int64)
        if not rule.tail:
            return _Rows(chunk.table, chunk.rows, chunk.lines, np.zeros_like(width), width)
        malformed = chunk.malformed[chunk.malformed["flaw"] != Flaw.BLANK]
        every = np.sort(np.concatenate([chunk.rows, malformed["row"].to_numpy(dtype=np.int64)]))
        left = len(every) - 1 - np.searchsorted(every, chunk.rows) + behind
        whole = _Rows(chunk.table, chunk.rows, chunk.lines, left, width).only(left < rule.tail)
        if not rule.ragged:
            return whole
        ragged = malformed[malformed["flaw"].isin(_RAGGED)]
        rows = ragged["row"].to_numpy(dtype=np.int64)
        left = len(every) - 1 - np.searchsorted(every, rows) + behind
        near = left < rule.tail
        ragged, rows, left = ragged[near], rows[near], left[near]
        lines = ragged["line"].to_numpy(dtype=np.int64)
        table = self._read(ragged["raw"], chunk.table.schema)
        fields = ragged["fields"].to_numpy(dtype=np.int64)
        return whole.joined(_Rows(table, rows, lines, left, fields))

    def _read(self, raws: pd.Series[str], schema: pa.Schema) -> pa.Table:
        """Records of a wrong number of fields, as far as they go."""
        width = len(self._layout.header)
        records = cut_to_width(raws, self._layout.syntax, width)
        columns = zip(*records, strict=True) if records else [()] * width
        return pa.table([pa.array(one, pa.string()) for one in columns], schema=schema)

    def _blamed(self, rule: Rule, seen: _Rows) -> tuple[list[Findings], Ints]:
        if not len(seen.rows):
            return [], _NO_ROWS
        frame = seen.frame()
        context = self._context
        if rule.tail:
            context = replace(context, left=pd.Series(seen.left), fields=pd.Series(seen.fields))
        bad = ~asked_for_mask(rule, lambda rows: _ask(rule.check, rows, context), frame).to_numpy()
        if not bad.any():
            return [], _NO_ROWS
        blamed = frame[bad]
        if rule.tail:
            context = replace(
                context, left=pd.Series(seen.left)[bad], fields=pd.Series(seen.fields)[bad]
            )
        messages = None
        if rule.reason is not None:
            messages = _answer(rule, rule.reason, blamed, context, "its reasons are").to_numpy()
        columns = np.zeros(len(blamed), dtype=np.int64)
        if rule.place is not None:
            columns = _answer(rule, rule.place, blamed, context, "its places are").to_numpy() + 1
        rows, lines = seen.rows[bad], seen.lines[bad]
        found = []
        for column in np.unique(columns):
            at = columns == column
            said = None if messages is None else messages[at]
            found.append(tables.table(rule.code, rows[at], lines[at], int(column), said))
        return found, rows


def _among(rule: Rule, context: RowContext) -> str | Mapping[int, str]:
    """What makes a row a suspect of a rule; empty where nothing does."""
    try:
        among = rule.among(context) if callable(rule.among) else rule.among
        for pattern in [among] if isinstance(among, str) else (among or {}).values():
            pc.match_substring_regex(pa.scalar(""), pattern)
    except Exception as error:
        raise RuleError(f"rule {rule.code}: its `among` is no RE2 pattern: {error}") from error
    return {} if among is None else among


def _matching(table: pa.Table, patterns: str | Mapping[int, str]) -> Bools:
    """The rows of a table that are suspects by some patterns: a mask."""
    mask = np.zeros(table.num_rows, dtype=bool)
    if not table.num_rows:
        return mask
    if isinstance(patterns, str):
        return _matches(_first_filled(table), patterns)
    for position, pattern in patterns.items():
        mask |= _matches(table[str(position)], pattern)
    return mask


def _matches(values: pa.ChunkedArray, pattern: str) -> Bools:
    return np.asarray(pc.match_substring_regex(values, pattern).to_numpy(), dtype=bool)


def _first_filled(table: pa.Table) -> pa.ChunkedArray:
    """The first cell of each row that is not blank; "" where all are."""
    first = pc.utf8_trim_whitespace(table.column(0))
    for values in table.columns[1:]:
        blank = pc.equal(first, "")
        if not pc.any(blank).as_py():
            break
        first = pc.if_else(blank, pc.utf8_trim_whitespace(values), first)
    return first


def _ask(function: Any, rows: pd.DataFrame, context: RowContext) -> Any:
    return function(rows) if arity(function) == 1 else function(rows, context)


def _answer(
    rule: Rule, function: Any, rows: pd.DataFrame, context: RowContext, what: str
) -> pd.Series[Any]:
    answer = _ask(function, rows, context)
    if not isinstance(answer, pd.Series) or not answer.index.equals(rows.index):
        raise RuleCrashed(f"{rule.code}: {what} no series of the same index")
    return answer


def _in_the_table(chunk: Chunk, mended: pd.DataFrame, found: Rejoined) -> Chunk:
    """The chunk with repaired records in their places; what is said of them is kept as noted."""
    schema = chunk.table.schema
    columns = zip(found.cells, schema.types, strict=True)
    more = pa.table([pa.array(cells, kind) for cells, kind in columns], schema)
    rows = np.concatenate([chunk.rows, mended["row"].to_numpy(dtype=np.int64)])
    lines = np.concatenate([chunk.lines, mended["line"].to_numpy(dtype=np.int64)])
    order = np.argsort(rows, kind="stable")
    noted = [mended] if chunk.noted is None else [chunk.noted, mended]
    return replace(
        chunk,
        table=pa.concat_tables([chunk.table, more]).take(pa.array(order)),
        rows=rows[order],
        lines=lines[order],
        malformed=chunk.malformed[~chunk.malformed["row"].isin(mended["row"])],
        noted=pd.concat(noted, ignore_index=True),
    )


def without_rows(chunk: Chunk, rows: Ints) -> Chunk:
    """The chunk without some of its rows."""
    if not len(rows):
        return chunk
    keep = ~np.isin(chunk.rows, rows)
    return replace(
        chunk,
        table=chunk.table.filter(pa.array(keep)),
        rows=chunk.rows[keep],
        lines=chunk.lines[keep],
        malformed=chunk.malformed[~chunk.malformed["row"].isin(rows)],
        noted=None if chunk.noted is None else chunk.noted[~chunk.noted["row"].isin(rows)],
    )
