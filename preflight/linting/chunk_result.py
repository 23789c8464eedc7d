"""What the first pass needs of a chunk: data that another process can make.

`ChunkAnalyzer.result` depends on the layout, the plan and the chunk alone, and on three things that
are known before the chunk is read: how many records follow, whether another table has begun, and
how many guesses are worth a look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from preflight.config.plan import Plan
from preflight.core.findings import Findings
from preflight.core.types import Chunk, Layout, Safety
from preflight.kinds.timestamp.day_month_order import DayMonthOrders
from preflight.linting.chunk_analysis import ChunkAnalysis, analyze_chunk
from preflight.linting.fix_preview import Guesser, Guesses
from preflight.linting.folds import Content, FixedRows, content_of, fixed_rows
from preflight.linting.kept_chunks import PackedResults, packed_results
from preflight.linting.linter import Linter
from preflight.linting.look_ahead import followed
from preflight.linting.row_hashes import RowHasher, RowHashes
from preflight.linting.row_rules import RowRules, filled
from preflight.linting.row_states import ChunkStates
from preflight.linting.snapshot_fold import Seen, seen_in


@dataclass(frozen=True)
class Job:
    """What is asked of each chunk of a file.

    Attributes:
        layout: of the file.
        plan: of the check.
        across: whether match keys are compared with those of other files.
        whole: whether the fixed chunk itself is wanted, for the user's schema.
        again: whether the chunks were analyzed before, with another plan.
    """

    layout: Layout
    plan: Plan
    across: bool = False
    whole: bool = False
    again: bool = False


@dataclass(frozen=True)
class ChunkResult:
    """What was found in a chunk.

    Attributes:
        count: the number of its records.
        findings: about its rows, before fixing.
        states: of its rows.
        orders: what its dates prove about the order of day and month.
        content: for the rules about the file and its header.
        hashes: for the rules about the table.
        guesses: what unsafe fixes would add.
        fixed: the rows that fixes change.
        repairable: the rows that are repaired, or would be on request, with the safety of that.
        kept: for the second pass and for reports.
        seen: for a snapshot; None if none is taken.
        chunk: after fixing, if that is wanted.
        begun: whether another table has begun before the end of the chunk.
    """

    count: int
    findings: Findings
    states: ChunkStates
    orders: DayMonthOrders
    content: Content
    hashes: RowHashes | None
    guesses: Guesses
    fixed: FixedRows
    repairable: Mapping[int, Safety]
    kept: PackedResults
    seen: Seen | None
    chunk: Chunk | None
    begun: bool


Left = Callable[[], int]
"""How many more guesses are worth a look, see `fix_preview`."""


class ChunkAnalyzer:
    """Analyzes the chunks of a file, in any order.

    Args:
        job: what is asked.

    Attributes:
        row_rules: of the file.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._hasher = RowHasher(job.plan, across=job.across)
        self._linter = Linter(job.plan, compared=self._hasher.asked)
        self.row_rules = RowRules(job.plan, job.layout)
        self._guesser = Guesser(self._linter, job.layout)

    def result(self, read: Chunk, records_behind: int, *, begun: bool, guesses: int) -> ChunkResult:
        """What is found in a chunk.

        Args:
            read: the chunk.
            records_behind: the number of records after it that are not blank, see `look_ahead`.
            begun: whether another table has begun before it.
            guesses: how many cells are fixed once more to see what unsafe fixes would save.
        """
        plan = self._job.plan
        found = analyze_chunk(self._linter, self.row_rules, read, records_behind, begun=begun)
        pictured = plan.pictured and bool(plan.columns)
        return ChunkResult(
            count=read.count,
            findings=found.findings,
            states=_states(found),
            orders=_orders(found),
            content=content_of(found, len(self._job.layout.header)),
            hashes=self._hasher.hashes(found),
            guesses=self._guesser.guesses(found, guesses),
            fixed=fixed_rows(found),
            repairable=found.row_rules.repairable,
            kept=packed_results(found, plan.columns),
            seen=seen_in(found, plan) if pictured else None,
            chunk=found.fixed() if self._job.whole else None,
            begun=found.row_rules.begun,
        )


def _states(chunk: ChunkAnalysis) -> ChunkStates:
    rules = chunk.row_rules
    malformed, dropped = chunk.malformed, chunk.linted.dropped
    return ChunkStates(
        rows=chunk.chunk.rows,
        bad_before=chunk.bad_before,
        bad_after=chunk.bad_after,
        rejected=np.concatenate([malformed[~dropped], rules.no_contacts]),
        dropped=np.concatenate([malformed[dropped], rules.dropped]),
    )


def _orders(chunk: ChunkAnalysis) -> DayMonthOrders:
    orders = DayMonthOrders()
    for suspects in chunk.linted.columns:
        orders.add(suspects.column.position, suspects.cells)
    return orders


Engine = Callable[[Job, Left], Iterator[ChunkResult]]
"""Analyzes all chunks of a file, and gives the results in their order; see `in_this_process`."""


def in_this_process(chunks: Iterable[Chunk], again: Iterable[Chunk] | None = None) -> Engine:
    """The engine that analyzes chunks one after the other.

    Args:
        chunks: of the file; gone over each time that the engine is asked.
        again: the same chunks, to look far ahead with little memory.
    """
    anew = None if again is None else lambda: again

    def results(job: Job, left: Left) -> Iterator[ChunkResult]:
        analyzer = ChunkAnalyzer(job)
        begun = False
        for read, behind in followed(chunks, filled, analyzer.row_rules.tail, again=anew):
            result = analyzer.result(read, behind, begun=begun, guesses=left())
            begun = result.begun
            yield result

    return results
