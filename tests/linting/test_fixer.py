"""Fixes: once is enough, nothing else is touched, and what remains is said."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.config.plan import Plan
from preflight.core.arrow import strings
from preflight.core.findings import Findings
from preflight.core.types import Chunk, Safety
from preflight.kinds.registry import ALL_KINDS
from preflight.linting.fixer import FixedColumn, fix_cells, fix_columns, fixing_rules, write_cells
from preflight.linting.linter import Linter, chunk_findings
from preflight.linting.pandera_checks import ColumnChecks
from preflight.rule import Phase, Rule, Scope, Severity
from tests.cells import CELLS, FIELDS, cells, chunk_of, plan_for
from tests.examples import examples

PLANS = st.fixed_dictionaries(
    {
        "required": st.booleans(),
        "unsafe": st.booleans(),
        "region": st.sampled_from([None, "US", "DE"]),
        "timezone": st.sampled_from([None, ZoneInfo("Europe/Berlin")]),
    }
)


def written(chunk: Chunk, fixed: list[FixedColumn]) -> tuple[Chunk, set[int]]:
    """A chunk with its fixes in it, and the positions of the cells that were changed."""
    changed: set[int] = set()
    for one in fixed:
        hit = one.fixed.changed[one.suspects.which]
        which = pa.array(one.suspects.which[hit])
        new = strings(one.fixed.cells["value"]).take(which)
        chunk = write_cells(chunk, one.suspects.column.position, one.suspects.where[hit], new)
        changed |= set(one.suspects.where[hit].tolist())
    return chunk, changed


def fixed(plan: Plan, chunk: Chunk) -> tuple[Chunk, set[int]]:
    """A chunk of one column after fixing, and the positions of the cells that were changed."""
    linter = Linter(plan)
    return written(chunk, fix_columns(linter, linter.lint(chunk)))


def values(chunk: Chunk) -> list[str]:
    """The cells of the first column."""
    cells: list[str] = chunk.table["0"].to_pylist()
    return cells


def told(findings: Findings) -> list[tuple[object, ...]]:
    """Findings, row by row."""
    return [tuple(row) for row in findings.ordered().frame.astype(object).to_numpy()]


def said(plan: Plan, chunk: Chunk) -> list[tuple[object, ...]]:
    """All findings about a chunk."""
    return told(chunk_findings(Linter(plan).lint(chunk)))


@pytest.mark.slow
@given(st.data())
@settings(max_examples=examples(2))
def test_fixing_twice_is_fixing_once_and_touches_nothing_else(data: st.DataObject) -> None:
    """Whatever stands in a cell of whatever kind, safe fixes or all.

    What is said of the rows after fixing is what linting the fixed file says.
    """
    kind = data.draw(st.sampled_from(sorted(ALL_KINDS)))
    options: dict[str, Any] = data.draw(PLANS)
    plan = plan_for(FIELDS[kind], **options)
    before = data.draw(st.lists(cells(kind), min_size=1, max_size=10))
    linter, chunk = Linter(plan), chunk_of(before)
    linted = linter.lint(chunk)
    fixed = fix_columns(linter, linted)
    once, changed = written(chunk, fixed)
    pairs = enumerate(zip(before, values(once), strict=True))
    assert {at for at, (old, new) in pairs if old != new} == changed
    remaining = chunk_findings(linted, ((one.suspects, one.hits) for one in fixed))
    again = linter.lint(once)
    assert told(remaining) == told(chunk_findings(again))
    twice, changed_again = written(once, fix_columns(linter, again))
    assert values(twice) == values(once)
    assert changed_again == set()


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(ALL_KINDS))
@pytest.mark.parametrize("unsafe", [False, True])
def test_a_fix_does_not_depend_on_what_else_stands_in_the_column(kind: str, unsafe: bool) -> None:
    """It sees one cell and nothing else."""
    plan = plan_for(FIELDS[kind], region="US", timezone=ZoneInfo("Europe/Berlin"), unsafe=unsafe)
    together = values(fixed(plan, chunk_of(CELLS[kind]))[0])
    for at in range(0, len(together), 20):
        alone = values(fixed(plan, chunk_of([CELLS[kind][at]]))[0])
        assert alone == [together[at]]


def rule(code: str, phase: Phase, old: str, new: str, **more: object) -> Rule:
    """A rule that wants one text replaced by another."""
    given: dict[str, object] = {
        "code": code,
        "name": "text-odd",
        "scope": Scope.CELL,
        "severity": Severity.ERROR,
        "message": "odd",
        "kinds": frozenset({"text"}),
        "check": lambda text: ~text.str.contains(old, regex=False),
        "fix": lambda text: text.str.replace(old, new, regex=False),
        "safety": Safety.SAFE,
        "phase": phase,
        "suspects": ".",
    }
    return Rule(**(given | more))  # type: ignore[arg-type]


def test_fixes_are_made_in_the_order_of_their_phases_and_each_step_is_logged() -> None:
    """A later phase sees what the earlier ones made."""
    first, second = rule("OWN002", Phase.TRIM, "a", "b"), rule("OWN001", Phase.CASE, "b", "c")
    plan = plan_for("company", rules=[second, first])
    checks = ColumnChecks(plan.columns[0], plan)
    cells = checks.prepare(pd.Series(["a", "b", "x"], dtype="str"))
    reported = {one.code: checks.failed(one, cells) for one in checks.rules}
    result = fix_cells(checks, cells, reported, plan)
    assert result.cells["value"].tolist() == ["c", "c", "x"]
    assert [(c.code, c.old.tolist(), c.new.tolist()) for c in result.changes] == [
        ("OWN002", ["a"], ["b"]),
        ("OWN001", ["b", "b"], ["c", "c"]),
    ]
    assert result.changed.tolist() == [True, True, False]


def test_a_guess_is_made_only_when_it_is_asked_for() -> None:
    """Unsafe fixes are off by default."""
    guess = rule("OWN001", Phase.TRIM, "a", "b", safety=Safety.UNSAFE)
    assert fixing_rules([guess], plan_for("company")) == ()
    assert fixing_rules([guess], plan_for("company", unsafe=True)) == (guess,)


@pytest.mark.parametrize(
    "broken",
    [
        lambda _: "b",
        lambda text: text.to_numpy(),
        lambda text: text.iloc[:0],
        lambda text: pd.Series(None, index=text.index, dtype="str"),
        lambda text: pd.Series(1, index=text.index),
        lambda _: 1 / 0,
    ],
)
def test_a_fix_that_gives_no_texts_changes_nothing(broken: object) -> None:
    """Neither a scalar nor a missing value reaches the file, and the cell is still reported."""
    plan = plan_for("company", rules=[rule("OWN001", Phase.TRIM, "a", "b", fix=broken)])
    after, changed = fixed(plan, chunk_of(["a", "x"]))
    assert (values(after), changed) == (["a", "x"], set())
    assert [code for code, *_ in said(plan, after)] == ["OWN001"]


def test_a_fix_that_cannot_tell_leaves_the_cell() -> None:
    """The same value is no change."""
    plan = plan_for("company", rules=[rule("OWN001", Phase.TRIM, "a", "a")])
    assert fixed(plan, chunk_of(["a"]))[1] == set()


def test_cells_that_nothing_reports_are_not_touched() -> None:
    """Even where a fix would change them."""
    plan = plan_for("company", rules=[rule("OWN001", Phase.TRIM, "a", "b")])
    checks = ColumnChecks(plan.columns[0], plan)
    cells = checks.prepare(pd.Series(["a"], dtype="str"))
    assert fix_cells(checks, cells, {}, plan).changes == ()
