"""The first pass over a file, which lints.

It reads every record once and has all findings at the end, before and after fixing, with the
duplicates. A duplicate can reject row 7 only after the last row was read, so only then can the
second pass, see `apply_fixes`, separate clean rows from rejects.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from preflight.config.column_mapping import OutputColumn, output_columns
from preflight.config.plan import Plan
from preflight.core.file_findings import FileFindings, LateFindings
from preflight.core.types import Bools, Chunk, Ints, Layout, Problem, Severity
from preflight.kinds.timestamp.day_month_order import DayMonthOrders
from preflight.linting import across
from preflight.linting.chunk_result import ChunkResult, Engine, Job, in_this_process
from preflight.linting.duplicates import Contacts
from preflight.linting.fix_preview import FixPreview, Guesser, Preview
from preflight.linting.folds import ContentFold, FixCountFold, Repairable
from preflight.linting.kept_chunks import KeptChunks
from preflight.linting.linter import Linter, view_problems
from preflight.linting.row_states import RowStateFold, RowStates
from preflight.linting.snapshot_fold import SnapshotFold
from preflight.linting.whole_file import WholeFile
from preflight.rule import Drift, FileView, Rule, Scope
from preflight.snapshots.picture import Picture

if TYPE_CHECKING:
    from preflight.linting.user_schema import UserSchema


@dataclass(frozen=True)
class Analysis:
    """The result of the first pass.

    Attributes:
        layout: of the file.
        plan: of the check.
        rows: number of data records.
        view: of the file, for the rules about it and its header.
        findings: about rows, in the order of reports.
        problems: about the file and its header.
        before: for each row CLEAN, REJECTED or DROPPED, before fixing.
        after: the same after fixing.
        of_whole_file: the findings of the table rules and the user's schema, which need the whole
            file.
        fixed: for each rule code, the number of cells in clean rows that its fix changes.
        fixed_cells: number of cells in clean rows that any fix changes, and of clean rows that are
            repaired.
        preview: what unsafe fixes would add, if not applied.
        guessed_cells: number of further cells that unsafe fixes would change, and of records that
            they would repair.
        guessed_rows: number of further rows that these would save, duplicates among them.
        repairs: the rows that are repaired, or would be by unsafe fixes, with the safety of that.
        kept: the results of each chunk, for the second pass and for reports.
        picture: the snapshot of the file, if the plan asks for one and the file is a table.
    """

    layout: Layout
    plan: Plan
    rows: int
    view: FileView
    findings: FileFindings
    problems: tuple[tuple[Rule, Problem], ...]
    before: RowStates
    after: RowStates
    of_whole_file: LateFindings
    fixed: dict[str, int]
    fixed_cells: int
    preview: Preview
    guessed_cells: int
    guessed_rows: int
    repairs: Repairable
    kept: KeptChunks
    picture: Picture | None = None

    @property
    def header_wrong(self) -> bool:
        """Whether a header rule found an error, so that row findings are held back."""
        return any(
            rule.scope is Scope.HEADER
            and rule.severity is Severity.ERROR
            and not self.plan.applies(problem.safety)
            for rule, problem in self.problems
        )

    @functools.cached_property
    def explained(self) -> frozenset[str]:
        """The codes of rules about records that yield to an error of the file or its header."""
        return _explained(self.plan, self.problems)

    @functools.cached_property
    def output_columns(self) -> tuple[OutputColumn, ...]:
        """The columns of the results: of clean.csv and of every part that is sent."""
        dropped = {
            problem.column - 1
            for rule, problem in self.problems
            if rule.drops and problem.column and self.plan.applies(problem.safety)
        }
        return output_columns(self.plan.columns, self.plan.profile, dropped)

    @property
    def refused(self) -> tuple[tuple[Rule, Problem], ...]:
        """The errors about the file or its header that writing it again does not fix.

        A change since an earlier file is none: it does not say that the file cannot be used.
        """
        return tuple(
            (rule, problem)
            for rule, problem in self.problems
            if rule.severity is Severity.ERROR
            and rule.scope is not Scope.DRIFT
            and not self.plan.applies(problem.safety)
        )


def analyze(
    layout: Layout,
    plan: Plan,
    chunks: Iterable[Chunk],
    *,
    engine: Engine | None = None,
    progress: Callable[[int], None] = lambda _: None,
    schema: UserSchema | None = None,
    folder: Path | None = None,
    keys: Path | None = None,
) -> Analysis:
    """Makes the first pass.

    Some dates can be read only after other cells of their column proved the order of day and month.
    A file with such dates is analyzed a second time, with the orders that were proved.

    Args:
        layout: of the file.
        plan: of the check.
        chunks: all of the file's; gone over again for such dates and for repeated contacts.
        engine: analyzes the chunks; one by one in this process by default.
        progress: called with the number of records after each chunk.
        schema: of the user.
        folder: a private folder, for results that do not fit into memory.
        keys: a new file for the match keys of the rows, see `across.keep`; None if not wanted.
    """
    engine = engine or in_this_process(chunks)
    first_pass = _FirstPass(layout, plan, schema, folder, keys)
    first_pass.run(engine, progress)
    proved = first_pass.orders
    if proved.keys() - plan.orders.keys():
        plan = dataclasses.replace(plan, orders={**proved, **plan.orders})
        first_pass = _FirstPass(layout, plan, schema, folder, keys)
        first_pass.run(engine, progress, again=True)
    return first_pass.result(chunks)


class _FirstPass:
    """The folds of the first pass, each of which takes the result of every chunk once."""

    def __init__(
        self,
        layout: Layout,
        plan: Plan,
        schema: UserSchema | None,
        folder: Path | None,
        keys: Path | None,
    ) -> None:
        self._layout, self._plan = layout, plan
        self._findings, self._late = FileFindings(folder), LateFindings(folder)
        self._states = RowStateFold()
        self._contacts = Contacts(plan, folder)
        self._keys = keys
        self._fix_counts = FixCountFold(folder)
        self._preview = FixPreview(lambda: Guesser(Linter(plan), layout))
        self._repairable = Repairable()
        self._orders = DayMonthOrders()
        self._content = ContentFold(layout, plan)
        self._snapshot = SnapshotFold(layout, plan) if plan.pictured and plan.columns else None
        self._kept = KeptChunks(layout, plan, folder)
        asked = schema is not None and bool(plan.scoped(Scope.SCHEMA))
        self._whole_file = WholeFile(schema, plan, layout) if schema and asked else None

    def run(self, engine: Engine, progress: Callable[[int], None], *, again: bool = False) -> None:
        """Takes the results of all chunks; `again` if they were analyzed before."""
        across, whole = self._keys is not None, self._whole_file is not None
        job = Job(self._layout, self._plan, across=across, whole=whole, again=again)
        for result in engine(job, lambda: self._preview.left):
            self.add(result)
            progress(result.count)

    @property
    def orders(self) -> Mapping[int, str]:
        """The order of day and month that the cells of each column prove; see `day_month_order`."""
        return self._orders.settled()

    def add(self, chunk: ChunkResult) -> None:
        """Gives the result of a chunk to each fold."""
        self._findings.add(chunk.findings)
        self._states.add(chunk.states)
        self._orders.merge(chunk.orders)
        self._content.add(chunk.content)
        if self._snapshot is not None and chunk.seen is not None:
            self._snapshot.add(chunk.seen)
        self._contacts.add(chunk.hashes)
        self._preview.add(chunk.guesses)
        self._fix_counts.add(chunk.fixed)
        self._repairable.add(chunk.repairable)
        self._kept.add(chunk.kept)
        if self._whole_file is not None and chunk.chunk is not None:
            self._whole_file.add(chunk.chunk)

    def result(self, chunks: Iterable[Chunk]) -> Analysis:
        """The result, after all chunks were added.

        Args:
            chunks: the same chunks, read again if contacts repeat.
        """
        states = self._states
        states.settle()
        schema_problems = self._judge_whole_file(chunks)
        view = self._content.view(len(states.before))
        picture = None if self._snapshot is None else self._snapshot.picture(view)
        drift = Drift(self._plan.against, picture) if self._plan.against and picture else None
        problems = (*view_problems(view, self._plan, drift), *schema_problems)
        preview, fixed = self._preview.result(states.after), self._fix_counts.counts(states.after)
        analysis = Analysis(
            layout=self._layout,
            plan=self._plan,
            rows=len(states.before),
            view=view,
            findings=self._findings.with_late(self._late, _explained(self._plan, problems)),
            problems=problems,
            before=states.before,
            after=states.after,
            of_whole_file=self._late,
            fixed=fixed.by_code,
            fixed_cells=fixed.cells,
            preview=preview,
            guessed_cells=preview.cells + len(preview.records),
            guessed_rows=len(preview.rows) + len(preview.records),
            repairs=self._repairable,
            kept=self._kept,
            picture=picture,
        )
        if analysis.refused:
            states.reject_clean()
        if self._keys is not None:
            across.keep(self._contacts.keys(), states.after, self._keys)
        return analysis

    def _judge_whole_file(self, chunks: Iterable[Chunk]) -> tuple[tuple[Rule, Problem], ...]:
        """Adds the findings that need all rows; the problems of the user's schema."""
        rows = len(self._states.before)
        hits = self._contacts.judge(self._kept, chunks, rows, self._late)
        self._states.condemn(self._plan, hits)
        if self._whole_file is None:
            return ()
        verdict = self._whole_file.judge(_not_sent(hits, self._plan))
        self._states.reject(verdict.rejected)
        self._late.add(verdict.findings)
        return verdict.problems


def _explained(plan: Plan, problems: Iterable[tuple[Rule, Problem]]) -> frozenset[str]:
    """See `Analysis.explained`."""
    unsettled = {
        rule.code
        for rule, problem in problems
        if rule.severity is Severity.ERROR and not plan.applies(problem.safety)
    }
    records = plan.scoped(Scope.RECORD)
    return frozenset(rule.code for rule in records if rule.yields_to & unsettled)


def _not_sent(hits: Mapping[str, Bools], plan: Plan) -> Ints:
    """The rows that are not sent because another one is."""
    codes = (
        code for code, rule in plan.rules.items() if rule.drops or rule.severity is Severity.ERROR
    )
    rows = (np.flatnonzero(hits[code]) + 1 for code in codes if code in hits)
    together: Ints = np.concatenate([np.empty(0, dtype=np.int64), *rows])
    return together
