"""The two passes: what is found, what is fixed, and where each row ends."""

from __future__ import annotations

import dataclasses

import pytest

from preflight.config.plan import Plan
from preflight.core.types import Chunk, Flaw, Layout, Safety, Severity, Source
from preflight.linting.analysis import analyze
from preflight.linting.apply_fixes import apply_fixes
from preflight.linting.row_states import CLEAN, DROPPED, REJECTED
from preflight.rule import Problem, Rule, Scope
from tests.cells import chunk_of, plan_for
from tests.linting.test_linter import own_of, with_aside


def layout(*header: str) -> Layout:
    """Of a sound file."""
    return Layout(Source("a.csv", None, "", 0), "table", None, header=header)  # type: ignore[arg-type]


def later(chunk: Chunk, by: int) -> Chunk:
    """The chunk further down in a file."""
    malformed = chunk.malformed.assign(
        row=chunk.malformed["row"] + by, line=chunk.malformed["line"] + by
    )
    return dataclasses.replace(
        chunk, rows=chunk.rows + by, lines=chunk.lines + by, malformed=malformed
    )


def test_every_row_is_in_one_state_before_and_after_fixing() -> None:
    """Fixing makes clean what was bad for a padded address alone."""
    chunk = with_aside(
        chunk_of(["ann@kestrel-labs.com", " bob@kestrel-labs.com", "c@@d"], ["Ann", "Bob", "Cleo"]),
        Flaw.SHORT,
        Flaw.BLANK,
    )
    found = analyze(layout("email", "first_name"), plan_for("email", "first_name"), [chunk])
    assert found.rows == 5
    assert found.before.tolist() == [CLEAN, REJECTED, REJECTED, REJECTED, DROPPED]
    assert found.after.tolist() == [CLEAN, CLEAN, REJECTED, REJECTED, DROPPED]
    assert found.fixed == {"EML303": 1}
    assert not found.header_wrong
    assert found.refused == ()


def test_the_second_pass_hands_out_fixed_rows_with_each_change_and_what_remains() -> None:
    """Changes are those of clean rows; a rejected row is handed out as it was read."""
    cells = ["mailto:ann@KESTREL-labs.com ", "fine@kestrel-labs.com", " c@@d"]
    first = chunk_of(cells, ["(415) 555-2671", "", "x"])
    second = later(chunk_of([" last@kestrel-labs.com"], [""]), 3)
    plan = plan_for("E-mail", "phone", region="US")
    found = analyze(layout("E-mail", "phone"), plan, [first, second])
    one, two = apply_fixes(found, [first, second])
    assert one.keep.tolist() == [True, True, False]
    assert one.rejected.tolist() == [False, False, True]
    assert one.chunk.table["0"].to_pylist()[:2] == ["ann@kestrel-labs.com", "fine@kestrel-labs.com"]
    assert one.original.table["0"].to_pylist() == cells
    changes = one.changes[["row", "line", "column_name", "code", "old", "new"]]
    assert [tuple(change) for change in changes.astype(object).to_numpy()] == [
        (1, 2, "E-mail", "EML303", cells[0], "mailto:ann@KESTREL-labs.com"),
        (1, 2, "E-mail", "EML304", "mailto:ann@KESTREL-labs.com", "ann@KESTREL-labs.com"),
        (1, 2, "E-mail", "EML309", "ann@KESTREL-labs.com", "ann@kestrel-labs.com"),
        (1, 2, "phone", "PHN404", "(415) 555-2671", "+14155552671"),
    ]
    assert set(one.findings.frame["row"]) == {3}
    assert two.changes["row"].tolist() == [4]
    assert len(two.findings) == 0


def test_malformed_records_are_handed_out_as_rejected_unless_they_are_dropped() -> None:
    """Each in its chunk."""
    chunk = with_aside(chunk_of(["ann@kestrel-labs.com"]), Flaw.LONG, Flaw.BLANK)
    found = analyze(layout("email"), plan_for("email"), [chunk])
    (one,) = apply_fixes(found, [chunk])
    assert one.rejected_malformed.tolist() == [True, False]
    assert len(one.changes) == 0


def test_duplicates_are_found_across_chunks_and_said_with_their_chunk() -> None:
    """The second is recognised by the first's row."""
    first, second = chunk_of(["ann@kestrel-labs.com"]), later(chunk_of(["ANN@kestrel-labs.com"]), 1)
    found = analyze(layout("email"), plan_for("email"), [first, second])
    assert found.after.tolist() == [CLEAN, REJECTED]
    one, two = apply_fixes(found, [first, second])
    assert len(one.findings) == 0
    assert "DUP801" in two.findings.frame["code"].tolist()


@pytest.mark.parametrize(
    ("severity", "drops", "state"),
    [
        (Severity.ERROR, False, REJECTED),
        (Severity.ERROR, True, DROPPED),
        (Severity.WARNING, False, CLEAN),
    ],
)
def test_a_rule_about_the_table_rejects_drops_or_warns(
    severity: Severity, drops: bool, state: int
) -> None:
    """As it says."""
    rule = own_of(Scope.TABLE, lambda keys: keys["line"] < 3, severity=severity, drops=drops)
    chunk = chunk_of(["ann@kestrel-labs.com", "ann@kestrel-labs.com"])
    found = analyze(layout("email"), plan_for("email", rules=[rule]), [chunk])
    assert found.after.tolist() == [CLEAN, state]


def test_rows_without_a_key_are_no_duplicates_of_a_contact() -> None:
    """Nor is a file without a key column full of them."""
    for fields in (("email", "first_name"), ("company", "first_name")):
        chunk = chunk_of(["", ""] if fields[0] == "email" else ["a", "a"], ["Ann", "Bob"])
        assert analyze(layout(*fields), plan_for(*fields), [chunk]).after.tolist() == [CLEAN] * 2


def of_header(problem: Problem) -> tuple[Plan, Rule]:
    """A plan with a rule that has something to say about every header."""
    rule = own_of(Scope.HEADER, lambda _: [problem], severity=Severity.ERROR)
    return plan_for("company", rules=[rule]), rule


def test_a_wrong_header_rejects_every_row_and_holds_findings_back() -> None:
    """Unless writing the file anew fixes it."""
    for safety, wrong in ((None, True), (Safety.UNSAFE, True), (Safety.SAFE, False)):
        plan, _ = of_header(Problem(safety=safety))
        found = analyze(layout("company"), plan, [chunk_of(["a"])])
        assert found.header_wrong is wrong
        assert bool(found.refused) is wrong
        assert found.after.tolist() == [REJECTED if wrong else CLEAN]


def test_a_file_of_no_chunks_has_no_rows() -> None:
    """And one finding says so."""
    found = analyze(layout("email"), plan_for("email"), [])
    assert found.rows == 0
    assert [rule.code for rule, _ in found.problems] == ["FIL009"]
    assert len(found.findings) == 0


def test_progress_is_told_after_each_chunk() -> None:
    """In records."""
    seen: list[int] = []
    chunks = [chunk_of(["a", "b"]), later(with_aside(chunk_of(["c"]), Flaw.SHORT), 2)]
    analyze(layout("company"), plan_for("company"), chunks, progress=seen.append)
    assert seen == [2, 2]
