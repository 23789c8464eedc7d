"""Rules about whole rows: the rows that they see, and what happens to the rows they report."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.config.catalogue import _validate
from preflight.config.settings import Settings
from preflight.core.errors import RuleError
from preflight.core.types import Chunk, Flaw, Safety, Severity
from preflight.linting.analysis import analyze
from preflight.linting.apply_fixes import apply_fixes
from preflight.linting.checked import Checked
from preflight.linting.look_ahead import HELD, followed
from preflight.linting.row_rules import RowRules, filled
from preflight.linting.row_states import CLEAN, DROPPED, REJECTED
from preflight.pipeline import check_fix_split
from preflight.rule import RowContext, Rule, Scope
from tests.cells import chunk_of, plan_for
from tests.linting.test_analysis import later, layout
from tests.linting.test_linter import with_aside

HEADER = """\
from __future__ import annotations
import pandas as pd
from preflight.rule import RowContext, Rule, Safety, Scope, Severity
"""
TOTAL = (
    HEADER
    + """
def check(rows: pd.DataFrame, context: RowContext) -> pd.Series:
    return context.left > 0

RULE = Rule(
    code="OWN001", name="row-last", scope=Scope.ROW, severity=Severity.WARNING,
    message="a total", check=check, among="(?i)^total", tail=2, ragged=True,
    safety=Safety.UNSAFE, drops=True,
)
"""
)


def own(check: Any = None, **more: Any) -> Rule:
    """A rule about rows that reports all its suspects."""
    said = {
        "code": "OWN001",
        "name": "odd",
        "scope": Scope.ROW,
        "severity": Severity.WARNING,
        "message": "odd",
        "among": "",
    }
    return Rule(check=check or (lambda rows: rows[0] == "\0"), **(said | more))


def judged(rule: Rule, *chunks: Chunk, unsafe: bool = False) -> list[Any]:
    """What the rule says of chunks of two columns, email and company."""
    plan = plan_for("email", "company", rules=[rule], unsafe=unsafe)
    rules = RowRules(plan, layout("email", "company"))
    return [rules.judge(chunk, behind) for chunk, behind in followed(chunks, filled, rules.tail)]


def found_rows(rule: Rule, *chunks: Chunk) -> list[int]:
    """The rows it reports."""
    return [
        row for one in judged(rule, *chunks) for row in one.findings.ordered().frame["row"].tolist()
    ]


@given(st.lists(st.integers(0, 4), max_size=8), st.integers(0, 9))
def test_each_chunk_comes_with_how_many_records_follow_it(counts: list[int], most: int) -> None:
    """No more than `most` of them are counted, and blank ones are not."""
    chunks = [
        with_aside(chunk_of(["x"] * count), Flaw.BLANK, *([Flaw.SHORT] * (count % 2)))
        for count in counts
    ]
    full = [count + count % 2 for count in counts]
    for again in (None, lambda: chunks):
        got = list(followed(iter(chunks), filled, most, again=again))
        assert [chunk for chunk, _ in got] == chunks
        assert [min(behind, most) for _, behind in got] == [
            min(sum(full[at + 1 :]), most) for at in range(len(full))
        ]


def test_no_more_chunks_are_read_ahead_than_a_tail_needs() -> None:
    """A file of millions of rows is not kept for the sake of its last ones."""
    read: list[int] = []

    def chunks() -> Any:
        for number in range(9):
            read.append(number)
            yield chunk_of(["x", "y"])

    ahead = followed(chunks(), filled, 3)
    next(ahead)
    assert read == [0, 1, 2]
    read.clear()
    next(followed(chunks(), filled, 0))
    assert read == [0]


def test_few_blank_chunks_are_held_where_they_can_be_read_anew() -> None:
    """A file of millions of blank lines is not held to know whether its last rows come behind."""
    given: list[int] = []

    def chunks() -> Any:
        for number in range(50):
            given.append(number)
            yield chunk_of(["x"] if number in (0, 49) else [])

    ahead = followed(
        chunks(),
        filled,
        1,
        again=lambda: (chunk_of(["x"] if n in (0, 49) else []) for n in range(50)),
    )
    assert next(ahead)[1] == 1
    assert given == list(range(HELD))
    assert [behind for _, behind in ahead] == [1] * 48 + [0]
    assert given == list(range(50))


def test_suspects_are_told_by_the_first_cell_that_is_not_blank() -> None:
    """A total often stands under the second column."""
    chunk = chunk_of(["Total", "", " ", "x", ""], ["", "total: 4", "TOTAL", "total", ""])
    assert found_rows(own(among="(?i)^total"), chunk) == [1, 2, 3]


def test_suspects_may_be_told_by_a_pattern_for_each_of_some_columns() -> None:
    """Made of what the header says; a row is one by any of them."""

    def among(context: RowContext) -> dict[int, str]:
        assert context.header == ("email", "company")
        assert [column.name for column in context.columns] == ["email", "company"]
        assert context.left is None
        return {context.held["email"]: "^a$", 1: "^b$"}

    chunk = chunk_of(["a", "b", "x"], ["x", "b", "a"])
    assert found_rows(own(among=among), chunk) == [1, 2]


def test_a_rule_that_looks_for_nothing_here_is_not_asked() -> None:
    """Nor is one whose suspects are not there."""

    def never(rows: pd.DataFrame) -> Any:
        raise AssertionError

    chunk = chunk_of(["a"], ["b"])
    assert found_rows(own(never, among=lambda _: None), chunk) == []
    assert found_rows(own(never, among="^z"), chunk) == []
    assert found_rows(own(lambda rows: rows[0] == "a"), chunk) == []


def test_the_frame_holds_text_a_column_a_position_and_the_finding_its_column() -> None:
    """And the reason is asked for the reported rows alone."""
    chunk = chunk_of(["a", "b", "c"], ["1", "2", "3"])

    def check(rows: pd.DataFrame, context: RowContext) -> pd.Series[bool]:
        assert rows.columns.equals(pd.Index([0, 1]))
        assert rows.index.tolist() == [0, 1, 2]
        assert rows[1].tolist() == ["1", "2", "3"]
        assert context.left is None
        assert context.fields is None
        return rows[0] == "b"

    rule = own(
        check,
        reason=lambda rows: "like " + rows[1],
        place=lambda rows, context: pd.Series([0, context.held["company"]], rows.index),
    )
    (one,) = judged(rule, chunk)
    frame = one.findings.ordered().frame
    assert frame[["row", "line", "column", "message"]].to_numpy().tolist() == [
        [1, 2, 1, "like 1"],
        [3, 4, 2, "like 3"],
    ]


def test_a_tail_reaches_over_chunks_and_counts_what_holds_anything() -> None:
    """Spreadsheets leave blank rows below a total."""
    seen: list[tuple[int, int]] = []

    def check(rows: pd.DataFrame, context: RowContext) -> pd.Series[bool]:
        assert context.left is not None
        assert context.fields is not None
        seen.extend(zip(context.left.tolist(), context.fields.tolist(), strict=True))
        return rows[0] != "x"

    one = with_aside(chunk_of(["x", "x"], ["", ""]), Flaw.BLANK, Flaw.SHORT)
    two = later(with_aside(chunk_of(["x"], [""]), Flaw.BLANK, Flaw.BLANK), 4)
    assert found_rows(own(check, tail=2), one, two) == [5]
    assert seen == [(0, 2)]
    seen.clear()
    ragged = one.malformed.assign(raw=["", "x"], fields=[2, 1])
    one = dataclasses.replace(one, malformed=ragged)
    assert found_rows(own(check, tail=3, ragged=True), one, two) == [2, 4, 5]
    assert seen == [(2, 2), (1, 1), (0, 2)]


def test_ragged_records_are_read_as_far_as_they_go() -> None:
    """What is beyond the header is not shown, and what lacks is blank."""
    chunk = with_aside(chunk_of(["x"], ["y"]), Flaw.SHORT, Flaw.LONG, Flaw.UNCLOSED)
    raws = ["Total", '"Total, all",2,3', '"Total']
    chunk = dataclasses.replace(chunk, malformed=chunk.malformed.assign(raw=raws, fields=[1, 3, 1]))
    got: list[Any] = []

    def check(rows: pd.DataFrame) -> Any:
        got.extend(rows.to_numpy().tolist())
        return rows[0] == ""

    rule = own(check, among="^Total", tail=9, ragged=True)
    assert found_rows(rule, chunk) == [2, 3]
    assert got == [["Total", ""], ["Total, all", "2"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("severity", "drops", "safety", "unsafe", "state"),
    [
        (Severity.ERROR, False, None, False, REJECTED),
        (Severity.WARNING, False, None, False, CLEAN),
        (Severity.ERROR, True, Safety.SAFE, False, DROPPED),
        (Severity.WARNING, True, Safety.SAFE, False, DROPPED),
        (Severity.WARNING, True, Safety.UNSAFE, False, CLEAN),
        (Severity.ERROR, True, Safety.UNSAFE, False, REJECTED),
        (Severity.ERROR, True, Safety.UNSAFE, True, DROPPED),
    ],
)
def test_a_row_is_dropped_rejected_or_warned_about(
    severity: Severity, drops: bool, safety: Safety | None, unsafe: bool, state: int
) -> None:
    """As the rule says, and both passes put it into the same place."""
    rule = own(severity=severity, drops=drops, safety=safety, among="^a")
    chunk = chunk_of(["a", "b"], ["x", "y"])
    plan = plan_for("email", "company", rules=[rule], unsafe=unsafe)
    found = analyze(layout("email", "company"), plan, [chunk])
    assert found.before.tolist() == [state, CLEAN]
    assert found.after.tolist() == [state, CLEAN]
    assert found.findings.frame["row"].tolist() == [1]
    (one,) = apply_fixes(found, [chunk])
    assert one.keep.sum() == (found.after == CLEAN).sum()
    assert one.rejected.tolist() == [state == REJECTED, False]
    assert one.findings.frame["row"].tolist() == ([] if state == DROPPED else [1])


def test_a_dropped_row_is_seen_by_no_other_rule() -> None:
    """One fault, one finding; and it is nobody's double."""
    header = own(severity=Severity.ERROR, drops=True, safety=Safety.SAFE, among="^zzz$")
    chunk = chunk_of(["zzz", "a@kestrel-labs.com", "zzz"], ["y", "x", "y"])
    plan = plan_for("email", "company")
    plan = dataclasses.replace(plan, rules={**plan.rules, "OWN001": header})
    found = analyze(layout("email", "company"), plan, [chunk])
    assert found.findings.counts() == {"OWN001": 2}
    assert found.after.tolist() == [DROPPED, CLEAN, DROPPED]


