"""Fixes the suspects of columns, and records every changed cell.

Fixes run in declared phases, each rule once, on the distinct cells that its check reports at that
moment. A fix sees only one cell. So the result does not depend on the other rows, and fixing twice
gives the same as fixing once. Fixed cells are checked again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.plan import Plan
from preflight.core.arrow import equal, replaced, replaced_rows, strings
from preflight.core.types import Bools, Chunk, Column, Ints, Safety
from preflight.linting.linter import ColumnSuspects, Linted, Linter, RuleHits
from preflight.linting.pandera_checks import REGION, VALUE, ColumnChecks
from preflight.linting.rule_answers import RuleCrashed
from preflight.rule import Rule


@dataclass(frozen=True)
class CellChange:
    """The changes of one rule's fix to the distinct cells of a column.

    Attributes:
        code: of the rule.
        safety: of the fix.
        cells: a mask of the distinct cells that it changed.
        old: strings, the changed cells before the fix, in order.
        new: strings, the same cells after the fix.
    """

    code: str
    safety: Safety
    cells: Bools
    old: pa.Array
    new: pa.Array


@dataclass(frozen=True)
class FixedCells:
    """The distinct cells of a column after fixing.

    Attributes:
        cells: from `ColumnChecks.prepare`, with the given index.
        changes: in the order in which they were made.
        suspect: a mask of the changed cells that triage does not pass.
        again: these cells, a frame.
        asked: what rules said of `again`, by code: those that were asked after the last change.
    """

    cells: pd.DataFrame
    changes: tuple[CellChange, ...]
    suspect: Bools
    again: pd.DataFrame
    asked: Mapping[str, Bools]

    @property
    def changed(self) -> Bools:
        """A mask of the cells that any fix changed."""
        mask = np.zeros(len(self.cells), dtype=bool)
        for change in self.changes:
            mask |= change.cells
        return mask


@dataclass(frozen=True)
class FixedColumn:
    """A column's suspects after fixing.

    Attributes:
        suspects: before fixing.
        fixed: the distinct cells after fixing, with the changes.
        hits: of the rules after fixing.
    """

    suspects: ColumnSuspects
    fixed: FixedCells
    hits: tuple[RuleHits, ...]

    @property
    def fixes(self) -> ColumnFixes | None:
        """The cells of the file that change; None if none does, or for a joined column."""
        suspects, changed = self.suspects, self.fixed.changed
        if suspects.column.pieces or not changed.any():
            return None
        number = np.cumsum(changed) - 1
        changes_here = changed[suspects.which]
        return ColumnFixes(
            column=suspects.column,
            where=suspects.where[changes_here],
            which=number[suspects.which[changes_here]],
            values=strings(self.fixed.cells[VALUE]).filter(pa.array(changed)),
            changes=tuple(
                dataclasses.replace(change, cells=change.cells[changed])
                for change in self.fixed.changes
            ),
        )


@dataclass(frozen=True)
class ColumnFixes:
    """The cells of one column of a chunk that fixing changes.

    Attributes:
        column: the column.
        where: the position in the chunk's table of each changed cell.
        which: the distinct cell of each.
        values: strings, the distinct cells after fixing.
        changes: of the distinct cells, in the order in which they were made.
    """

    column: Column
    where: Ints
    which: Ints
    values: pa.Array
    changes: tuple[CellChange, ...]

    def apply(self, chunk: Chunk) -> Chunk:
        """The chunk with the fixed cells."""
        values = self.values.take(pa.array(self.which))
        return write_cells(chunk, self.column.position, self.where, values)


def fix_columns(linter: Linter, linted: Linted) -> list[FixedColumn]:
    """Fixes the suspects of a chunk and checks the changed ones again."""
    return [fix_column(linter, suspects, linter.plan) for suspects in linted.columns]


def fix_column(linter: Linter, suspects: ColumnSuspects, plan: Plan) -> FixedColumn:
    """Fixes a column with the fixes that a plan applies, and checks it again."""
    hits = {hit.code: hit.cells for hit in suspects.hits}
    after = fix_cells(suspects.checks, suspects.cells, hits, plan)
    return FixedColumn(suspects, after, _judge_again(linter, suspects, after))


def bad_rows(
    linter: Linter, columns: Iterable[tuple[ColumnSuspects, tuple[RuleHits, ...]]], count: int
) -> Bools:
    """A mask of the rows with an error, in a chunk's table of `count` rows."""
    bad = np.zeros(count, dtype=bool)
    for suspects, hits in columns:
        cells = np.zeros(len(suspects.cells), dtype=bool)
        for hit in hits:
            if linter.is_error(hit.code):
                cells |= hit.cells
        bad[suspects.where[cells[suspects.which]]] = True
    return bad


