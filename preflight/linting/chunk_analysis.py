"""What the first pass finds in one chunk, before and after fixing."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from preflight.config.column_mapping import with_joined
from preflight.core import findings as tables
from preflight.core.findings import Findings
from preflight.core.types import Bools, Chunk, Ints
from preflight.linting.fixer import ColumnFixes, FixedColumn, bad_rows, fix_columns
from preflight.linting.linter import Linted, Linter, chunk_findings
from preflight.linting.row_rules import RowRuleResult, RowRules


@dataclass(frozen=True)
class ChunkAnalysis:
    """One chunk, linted, fixed in memory, and linted again where a fix changed a cell.

    Attributes:
        read: the chunk as read.
        row_rules: the chunk after the rules about rows; those after it see no row that it drops.
        linted: what the rules about cells and records say of the chunk as it stands.
        columns: its suspects after fixing.
        condemned: a mask over the rows of `chunk`: those with an error that no fix takes away.
        bad_before: a mask over them: those with an error as they stand.
        bad_after: a mask over them: those with an error after fixing.
    """

    read: Chunk
    row_rules: RowRuleResult
    linted: Linted
    columns: tuple[FixedColumn, ...]
    condemned: Bools
    bad_before: Bools
    bad_after: Bools

    @property
    def chunk(self) -> Chunk:
        """The chunk without the rows that a rule about rows drops; repaired records are rows."""
        return self.row_rules.chunk

    @property
    def joined(self) -> Chunk:
        """The same with the columns that are joined from several."""
        return self.linted.chunk

    @property
    def malformed(self) -> Ints:
        """The rows of its malformed records."""
        return self.chunk.malformed["row"].to_numpy(dtype=np.int64)

    @functools.cached_property
    def findings(self) -> Findings:
        """What is wrong with the chunk as it stands."""
        return tables.concat([self.row_rules.findings, chunk_findings(self.linted)])

    @property
    def findings_after(self) -> Findings:
        """What is wrong with it after fixing; what a repair mends is still among them."""
        fixed = chunk_findings(self.linted, ((one.suspects, one.hits) for one in self.columns))
        return tables.concat([self.row_rules.findings, fixed])

    @functools.cached_property
    def fixes(self) -> tuple[ColumnFixes, ...]:
        """The cells that fixing changes, a piece a column."""
        return tuple(fixes for column in self.columns if (fixes := column.fixes) is not None)

    def fixed(self) -> Chunk:
        """The chunk after fixing, without joined columns."""
        fixed = self.chunk
        for fixes in self.fixes:
            fixed = fixes.apply(fixed)
        return fixed


def analyze_chunk(
    linter: Linter, row_rules: RowRules, read: Chunk, records_behind: int
) -> ChunkAnalysis:
    """Lints a chunk, fixes it in memory, and lints what was changed.

    Args:
        linter: of the file.
        row_rules: of the file.
        read: the chunk as read.
        records_behind: how many records that hold anything follow it, see `row_rules.following`.
    """
    result = row_rules.judge(read, records_behind)
    linted = linter.lint(with_joined(result.chunk, linter.plan.columns))
    columns = tuple(fix_columns(linter, linted))
    rows = result.chunk.rows
    condemned = np.isin(rows, np.concatenate([result.rejected, _with_errors(linter, linted)]))
    before = bad_rows(linter, ((one, one.hits) for one in linted.columns), len(rows))
    after = bad_rows(linter, ((one.suspects, one.hits) for one in columns), len(rows))
    return ChunkAnalysis(
        read=read,
        row_rules=result,
        linted=linted,
        columns=columns,
        condemned=condemned,
        bad_before=before | condemned | np.isin(rows, result.repaired),
        bad_after=after | condemned,
    )


def _with_errors(linter: Linter, linted: Linted) -> Ints:
    """The rows with an error about a cell that a sheet holds as a number: no fix mends that."""
    frame = linted.stored.frame
    errors = [code for code in frame[tables.CODE].unique() if linter.is_error(code)]
    rows: Ints = frame.loc[frame[tables.CODE].isin(errors), tables.ROW].to_numpy()
    return rows