@pytest.mark.parametrize(
    ("more", "reported", "said"),
    [
        ({"check": lambda rows: rows["email"]}, [1], "OWN001: KeyError"),
        ({"check": lambda _: True}, [1], "OWN001: its check gave no boolean mask"),
        ({"reason": lambda _: 7}, [1], "OWN001: its reasons are not a series of the same index"),
        ({"place": lambda rows: rows[0]}, [1], "OWN001: "),
    ],
)
def test_a_rule_that_fails_leaves_its_rows_unknown(
    more: dict[str, Any], reported: list[int], said: str
) -> None:
    """Not passed, not dropped."""
    rule = own(among="^a", drops=True, safety=Safety.SAFE, **more)
    (one,) = judged(rule, chunk_of(["a", "b"], ["x", "y"]))
    frame = one.findings.frame
    assert frame["code"].tolist() == ["SCH002"] * len(reported)
    assert frame["row"].tolist() == reported
    assert said in frame["message"].iloc[0]
    assert one.rejected.tolist() == reported
    assert one.dropped.tolist() == []


@pytest.mark.parametrize("among", ["(", lambda _: {0: "(?=a)"}, lambda _: 7])
def test_suspects_that_are_no_pattern_stop_before_a_row_is_read(among: Any) -> None:
    """Looking at no row would pass them all."""
    with pytest.raises(RuleError, match="rule OWN001: its `among` is not an RE2 pattern"):
        judged(own(among=among), chunk_of(["a"], ["b"]))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (own(among=None), "a ROW rule has `among`"),
        (own(scope=Scope.TABLE), "and no other rule does"),
        (own(scope=Scope.TABLE, among=None, tail=3), "only a ROW rule has a tail"),
        (own(ragged=True), "only a rule with a tail"),
        (own(raws="a", tail=3), "a rule with a tail has no `raws`"),
        (own(raws="("), "raws is not an RE2 pattern"),
        (own(scope=Scope.TABLE, among=None, sole=True), "only a ROW rule has `raws`"),
    ],
)
def test_a_rule_that_cannot_mean_what_it_says_is_refused(rule: Rule, said: str) -> None:
    """When it is loaded."""
    with pytest.raises(RuleError, match=said):
        _validate(rule, "own.py")


