"""What is wrong with a chunk, and where; and what happens when a rule itself is wrong."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from preflight.config.catalogue import builtin
from preflight.config.plan import Plan
from preflight.core import findings as tables
from preflight.core.types import Chunk, Flaw, Layout, Problem, Source
from preflight.linting.analysis import analyze
from preflight.linting.apply_fixes import apply_fixes
from preflight.linting.linter import Linter, chunk_findings, view_problems
from preflight.rule import FileView, Rule, Scope, Severity
from tests.cells import chunk_of, plan_for


def own(check: object, **more: object) -> Rule:
    """A rule of a user's."""
    given: dict[str, object] = {
        "code": "OWN001",
        "name": "text-odd",
        "scope": Scope.CELL,
        "severity": Severity.WARNING,
        "message": "odd",
        "kinds": frozenset({"text"}),
        "suspects": ".",
        "check": check,
    }
    return Rule(**(given | more))  # type: ignore[arg-type]


def own_of(scope: Scope, check: object, **more: object) -> Rule:
    """A rule of a user's that does not look at cells."""
    return own(check, scope=scope, kinds=frozenset(), suspects=None, **more)


def said(plan: Plan, chunk: Chunk) -> list[tuple[str, int, int, int, object]]:
    """Code, row, line, column and message of each finding."""
    frame = chunk_findings(Linter(plan).lint(chunk)).ordered().frame
    columns = ["code", "row", "line", "column", "message"]
    return [tuple(row) for row in frame[columns].astype(object).to_numpy()]


def with_aside(chunk: Chunk, *flaws: Flaw) -> Chunk:
    """The chunk with malformed records behind its table."""
    count = len(flaws)
    rows = np.arange(len(chunk.rows) + 1, len(chunk.rows) + count + 1, dtype=np.int64)
    malformed = pd.DataFrame(
        {
            "row": rows, "line": rows + 1, "flaw": [str(flaw) for flaw in flaws], "fields": 1,
            "expected": 2, "lines": 1, "offset": -1, "raw": "x",
        }
    )  # fmt: skip
    return dataclasses.replace(chunk, malformed=malformed)


LAYOUT = Layout(Source("a.csv", None, "", 0), "table", None, header=("company",))  # type: ignore[arg-type]


def view(plan: Plan) -> FileView:
    """A file of one column and one row."""
    positions = frozenset({0})
    return FileView(LAYOUT, plan.columns, plan.profile, 1, (1,), positions, positions)


def test_a_finding_says_row_line_and_column_of_every_cell_that_is_alike() -> None:
    """Distinct cells are judged once, and told everywhere."""
    chunk = chunk_of(["a@b", "ann@kestrel-labs.com", "a@b"], ["x", " y", "z"])
    found = said(plan_for("email", "company"), chunk)
    assert [(code, row, line, column) for code, row, line, column, _ in found] == [
        ("EML302", 1, 2, 1),
        ("TXT701", 2, 3, 2),
        ("EML302", 3, 4, 1),
    ]


def test_a_blank_cell_is_no_business_of_a_cell_rule() -> None:
    """Unless it is of a required column, and the rule is about that."""
    chunk = chunk_of(["", " "])
    assert said(plan_for("email"), chunk_of([""])) == []
    codes = [(code, row) for code, row, *_ in said(plan_for("email", required=True), chunk)]
    assert codes == [("EML301", 1), ("EML301", 2)]


@pytest.mark.parametrize(
    "broken",
    [
        lambda _: True,
        lambda text: np.ones(len(text), dtype=bool),
        lambda _: pd.Series([True]),
        lambda text: pd.Series(True, index=text.index + 7),
        lambda text: pd.Series([None] * len(text), index=text.index, dtype="boolean"),
        lambda text: pd.Series("yes", index=text.index),
        lambda _: None,
        lambda text: text[0].no_such_thing,
    ],
    ids=["scalar", "array", "short", "other index", "gaps", "texts", "nothing", "raises"],
)
def test_a_rule_that_gives_no_mask_reports_every_cell_it_was_shown(broken: object) -> None:
    """As unknown, under SCH002, which is an error: it never passes them."""
    found = said(plan_for("company", rules=[own(broken)]), chunk_of(["a", "b", "c"]))
    assert [(code, row) for code, row, *_ in found] == [("SCH002", 1), ("SCH002", 2), ("SCH002", 3)]
    assert "OWN001" in str(found[0][4])


def test_a_rule_that_fails_on_one_cell_is_heard_about_the_others() -> None:
    """Whatever else stands in the chunk, so that a row's fate is its own."""

    def check(text: pd.Series[str]) -> pd.Series[bool]:
        if (text == "crash").any():
            raise KeyError("a value of a contact")
        return text != "odd"

    plan = plan_for(
        "company",
        rules=[own(check, reason=lambda text: text.map(lambda one: f"said of {len(one)}"))],
    )
    found = said(plan, chunk_of(["fine", "odd", "crash", "fair", "odd"]))
    assert [(code, row) for code, row, *_ in found] == [("OWN001", 2), ("SCH002", 3), ("OWN001", 5)]
    assert found[0][4] == "said of 3"
    assert found[1][4] == "a rule crashed on this cell, which was not checked (OWN001: KeyError)"


