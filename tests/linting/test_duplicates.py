"""Duplicates of a row, duplicates of a contact, and phones that many people share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.config.catalogue import builtin
from preflight.core.errors import SourceError
from preflight.core.types import Bools, Chunk, Severity
from preflight.linting.analysis import Analysis, analyze
from preflight.linting.duplicates import duplicates
from preflight.linting.row_states import CLEAN, DROPPED, REJECTED
from preflight.rule import Scope
from tests.cells import chunk_of, plan_for
from tests.checked import fix
from tests.linting.test_analysis import later, layout
from tests.linting.test_linter import own_of

DUPLICATES = [builtin()[code] for code in ("DUP801", "DUP802", "DUP803")]


def surveyed(
    rows: Sequence[tuple[str, ...]], *fields: str, size: int = 100, **more: Any
) -> Analysis:
    """A file of these rows, in chunks of a size, under the rules about the table."""
    chunks = [
        later(chunk_of(*zip(*rows[at : at + size], strict=True)), at)
        for at in range(0, len(rows), size)
    ]
    return analyze(layout(*fields), plan_for(*fields, **({"rules": DUPLICATES} | more)), chunks)


def said(found: Analysis) -> list[tuple[int, str, str]]:
    """Row, code and message of each finding."""
    frame = found.findings.frame[["row", "code", "message"]].astype(object)
    return [tuple(one) for one in frame.to_numpy()]


CELLS = st.sampled_from(["", "a@kestrel-labs.com", "A@Kestrel-Labs.com", "b@kestrel-labs.com"])
NAMES = st.sampled_from(["", "Ann", "Bob"])


@given(st.lists(st.tuples(CELLS, NAMES), max_size=12), st.integers(1, 5))
def test_a_row_is_dropped_just_where_an_earlier_one_is_equal_in_every_cell(
    rows: list[tuple[str, str]], size: int
) -> None:
    """And what is left is a double just where its key stands in an earlier row that is left."""
    if not rows:
        return
    found = surveyed(rows, "email", "first_name", size=size)
    seen: dict[tuple[str, str], int] = {}
    keys: dict[str, int] = {}
    want = []
    for number, row in enumerate(rows, 1):
        key = row[0].lower()
        if row in seen:
            want.append((number, "DUP802", f"the same row as row {seen[row]}"))
            continue
        seen[row] = number
        if key and key in keys:
            want.append((number, "DUP801", f"the same contact as row {keys[key]}"))
        keys.setdefault(key, number)
    assert said(found) == want
    states = Counter(found.after.tolist())
    codes = Counter(code for _, code, _ in want)
    assert states[DROPPED] == codes["DUP802"]
    assert states[REJECTED] == codes["DUP801"]


def test_a_row_without_a_key_can_be_there_twice(tmp_path: Path) -> None:
    """So can all rows of a file that has no column for it."""
    found = surveyed([("x", "Leeds"), ("y", "Leeds"), ("x", "Leeds")], "company", "city", size=1)
    assert said(found) == [(3, "DUP802", "the same row as row 1")]
    assert found.after.tolist() == [CLEAN, CLEAN, DROPPED]
    fixed = fix(tmp_path, "company,city\nx,Leeds\ny,Leeds\nx,Leeds\n")
    assert (fixed.folder / "clean.csv").read_text() == "company,city\nx,Leeds\ny,Leeds\n"
    assert (fixed.books.clean, fixed.books.rejected, fixed.books.dropped) == (2, 0, 1)


def test_without_the_rule_that_drops_them_duplicates_are_still_duplicates() -> None:
    """Nothing is passed because a rule is off."""
    rows = [("ann@kestrel-labs.com",)] * 2
    found = said(surveyed(rows, "email", rules=DUPLICATES[:1]))
    assert [code for _, code, _ in found] == ["DUP801"]
    assert [code for _, code, _ in said(surveyed(rows, "email"))] == ["DUP802"]


def test_of_rows_that_are_equal_and_bad_one_is_left_to_correct() -> None:
    """The others are dropped."""
    rows = [("ann@@kestrel", "Ann")] * 3
    found = surveyed(rows, "email", "first_name", rules=None)
    assert found.after.tolist() == [REJECTED, DROPPED, DROPPED]


def test_helper_columns_do_not_make_rows_different() -> None:
    """They say where a row was, not who it is."""
    rows = [("ann@kestrel-labs.com", "1"), ("ann@kestrel-labs.com", "2")]
    found = surveyed(rows, "email", "preflight__row")
    assert [code for _, code, _ in said(found)] == ["DUP802"]


PHONE = "+14155552671"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "many"),
    [
        ([("a@x.org", "", PHONE), ("b@x.org", "", PHONE), ("c@x.org", "", PHONE)], 3),
        ([("a@x.org", "", PHONE), ("b@x.org", "", "(415) 555-2671"), ("c@x.org", "", PHONE)], 3),
        ([("a@x.org", "", PHONE), ("b@x.org", "", PHONE)], 0),
        ([("a@x.org", "", PHONE), ("a@x.org", "A", PHONE), ("b@x.org", "", PHONE)], 0),
        ([("", "Ann", PHONE), ("", "Bob", PHONE), ("", " Cleo", PHONE)], 3),
        ([("", "Ann", PHONE), ("", "ann ", PHONE), ("", "Cleo", PHONE)], 0),
        ([("", "Ann", PHONE), ("", "", PHONE), ("c@x.org", "", PHONE)], 0),
        ([("a@x.org", "", "1"), ("b@x.org", "", "1"), ("c@x.org", "", "1")], 0),
        ([("a@x.org", "", ""), ("b@x.org", "", ""), ("c@x.org", "", "")], 0),
    ],
)
def test_a_phone_is_shared_by_three_people_or_more(
    rows: list[tuple[str, str, str]], many: int
) -> None:
    """Told apart by address, else by name; however the number is written."""
    found = surveyed(rows, "email", "first_name", "phone", size=2, region="US")
    shared = [one for one in said(found) if one[1] == "DUP803"]
    message = f"phone number shared by {many} people, first in row 1"
    assert shared == [(row, "DUP803", message) for row in range(1, many + 1)]
    assert CLEAN in found.after


def test_where_the_phone_is_the_key_its_duplicates_are_contacts() -> None:
    """TextUs knows no other way to tell them apart."""
    rows = [("Ann", PHONE), ("Bob", PHONE), ("Cleo", PHONE)]
    found = surveyed(rows, "name", "phone_number", profile="textus")
    assert [code for _, code, _ in said(found)] == ["DUP801"] * 2


def test_the_file_is_read_again_only_where_contacts_repeat() -> None:
    """And then what cannot be read again is a defect, not a file without duplicates."""
    reads = 0

    class Once:
        def __init__(self, *emails: str) -> None:
            self.chunk = chunk_of(emails)

        def __iter__(self) -> Iterator[Chunk]:
            nonlocal reads
            reads += 1
            yield self.chunk

    plan = plan_for("email", rules=DUPLICATES)
    analyze(layout("email"), plan, Once("a@x.org", "b@x.org", "", ""))
    assert reads == 1
    analyze(layout("email"), plan, Once("a@x.org", "A@x.org"))
    assert reads == 3
    with pytest.raises(SourceError, match="changed while it was read"):
        analyze(layout("email"), plan, iter([chunk_of(["a@x.org", "a@x.org"])]))


def test_only_rows_whose_contacts_repeat_are_read_again() -> None:
    wanted: list[bool] = []

    class Partly:
        def __init__(self, *emails: str, again: tuple[str, ...]) -> None:
            self.chunk, self.again = chunk_of(emails), chunk_of(again)

        def __iter__(self) -> Iterator[Chunk]:
            yield self.chunk

        def only(self, rows: Bools) -> Iterator[Chunk]:
            wanted[:] = rows.tolist()
            yield self.again

    plan, emails = plan_for("email", rules=DUPLICATES), ("a@x.org", "b@x.org", "A@x.org")
    analyze(layout("email"), plan, Partly(*emails, again=emails))
    assert wanted == [True, False, True]
    for changed in (emails[:2], (*emails, "c@x.org")):
        with pytest.raises(SourceError, match="changed while it was read"):
            analyze(layout("email"), plan, Partly(*emails, again=changed))


def test_a_failing_rule_about_the_table_reports_every_row_it_was_to_judge() -> None:
    """Duplicates it did not find must not be sent."""
    rule = own_of(Scope.TABLE, lambda keys: keys.no_such_column)
    plan = plan_for("email", rules=[rule])
    keys = pd.DataFrame({"line": [2, 3], "bad": False, "high": [1, 2], "low": [1, 2]}, index=[1, 2])
    found, reported = duplicates(rule, keys, plan, plan.columns[0])
    assert found.frame["code"].tolist() == ["SCH002", "SCH002"]
    assert found.frame["column"].tolist() == [1, 1]
    assert reported["SCH002"].tolist() == [1, 2]


def test_without_a_rule_about_the_table_nothing_is_remembered() -> None:
    """Nor is a rule asked that has nothing to judge."""
    rows = [("a@x.org",), ("a@x.org",)]
    assert said(surveyed(rows, "email", rules=[builtin()["EML302"]])) == []
    never = own_of(Scope.TABLE, lambda _: 1 / 0, severity=Severity.ERROR)
    assert said(surveyed([("",)], "email", rules=[never])) == []
