"""What a chunk adds to each file of results: bytes, and what is counted.

`ChunkShare.of` depends on the analysis and the chunk alone, so it can run wherever the chunk is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from preflight.config.catalogue import record_limit
from preflight.config.plan import Plan
from preflight.core import findings as tables
from preflight.core.findings import Findings
from preflight.core.types import Severity
from preflight.linting.analysis import Analysis
from preflight.linting.apply_fixes import FixedChunk
from preflight.linting.rule_limits import NOTHING_EXCUSED, Excused, accepted, excused
from preflight.writing import people_csv
from preflight.writing.clean_rows import CleanRows
from preflight.writing.partition import Rejects
from preflight.writing.people_csv import TableRows
from preflight.writing.undo_record import Located, located_in


@dataclass
class Counts:
    """What the second pass has changed, dropped and left.

    Attributes:
        dropped: number of dropped rows.
        cells: number of cells in clean rows that fixes changed, and of repaired records.
        rows: number of clean rows with such cells.
        changes: the number of changes of each rule.
        errors: the number of errors that remain, by rule.
        warnings: the number of warnings that remain.
        excused: what is not counted of what remains.
    """

    dropped: int = 0
    cells: int = 0
    rows: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    warnings: int = 0
    excused: Excused = NOTHING_EXCUSED

    def __iadd__(self, more: Counts) -> Counts:
        self.dropped += more.dropped
        self.cells += more.cells
        self.rows += more.rows
        self.changes.update(more.changes)
        self.errors.update(more.errors)
        self.warnings += more.warnings
        self.excused += more.excused
        return self


@dataclass(frozen=True)
class Share:
    """What a chunk adds to the results.

    Attributes:
        clean: to clean.csv or the parts.
        rejects: to rejects.csv.
        dropped: to dropped.csv.
        fixes: to fixes.csv.
        located: to undo.json.
        counts: to what is said of the fix.
    """

    clean: CleanRows
    rejects: TableRows
    dropped: TableRows
    fixes: TableRows
    located: Located
    counts: Counts


class ChunkShare:
    """Makes the shares of the chunks of a file.

    Args:
        analysis: the result of the first pass.
    """

    def __init__(self, analysis: Analysis) -> None:
        layout, plan = analysis.layout, analysis.plan
        self._analysis = analysis
        self._rejects = Rejects(layout, plan, analysis.refused, also=(record_limit(),))
        drops = [code for code, rule in plan.rules.items() if rule.drops]
        self._dropped = Rejects(layout, plan, (), also=drops)
        self._accepted = accepted(analysis)

    @property
    def rejects_header(self) -> list[str]:
        """The column names of rejects.csv."""
        return self._rejects.header

    @property
    def dropped_header(self) -> list[str]:
        """The column names of dropped.csv."""
        return self._dropped.header

    def of(self, fixed: FixedChunk, clean: CleanRows) -> Share:
        """The share of a chunk.

        Args:
            fixed: the chunk; clean rows may be missing in it.
            clean: all of its clean rows.
        """
        rejects = self._rejects.pieces(
            fixed.original, fixed.rejected, fixed.rejected_malformed, fixed.findings
        )
        dropped = self._dropped.pieces(
            fixed.original, fixed.dropped, fixed.dropped_malformed, fixed.dropped_findings
        )
        analysis = self._analysis
        return Share(
            clean=clean,
            rejects=TableRows.together(map(people_csv.table_rows, rejects)),
            dropped=TableRows.together(map(people_csv.table_rows, dropped)),
            fixes=people_csv.table_rows(people_csv.fixes_columns(fixed.changes)),
            located=located_in(fixed, analysis.layout.header, analysis.output_columns),
            counts=self._counts(fixed, clean),
        )

    def _counts(self, fixed: FixedChunk, clean: CleanRows) -> Counts:
        errors = errors_left(fixed.findings, self._analysis.plan)
        rejected = int(fixed.rejected.sum() + fixed.rejected_malformed.sum())
        return Counts(
            dropped=fixed.count - len(clean.rows) - rejected,
            cells=_distinct(fixed.changes["row"], fixed.changes["position"]),
            rows=_distinct(fixed.changes["row"]),
            changes=Counter(fixed.changes["code"].tolist()),
            errors=Counter(errors.counts()),
            warnings=len(fixed.findings) - len(errors),
            excused=excused(fixed.findings, errors, self._accepted),
        )


def _distinct(rows: pd.Series[int], positions: pd.Series[int] | None = None) -> int:
    """How many rows there are, or how many cells in them; the rows are in order."""
    ordered = rows.to_numpy(dtype=np.int64)
    if positions is None:
        return int(np.count_nonzero(np.diff(ordered, prepend=0)))
    at = positions.to_numpy(dtype=np.int64)
    cells = np.sort(ordered * (int(at.max(initial=0)) + 2) + at + 1)
    return int(np.count_nonzero(np.diff(cells, prepend=-1)))


def errors_left(findings: Findings, plan: Plan) -> Findings:
    """Those findings that reject a row."""
    codes = [code for code, rule in plan.rules.items() if rule.severity is Severity.ERROR]
    return tables.errors(findings, [*codes, record_limit()])