def checked(folder: Path, text: str, rules: str, **settings: Any) -> Checked:
    """The file with this text, linted with a further rule."""
    (folder / "own.py").write_text(rules)
    path = folder / "a.csv"
    path.write_text(text)
    return check_fix_split.check(
        path,
        Settings(ignore=OURS, **settings),
        work=folder,
        rules_from=(folder / "own.py",),
        chunk_bytes=16,
    )


# What would have something to say of the same rows.
OURS = ("STR107", "STR110", "STR122")
FOOTER = "email,company\nann@kestrel-labs.com,Kestrel\nbob@kestrel-labs.com,Total\nTotal: 2\n,\n"


def test_a_footer_of_too_few_fields_is_dropped_on_request(tmp_path: Path) -> None:
    """Until then it is a malformed record like any other, and the books balance either way."""
    found = checked(tmp_path, FOOTER, TOTAL).analysis
    assert found.findings.counts() == {"OWN001": 1, "STR101": 1, "STR104": 1}
    assert found.after.tolist() == [CLEAN, CLEAN, REJECTED, DROPPED]
    found = checked(tmp_path, FOOTER, TOTAL, unsafe_fixes=True).analysis
    assert found.findings.counts() == {"OWN001": 1, "STR104": 1}
    assert found.after.tolist() == [CLEAN, CLEAN, DROPPED, DROPPED]
    fixed = check_fix_split.fix(
        tmp_path / "a.csv",
        Settings(unsafe_fixes=True, ignore=OURS),
        work=tmp_path,
        rules_from=(tmp_path / "own.py",),
        folder=tmp_path / "out",
    )
    assert (fixed.books.clean, fixed.books.rejected, fixed.books.dropped) == (2, 0, 2)
    assert (tmp_path / "out" / "clean.csv").read_text().count("\n") == 3


