"""Rules about whole rows, applied before the rules about cells.

A cheap pattern over a column or two finds the suspects, and only they are put into a frame. Rows
that such a rule drops, or would drop on request, are removed from the chunk here, so that no later
stage sees them: a header repeated among the rows is one finding, and not one more for each of its
cells.

Before that, records with a wrong number of fields that can be repaired become rows again; see
`repair_records`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.plan import Plan
from preflight.core import findings as tables
from preflight.core.arrow import matches
from preflight.core.findings import Findings
from preflight.core.types import Bools, Chunk, Flaw, Ints, Layout, Safety, Severity
from preflight.linting.further_table import below
from preflight.linting.repair_records import RecordRepairs
from preflight.linting.row_suspects import Cells, RowSuspects
from preflight.linting.rule_answers import asked, crash_message, mask_of, series_of
from preflight.reading.raw_records import cut_to_width
from preflight.rule import RowContext, Rule, Scope

_NO_ROWS: Ints = np.empty(0, dtype=np.int64)
_RAGGED = (Flaw.SHORT, Flaw.LONG)


def filled(chunk: Chunk) -> int:
    """The number of records of a chunk that are not blank."""
    return chunk.count - int((chunk.malformed["flaw"] == Flaw.BLANK).sum())


@dataclass(frozen=True)
class RowRuleResult:
    """A chunk after the rules about rows.

    Attributes:
        chunk: without the dropped rows and those that are no contacts; if records are too long, its
            `malformed` has `likely`.
        findings: of the rules.
        dropped: the rows that the rules drop.
        no_contacts: the rows that an error of a rule that drops rejects (the drop was not asked
            for), or one that is a sole reason. No other rule looks at them.
        rejected: the rows that an error of these rules rejects.
        aligned: the chunk with all rows, with repaired records in its table.
        repairable: the rows that are repaired, or would be on request, with the safety of that.
        repairs: the repaired records, a frame of `types.LOCATED_CHANGE_COLUMNS` whose texts are
            whole records.
        begun: whether another table has begun before the end of the chunk.
    """

    chunk: Chunk
    findings: Findings
    dropped: Ints
    no_contacts: Ints
    rejected: Ints
    aligned: Chunk
    repairable: Mapping[int, Safety]
    repairs: pd.DataFrame
    begun: bool = False

    @property
    def removed(self) -> Ints:
        """The rows that `chunk` is without."""
        return np.union1d(self.dropped, self.no_contacts)

    @property
    def repaired(self) -> Ints:
        """The rows that were repaired."""
        return self.repairs["row"].to_numpy(dtype=np.int64)


@dataclass(frozen=True)
class _Rows:
    """Rows to check: their cells, rows, lines, and the values for a `RowContext`."""

    table: pa.Table
    rows: Ints
    lines: Ints
    left: Ints
    fields: Ints

    def only(self, mask: Bools) -> _Rows:
        """The rows of a mask."""
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
        """These rows and others, in the order of the file."""
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
        """The cells as a rule gets them: a column of text for each position, index 0, 1, …."""
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
        RuleError: the `among` of a rule is not an RE2 pattern.
    """

    def __init__(self, plan: Plan, layout: Layout) -> None:
        self._plan = plan
        self._layout = layout
        width = len(layout.header)
        self._context = RowContext(
            layout.header, plan.columns[:width], plan.profile, layout.header_certain
        )
        rules = plan.scoped(Scope.ROW) if width else ()
        self._suspects = RowSuspects(rules, self._context)
        self._rules = [rule for rule in rules if self._suspects.sought(rule)]
        self._repairs = RecordRepairs(plan, layout)
        self.tail = max((rule.tail for rule in self._rules), default=0)
        """The number of records after a chunk that the rules need to know."""

    def seeks(self, count: int, column: Cells) -> Bools:
        """A mask of the rows that a rule has to check, or may have to, far from the end of a file.

        Args:
            count: how many rows there are.
            column: gives the cells of a column, by its position.
        """
        rules = [rule for rule in self._rules if not rule.tail]
        return self._suspects.any_of(rules, count, column)

    def judge(self, chunk: Chunk, behind: int, *, begun: bool = False) -> RowRuleResult:
        """Applies the rules to a chunk.

        Args:
            chunk: as read.
            behind: the number of records after it that are not blank, see `look_ahead`.
            begun: whether another table has begun before the chunk.
        """
        repaired = self._repairs.repair(chunk)
        chunk = repaired.chunk
        pieces: list[Findings] = []
        dropped, no_contacts, rejected = [_NO_ROWS], [_NO_ROWS], [_NO_ROWS]
        known: dict[str, Ints] = {}
        for rule in self._rules:
            code, rule_findings, rows = self._hits(rule, chunk, behind)
            if rule.yields_to:
                reported = [known[better] for better in rule.yields_to if better in known]
                rule_findings, rows = _besides(rule_findings, rows, reported)
            known[code] = rows
            pieces += rule_findings
            if rule.opens_table and code == rule.code:
                more, more_lines = below(chunk, rows, begun=begun)
                begun |= bool(len(rows))
                pieces.append(tables.table(code, more, more_lines, 0))
                rows = np.concatenate([rows, more])
            if rule.drops and code == rule.code and self._plan.applies(rule.safety):
                dropped.append(rows)
            elif self._plan.rules[code].severity is Severity.ERROR:
                rejected.append(rows)
                if _is_sole(rule) and code == rule.code:
                    no_contacts.append(rows)
        for rule in self._plan.scoped(Scope.COMPARISON) if len(self._plan.comparison) else ():
            hit, reasons = self._plan.comparison.among(chunk.rows, rule.verdict)
            rows = chunk.rows[hit]
            pieces.append(tables.table(rule.code, rows, chunk.lines[hit], 0, reasons))
            if rule.drops and self._plan.applies(rule.safety):
                dropped.append(rows)
            elif rule.severity is Severity.ERROR:
                rejected.append(rows)
        gone = np.unique(np.concatenate(dropped))
        others = np.setdiff1d(np.concatenate(no_contacts), gone)
        removed = np.union1d(gone, others)
        removed_rows = set(removed.tolist())
        return RowRuleResult(
            chunk=without_rows(chunk, removed),
            findings=self._without_others(tables.concat(pieces), others),
            dropped=gone,
            no_contacts=others,
            rejected=np.unique(np.concatenate(rejected)),
            aligned=repaired.chunk,
            repairable={
                row: safety
                for row, safety in repaired.repairable.items()
                if row not in removed_rows
            },
            repairs=repaired.repairs[~repaired.repairs["row"].isin(removed)],
            begun=begun,
        )

    def _without_others(self, findings: Findings, no_contacts: Ints) -> Findings:
        """The findings, where a row is no contact only those that say so."""
        if not len(no_contacts):
            return findings
        soles = [rule.code for rule in self._rules if _is_sole(rule)]
        others = np.isin(findings.rows, no_contacts) & ~findings.of(soles)
        return findings.only(~others)

    def _hits(self, rule: Rule, chunk: Chunk, behind: int) -> tuple[str, list[Findings], Ints]:
        """The code of a rule, its findings in a chunk, and the rows that it reports.

        If the rule crashes, this is the code of the CRASH rule with all rows that it should have
        checked.
        """
        seen = _Rows(chunk.table.slice(0, 0), _NO_ROWS, _NO_ROWS, _NO_ROWS, _NO_ROWS)
        try:
            seen = self._within(rule, chunk, behind)
            if rule.tail:
                seen = seen.only(self._suspects.mask(rule, seen.table))
            return (rule.code, *self._reported(rule, seen))
        except Exception as error:  # noqa: BLE001 - a rule may raise anything, and it must not pass
            message = (
                f"a rule crashed on this row, which was not checked ({crash_message(rule, error)})"
            )
            code = self._plan.crash.code
            return code, [tables.table(code, seen.rows, seen.lines, 0, message)], seen.rows

    def _within(self, rule: Rule, chunk: Chunk, behind: int) -> _Rows:
        """The rows of a chunk that a rule can see."""
        width = np.full(len(chunk.rows), len(self._layout.header), dtype=np.int64)
        if not rule.tail:
            whole = _Rows(chunk.table, chunk.rows, chunk.lines, np.zeros_like(width), width)
            whole = whole.only(self._suspects.mask(rule, whole.table))
            if rule.raws and len(chunk.malformed):
                return whole.joined(self._ragged(rule, chunk))
            return whole
        malformed = chunk.malformed[chunk.malformed["flaw"] != Flaw.BLANK]
        numbers = np.sort(np.concatenate([chunk.rows, malformed["row"].to_numpy(dtype=np.int64)]))
        left = len(numbers) - 1 - np.searchsorted(numbers, chunk.rows) + behind
        whole = _Rows(chunk.table, chunk.rows, chunk.lines, left, width).only(left < rule.tail)
        if not rule.ragged:
            return whole
        ragged = malformed[malformed["flaw"].isin(_RAGGED)]
        rows = ragged["row"].to_numpy(dtype=np.int64)
        left = len(numbers) - 1 - np.searchsorted(numbers, rows) + behind
        near = left < rule.tail
        ragged, rows, left = ragged[near], rows[near], left[near]
        lines = ragged["line"].to_numpy(dtype=np.int64)
        table = self._read(ragged["raw"], chunk.table.schema)
        fields = ragged["fields"].to_numpy(dtype=np.int64)
        return whole.joined(_Rows(table, rows, lines, left, fields))

    def _ragged(self, rule: Rule, chunk: Chunk) -> _Rows:
        """The records with a wrong number of fields that a rule can see by how they are written."""
        ragged = chunk.malformed[chunk.malformed["flaw"].isin(_RAGGED)]
        ragged = ragged[matches(pa.array(ragged["raw"], pa.string()), rule.raws)]
        rows, lines, fields = (
            ragged[name].to_numpy(dtype=np.int64) for name in ("row", "line", "fields")
        )
        table = self._read(ragged["raw"], chunk.table.schema)
        return _Rows(table, rows, lines, np.zeros_like(rows), fields)

    def _read(self, raws: pd.Series[str], schema: pa.Schema) -> pa.Table:
        """Records with a wrong number of fields, padded or cut to the header's width."""
        columns = cut_to_width(raws, self._layout.syntax, len(self._layout.header))
        return pa.table(columns, schema=schema)

    def _reported(self, rule: Rule, seen: _Rows) -> tuple[list[Findings], Ints]:
        if not len(seen.rows):
            return [], _NO_ROWS
        frame, every = seen.frame(), np.ones(len(seen.rows), dtype=bool)
        answer = self._answer(rule, rule.check, seen, frame, every)
        bad = ~mask_of(rule, answer, frame.index).to_numpy()
        if not bad.any():
            return [], _NO_ROWS
        messages = None
        if rule.reason is not None:
            answer = self._answer(rule, rule.reason, seen, frame, bad)
            messages = series_of(rule, answer, frame.index[bad], "its reasons are").to_numpy()
        columns = np.zeros(int(bad.sum()), dtype=np.int64)
        if rule.place is not None:
            answer = self._answer(rule, rule.place, seen, frame, bad)
            columns = series_of(rule, answer, frame.index[bad], "its places are").to_numpy() + 1
        rows, lines = seen.rows[bad], seen.lines[bad]
        listed = []
        for column in np.unique(columns):
            at = columns == column
            own_messages = None if messages is None else messages[at]
            listed.append(tables.table(rule.code, rows[at], lines[at], int(column), own_messages))
        return listed, rows

    def _answer(
        self, rule: Rule, function: Any, seen: _Rows, frame: pd.DataFrame, which: Bools
    ) -> Any:
        """What a function of a rule answers of some of the rows."""
        context = self._context
        if rule.tail:
            context = replace(context, left=pd.Series(seen.left)[which])
        if rule.tail or rule.raws:
            context = replace(context, fields=pd.Series(seen.fields)[which])
        return asked(function, frame[which], lambda: context)


def _besides(
    findings: Sequence[Findings], rows: Ints, reported: Sequence[Ints]
) -> tuple[list[Findings], Ints]:
    """The findings and rows of a rule without the rows that better rules have reported."""
    others = np.concatenate([_NO_ROWS, *reported])
    left = [each.only(~np.isin(each.rows, others)) for each in findings]
    return left, np.setdiff1d(rows, others)


def _is_sole(rule: Rule) -> bool:
    """Whether an error of a rule is the one reason of its rows."""
    return rule.drops or rule.sole


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
