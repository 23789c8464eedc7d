"""The first pass over a file, which finds.

It reads every record once and knows at the end what is wrong where, before and after fixing, and
which rows are doubles. A double can condemn row 7 only after the last row was read, so only then
can the second pass, see `cleaning`, tell clean rows from rejects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from preflight.config.column_mapping import is_linted, is_sent, with_joined
from preflight.config.plan import Plan
from preflight.config.profile import Profile
from preflight.core import findings as tables
from preflight.core.findings import Findings
from preflight.core.types import Bools, Chunk, Column, Ints, Layout, Problem, Severity
from preflight.kinds.sniffing import Sample
from preflight.kinds.timestamp.day_month_order import DayMonthOrders
from preflight.linting.duplicates import Contacts
from preflight.linting.fixer import FixPreview, bad_rows, fix_columns, with_fixes
from preflight.linting.linter import Linter, chunk_findings, view_problems
from preflight.linting.row_rules import RowRules, following
from preflight.linting.user_schema import UserSchema
from preflight.linting.whole_file import WholeFile
from preflight.rule import FileView, Rule, Scope

CLEAN, REJECTED, DROPPED = 0, 1, 2
RowStates = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Analysis:
    """What the first pass found.

    Attributes:
        layout: of the file.
        plan: that was followed.
        rows: how many data records there are.
        view: what the rules about the file and its header were shown.
        findings: about rows, in the order of reports.
        problems: about the file and its header.
        before: for each row CLEAN, REJECTED or DROPPED, as the file stands.
        after: the same after fixing.
        doubles: the findings about the whole file, of the table rules and the user's schema, which
            no second look at a chunk could make.
        fixed: for each rule code, how many cells its fix changes.
        guessed_cells: how many more cells fixes that guess would change, where they are not made.
        guessed_rows: how many more rows that would save, doubles of others among them.
        guessed_all: whether these are all of them; else they are the first.
        repairs: the records that are made rows again, or would be by fixes that guess.
        orders: what the cells of a column, by its position, prove about the order of its dates of
            which day and month cannot be told apart; see `orders`. Where there is such a column, a
            analysis that does not know it yet from its plan is to be made again.
    """

    layout: Layout
    plan: Plan
    rows: int
    view: FileView
    findings: Findings
    problems: tuple[tuple[Rule, Problem], ...]
    before: RowStates
    after: RowStates
    doubles: Findings
    fixed: dict[str, int]
    guessed_cells: int = 0
    guessed_rows: int = 0
    guessed_all: bool = True
    repairs: frozenset[int] = frozenset()
    orders: Mapping[int, str] = field(default_factory=dict)

    @property
    def header_wrong(self) -> bool:
        """Whether a header rule found an error, so that row findings are held back."""
        return any(
            rule.scope is Scope.HEADER
            and rule.severity is Severity.ERROR
            and not self.plan.applies(problem.safety)
            for rule, problem in self.problems
        )

    @property
    def dropped_columns(self) -> frozenset[int]:
        """The positions of the columns that a rule leaves away."""
        return frozenset(
            problem.column - 1
            for rule, problem in self.problems
            if rule.drops and problem.column and self.plan.applies(problem.safety)
        )

    @property
    def refused(self) -> tuple[tuple[Rule, Problem], ...]:
        """The errors about the file or its header that writing it anew would not mend."""
        return tuple(
            (rule, problem)
            for rule, problem in self.problems
            if rule.severity is Severity.ERROR and not self.plan.applies(problem.safety)
        )


def analyze(
    layout: Layout,
    plan: Plan,
    chunks: Iterable[Chunk],
    *,
    progress: Callable[[int], None] = lambda _: None,
    schema: UserSchema | None = None,
) -> Analysis:
    """The first pass.

    Args:
        layout: of the file.
        plan: what to go by.
        chunks: all of the file's; gone over once more where contacts repeat, so no iterator.
        progress: told how many records were read, after each chunk.
        schema: the user's own.
    """
    linter, whole_rows = Linter(plan), RowRules(plan, layout)
    pieces: list[Findings] = []
    states: list[tuple[Ints, Bools, Bools, Bools]] = []
    contacts, fixed, guesses = Contacts(plan), dict[str, int](), FixPreview(linter)
    orders = DayMonthOrders()
    filled, well_formed = np.zeros(len(plan.columns), dtype=np.int64), 0
    sample = Sample(len(layout.header))
    newlines = np.zeros(3, dtype=np.int64)
    own = WholeFile(schema, plan, layout) if schema and plan.scoped(Scope.SCHEMA) else None
    repairs: list[int] = []
    unrepaired: list[Ints] = []
    for read, behind in following(chunks, whole_rows.tail):
        rowed = whole_rows.judge(read, behind)
        chunk = rowed.chunk
        sample.add(chunk)
        whole = with_joined(chunk, plan.columns)
        linted = linter.lint(whole)
        mended = fix_columns(linter, linted)
        pieces += [rowed.findings, chunk_findings(linted)]
        count = len(chunk.rows)
        well_formed += count
        condemned = np.isin(
            chunk.rows, np.concatenate([rowed.rejected, _with_errors(linter, linted.stored)])
        )
        before = bad_rows(linter, ((one, one.hits) for one in linted.columns), count) | condemned
        before |= np.isin(chunk.rows, rowed.repaired)
        for code, times in rowed.repairs["code"].value_counts().items():
            fixed[str(code)] = fixed.get(str(code), 0) + int(times)
        repairs += rowed.repairable.tolist()
        unrepaired.append(np.setdiff1d(rowed.repairable, rowed.repaired))
        after = bad_rows(linter, ((one.judged, one.hits) for one in mended), count) | condemned
        contacts.add(whole, mended, after)
        guesses.add(chunk.rows, mended, after & ~condemned)
        filled += _filled(whole)
        for judged in linted.columns:
            orders.add(judged.column.position, judged.cells)
        for one in mended:
            for change in one.fixed.changes:
                times = int(change.cells[one.judged.which].sum())
                fixed[change.code] = fixed.get(change.code, 0) + times
        if own is not None:
            fixed_chunk = chunk
            for one in mended:
                fixed_chunk = with_fixes(fixed_chunk, one) if one.changes_cells else fixed_chunk
            own.add(fixed_chunk)
        never = np.zeros(count, dtype=bool)
        malformed = chunk.malformed["row"].to_numpy(dtype=np.int64)
        states.append((chunk.rows, before, after, never))
        states.append((malformed, *(np.ones((2, len(malformed)), dtype=bool)), linted.dropped))
        states.append((rowed.dropped, *np.ones((3, len(rowed.dropped)), dtype=bool)))
        newlines += read.newlines
        progress(read.count)
    before_states, after_states = _states(states)
    doubles = contacts.judge(
        lambda: (whole_rows.judge(*one).chunk for one in following(chunks, whole_rows.tail))
    )
    _condemn(plan, doubles.blamed, before_states, after_states)
    whole_file, problems = doubles.findings, tuple[tuple[Rule, Problem], ...]()
    if own is not None:
        verdict = own.judge(_set_aside(doubles.findings, plan))
        whole_file = tables.concat([doubles.findings, verdict.findings])
        problems = verdict.problems
        for array in (before_states, after_states):
            array[verdict.rejected - 1] = REJECTED
    view = FileView(
        layout=layout,
        columns=plan.columns,
        profile=plan.profile,
        rows=len(before_states),
        filled=tuple(filled.tolist()),
        sent=_positions(plan, is_sent),
        used=_positions(plan, is_linted),
        well_formed=well_formed,
        options=plan.options,
        looks=sample.looks(),
        newlines=(int(newlines[0]), int(newlines[1]), int(newlines[2])),
    )
    found = Analysis(
        layout=layout,
        plan=plan,
        rows=len(before_states),
        view=view,
        findings=tables.concat([*pieces, whole_file]).ordered(),
        problems=(*view_problems(view, plan), *problems),
        before=before_states,
        after=after_states,
        doubles=whole_file,
        fixed=dict(sorted(fixed.items())),
        guessed_cells=guesses.cells + sum(map(len, unrepaired)),
        guessed_all=guesses.all_seen,
        guessed_rows=sum(
            int((after_states[at - 1] == REJECTED).sum()) for at in (*guesses.rows, *unrepaired)
        ),
        repairs=frozenset(repairs),
        orders=orders.settled(),
    )
    if found.refused:
        for array in (before_states, after_states):
            array[array == CLEAN] = REJECTED
    return found


def _with_errors(linter: Linter, found: Findings) -> Ints:
    """The rows of findings that are errors, and that no fix mends."""
    frame = found.frame
    errors = [code for code in frame[tables.CODE].unique() if linter.is_error(code)]
    rows: Ints = frame.loc[frame[tables.CODE].isin(errors), tables.ROW].to_numpy()
    return rows


def _positions(plan: Plan, wanted: Callable[[Column, Profile], bool]) -> frozenset[int]:
    return frozenset(one.position for one in plan.columns if wanted(one, plan.profile))


def _filled(chunk: Chunk) -> Ints:
    filled = [pc.sum(pc.not_equal(column, "")).as_py() or 0 for column in chunk.table.columns]
    return np.array(filled, dtype=np.int64)


def _states(pieces: list[tuple[Ints, Bools, Bools, Bools]]) -> tuple[RowStates, RowStates]:
    total = sum(len(rows) for rows, *_ in pieces)
    before, after = np.full(total, CLEAN, np.uint8), np.full(total, CLEAN, np.uint8)
    for rows, bad_before, bad_after, dropped in pieces:
        before[rows[bad_before] - 1] = REJECTED
        after[rows[bad_after] - 1] = REJECTED
        for array in (before, after):
            array[rows[dropped] - 1] = DROPPED
    return before, after


def _set_aside(doubles: Findings, plan: Plan) -> Ints:
    """The rows that are not sent since another one is."""
    codes = [
        code for code, rule in plan.rules.items() if rule.drops or rule.severity is Severity.ERROR
    ]
    return tables.of_codes(doubles, codes).frame[tables.ROW].to_numpy(dtype=np.int64)


def _condemn(plan: Plan, blamed: Mapping[str, Ints], before: RowStates, after: RowStates) -> None:
    """Puts rows into the place where the rules about the table want them."""
    for code, rows in blamed.items():
        rule = plan.rules[code]
        if rule.drops:
            state = DROPPED
        elif rule.severity is Severity.ERROR:
            state = REJECTED
        else:
            continue
        for array in (before, after):
            at = rows[array[rows - 1] != DROPPED] - 1
            array[at] = state