def _judge_again(
    linter: Linter, suspects: ColumnSuspects, after: FixedCells
) -> tuple[RuleHits, ...]:
    changed = after.changed
    if not changed.any():
        return suspects.hits
    hits = []
    for hit in suspects.hits:
        kept = hit.cells & ~changed
        if kept.any():
            reasons = None if hit.reasons is None else hit.reasons[~changed[hit.cells]]
            hits.append(RuleHits(hit.code, kept, reasons))
    if not after.suspect.any():
        return tuple(hits)
    for hit in linter.judge(suspects.checks, after.again, after.asked):
        spread = np.zeros(len(changed), dtype=bool)
        spread[after.suspect] = hit.cells
        hits.append(RuleHits(hit.code, spread, hit.reasons))
    return tuple(hits)


def fixing_rules(rules: Iterable[Rule], plan: Plan) -> tuple[Rule, ...]:
    """The rules whose fixes a plan applies, in their order."""
    fixing = [rule for rule in rules if rule.fix is not None and plan.applies(rule.safety)]
    return tuple(sorted(fixing, key=lambda rule: (rule.phase, rule.code)))


def fix_cells(
    checks: ColumnChecks, cells: pd.DataFrame, hits: Mapping[str, Bools], plan: Plan
) -> FixedCells:
    """Fixes the distinct cells of a column.

    Args:
        checks: the column's rules.
        cells: the distinct cells, index 0, 1, ….
        hits: for each rule with hits, a mask over the cells. Other cells are not touched.
        plan: says which fixes to apply.
    """
    now = cells
    nothing, changed, suspect = np.zeros((3, len(cells)), dtype=bool)
    again: pd.DataFrame | None = None
    asked: dict[str, Bools] = {}
    changes = []
    for rule in fixing_rules(checks.rules, plan):
        failed = hits.get(rule.code, nothing) & ~changed
        try:
            if suspect.any():
                again = now[suspect] if again is None else again
                failed[suspect] = asked[rule.code] = checks.failed(rule, again)
            if not failed.any():
                continue
            old = now.loc[failed, VALUE]
            new = checks.fixed(rule, now[failed])
        except RuleCrashed:
            # The cells are not changed, and linting them again reports the crash.
            continue
        differs = (old != new).to_numpy()
        if not differs.any():
            continue
        old, new = old[differs], new[differs]
        mask = np.zeros(len(cells), dtype=bool)
        mask[np.flatnonzero(failed)[differs]] = True
        assert rule.safety is not None  # noqa: S101 - the catalogue makes sure
        changes.append(CellChange(rule.code, rule.safety, mask, strings(old), strings(new)))
        # Triage passes only cells that no rule reports.
        form = checks.kind.normal if checks.kind.again else None
        normal = None if form is None else equal(now.loc[mask, form], new)
        plain, suspect[mask] = checks.triage(pa.chunked_array([strings(new)]), normal)
        regions = now.loc[mask, REGION] if REGION in now else None
        now = replaced_rows(now, mask, checks.prepare(new, regions, plain=plain))
        changed |= mask
        again, asked = None, {}
    again = now[suspect] if again is None else again
    return FixedCells(now, tuple(changes), suspect, again, asked)


def write_cells(chunk: Chunk, position: int, where: Ints, values: pa.Array) -> Chunk:
    """The chunk with some cells of one column replaced.

    Args:
        chunk: the chunk.
        position: of the column.
        where: positions in its table, ascending.
        values: strings, the new cell for each.
    """
    mask = np.zeros(len(chunk.rows), dtype=bool)
    mask[where] = True
    column = replaced(chunk.table[str(position)].combine_chunks(), mask, values)
    table = chunk.table.set_column(position, str(position), column)
    return Chunk(table, chunk.rows, chunk.lines, chunk.malformed)