def test_the_cell_of_a_finding_about_a_ragged_record_is_nowhere(tmp_path: Path) -> None:
    """It stands under no column of the table."""
    placed = TOTAL.replace("drops=True", "place=lambda rows: rows[0].str.len() * 0")
    seen = checked(tmp_path, FOOTER, placed)
    analysis = seen.analysis
    cells, _ = check_fix_split.cells(seen, analysis.findings.whole())
    named = dict(zip(analysis.findings.frame["code"], cells, strict=True))
    assert named["OWN001"] is None
    assert all(cell is None for cell in cells)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("header", "dropped"),
    [("4,17,2026", 0), ("Halle,Stand,Uhr", 0), ("email,Stand,Uhr", 2), ("Stand,Uhr,email", 2)],
)
def test_a_first_row_that_may_be_data_drops_no_row_that_equals_it(
    tmp_path: Path, header: str, dropped: int
) -> None:
    """Of a table of numbers without a header, 4,269 of 4,271 rows once went as repeated headers."""
    content = "\n".join([header, *[header, "a@kestrel-labs.com,b@kestrel-labs.com,c"] * 2]) + "\n"
    path = tmp_path / "a.csv"
    path.write_text(content)
    found = check_fix_split.check(path, Settings(), work=tmp_path)
    assert found.analysis.findings.counts().get("STR107", 0) == dropped