def test_a_rule_that_always_fails_is_not_asked_cell_by_cell_for_ever() -> None:
    """A thousand distinct cells are not two thousand calls."""
    calls = []

    def check(text: pd.Series[str]) -> pd.Series[bool]:
        calls.append(len(text))
        raise ValueError

    found = said(
        plan_for("company", rules=[own(check)]), chunk_of([f"c{at}" for at in range(1000)])
    )
    assert len(found) == 1000
    assert len(calls) < 200


def test_a_rule_whose_reasons_fail_is_a_failing_rule() -> None:
    """Its message cannot be told."""
    plan = plan_for("company", rules=[own(lambda text: text != "a", reason=lambda _: 1 / 0)])
    assert [code for code, *_ in said(plan, chunk_of(["a", "b"]))] == ["SCH002"]


def test_rows_that_a_failing_rule_was_shown_are_rejected_and_others_go_on() -> None:
    """Unknown is not passed."""

    def check(text: pd.Series[str]) -> pd.Series[bool]:
        return text.map({"a": True, "b": False}.__getitem__)

    plan = plan_for("company", rules=[own(check)])
    found = analyze(LAYOUT, plan, [chunk_of(["a", "b", "c"])])
    assert found.after.tolist() == [0, 0, 1]
    (cleaned,) = apply_fixes(found, [chunk_of(["a", "b", "c"])])
    assert cleaned.keep.tolist() == [True, True, False]


def test_a_malformed_record_is_reported_by_the_rule_about_its_flaw() -> None:
    """And a blank one is dropped."""
    chunk = with_aside(chunk_of(["a"]), Flaw.SHORT, Flaw.BLANK)
    linted = Linter(plan_for("company")).lint(chunk)
    assert linted.records.frame["code"].tolist() == ["STR101", "STR104"]
    assert linted.dropped.tolist() == [False, True]


@pytest.mark.parametrize("broken", [lambda _: True, lambda _: 1 / 0])
def test_a_failing_rule_about_records_reports_them_all_and_drops_none(broken: object) -> None:
    """Nothing is dropped by a rule that does not work."""
    plan = plan_for("company", rules=[own_of(Scope.RECORD, broken, drops=True)])
    linted = Linter(plan).lint(with_aside(chunk_of(["a"]), Flaw.BLANK))
    assert linted.records.frame["code"].tolist() == ["SCH002"]
    assert linted.dropped.tolist() == [False]


def test_a_failing_rule_about_the_file_is_a_problem_of_the_file() -> None:
    """What it would have said of the file is unknown, so no row of it is clean."""
    plan = plan_for("company", rules=[own_of(Scope.FILE, lambda _: [1 / 0])])
    ((rule, problem),) = view_problems(view(plan), plan)
    assert rule.code == "SCH002"
    assert "OWN001: ZeroDivisionError" in str(problem.message)
    found = analyze(LAYOUT, plan, [chunk_of(["a"])])
    assert found.after.tolist() == [1]


def test_a_problem_may_be_worse_than_its_rule() -> None:
    """Too many columns cannot be split, too many bytes can."""
    bad = own_of(Scope.HEADER, lambda _: [Problem(), Problem("worse", severity=Severity.ERROR)])
    plan = plan_for("company", rules=[bad])
    found = view_problems(view(plan), plan)
    assert [(rule.severity, problem.message) for rule, problem in found] == [
        (Severity.WARNING, "odd"),
        (Severity.ERROR, "worse"),
    ]


def test_duplicates_are_told_by_the_normal_form_even_when_no_rule_looks_at_the_column() -> None:
    """`--select DUP` finds what all rules find."""
    plan = plan_for("email", rules=[builtin()["DUP801"]])
    chunk = chunk_of(["ann@kestrel-labs.com", "Ann@KESTREL-labs.com", ""])
    found = analyze(dataclasses.replace(LAYOUT, header=("email",)), plan, [chunk])
    assert found.after.tolist() == [0, 1, 0]


def test_of_two_duplicates_the_row_without_other_errors_is_kept() -> None:
    """Though it comes later, and in another chunk."""
    layout = dataclasses.replace(LAYOUT, header=("email", "phone"))
    first = chunk_of(["ann@kestrel-labs.com"], ["call me"])
    second = chunk_of(["Ann@kestrel-labs.com"], ["+14155552671"])
    second = dataclasses.replace(second, rows=second.rows + 1, lines=second.lines + 1)
    found = analyze(layout, plan_for("email", "phone"), [first, second])
    assert found.after.tolist() == [1, 0]
    messages = tables.concat(found.of_whole_file).frame["message"].tolist()
    assert messages == ["the same contact as row 2"]
