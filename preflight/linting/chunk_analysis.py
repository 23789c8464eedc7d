"""The analysis of a chunk: its findings before and after fixing."""

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
    """A chunk, linted, fixed in memory, and linted again where a fix changed a cell.

    Attributes:
        read: the chunk as read.
        row_rules: the chunk after the rules about rows; those after it see no row that it removes.
        linted: the chunk after the rules about cells and records, before fixing.
        columns: its suspects after fixing.
        condemned: a mask over the rows of `chunk`: those with an error that no fix removes.
        bad_before: a mask over these rows: those with an error before fixing.
        bad_after: a mask over these rows: those with an error after fixing.
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
        """The chunk without rows that rules about rows remove; repaired records are rows."""
        return self.row_rules.chunk

    @property
    def joined(self) -> Chunk:
        """The same chunk with the columns that are joined from several."""
        return self.linted.chunk

    @property
    def malformed(self) -> Ints:
        """The rows of its malformed records."""
        return self.chunk.malformed["row"].to_numpy(dtype=np.int64)

    @functools.cached_property
    def findings(self) -> Findings:
        """The findings before fixing."""
        return tables.concat([self.row_rules.findings, chunk_findings(self.linted)])

    @property
    def findings_after(self) -> Findings:
        """The findings after fixing; those that a repair fixes are still among them."""
        columns = ((column.suspects, column.hits) for column in self.columns)
        fixed = chunk_findings(self.linted, columns)
        return tables.concat([self.row_rules.findings, fixed])

    @functools.cached_property
    def fixes(self) -> tuple[ColumnFixes, ...]:
        """The cells that fixing changes, by column."""
        return tuple(fixes for column in self.columns if (fixes := column.fixes) is not None)

    def fixed(self) -> Chunk:
        """The chunk after fixing, without joined columns."""
        fixed = self.chunk
        for fixes in self.fixes:
            fixed = fixes.apply(fixed)
        return fixed


def analyze_chunk(
    linter: Linter, row_rules: RowRules, read: Chunk, records_behind: int, *, begun: bool = False
) -> ChunkAnalysis:
    """Lints a chunk, fixes it in memory, and lints the changed cells again.

    Args:
        linter: of the file.
        row_rules: of the file.
        read: the chunk as read.
        records_behind: the number of records after it that are not blank, see
            `look_ahead`.
        begun: whether another table has begun before it.
    """
    result = row_rules.judge(read, records_behind, begun=begun)
    linted = linter.lint(with_joined(result.chunk, linter.plan.columns))
    columns = tuple(fix_columns(linter, linted))
    rows = result.chunk.rows
    condemned = np.isin(rows, np.concatenate([result.rejected, _with_errors(linter, linted)]))
    before = bad_rows(linter, ((column, column.hits) for column in linted.columns), len(rows))
    after = bad_rows(linter, ((column.suspects, column.hits) for column in columns), len(rows))
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
    """The rows with an error about a cell that a sheet holds as a number, which nothing can fix."""
    stored = linted.stored
    return stored.rows[stored.of(code for code in stored.codes if linter.is_error(code))]
