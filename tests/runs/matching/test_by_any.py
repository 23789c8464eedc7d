"""A report that names rows by key, by number, or by whichever it has."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.config import profiles
from preflight.core.exchange import FailureReport, Further
from preflight.core.received import Received
from preflight.runs.matching import join
from preflight.runs.matching.match_lines import NO_NUMBER, NO_ROW
from tests.examples import examples
from tests.runs.matching.test_join import make_part

EXPERITURE = profiles.load("experiture")
NAMES = ("code", "message", "row_number", "value", "key", "cells")


def report(lines: list[tuple[int | None, str, str]]) -> FailureReport:
    """Lines of a number, a value and a key."""
    table = pd.DataFrame(
        [(f"E{n}", "", number, value, key, str(n)) for n, (number, value, key) in enumerate(lines)],
        columns=list(NAMES),
    )
    kinds = {name: "Int64" if name == "row_number" else "str" for name in NAMES}
    return FailureReport(b"", ".csv", table.astype(kinds))


def joined(folder: Path, rows: list[list[str]], found: FailureReport, by: str) -> join.Joined:
    """The report, joined to a part of these rows."""
    part = make_part(folder, rows)
    return join.join(found, part, by=by, key_field=["email"], profile=EXPERITURE)


def test_lines_with_a_key_and_lines_with_a_number_meet_in_one_report(tmp_path: Path) -> None:
    """The keys prove from where the numbers count."""
    rows = [[f"p{n}@example.org", "", ""] for n in range(1, 5)]
    found = report(
        [(1, "", "p1@example.org"), (2, "", ""), (None, "", "p4@example.org"), (None, "", "")]
    )
    told = joined(tmp_path, rows, found, "any")
    assert told.failures["row"].tolist() == [10, 20, 40]
    assert len(told.unmatched) == 1


def test_a_key_that_nobody_has_is_saved_by_its_number(tmp_path: Path) -> None:
    """A key that the provider wrote otherwise than we sent it."""
    rows = [[f"p{n}@example.org", "", ""] for n in range(1, 5)]
    found = report([(1, "", "p1@example.org"), (2, "", "p2@example.org"), (3, "", "")])
    assert joined(tmp_path, rows, found, "any").failures["row"].tolist() == [10, 20, 30]


@pytest.mark.parametrize(("named", "other"), [(2, 3), (3, 2)])
def test_of_twins_the_number_names_the_one(tmp_path: Path, named: int, other: int) -> None:
    """And the line without a number takes the one that no line has."""
    rows = [["p1@example.org", "", ""], ["t@example.org", "", ""], ["t@example.org", "", ""]]
    found = report(
        [(named, "", "t@example.org"), (None, "", "t@example.org"), (1, "", "p1@example.org")]
    )
    told = joined(tmp_path, rows, found, "any")
    assert sorted(told.failures[["code", "row", "how"]].to_numpy().tolist()) == [
        ["E0", 10 * named, "key"], ["E1", 10 * other, "one of 2"], ["E2", 10, "key"],
    ]  # fmt: skip


def test_the_keys_of_one_page_prove_the_numbers_of_another(tmp_path: Path) -> None:
    """A long report comes in pages, and each has lines without a key."""
    rows = [[f"p{n}@example.org", "", ""] for n in range(1, 7)]
    first = report([(2, "", "p1@example.org"), (3, "", "p2@example.org")])
    second = report([(5, "", "")])
    pages = dataclasses.replace(first, further=Further(Received(), [second.table]))
    told = joined(tmp_path, rows, pages, "any")
    assert told.failures["row"].tolist() == [10, 20, 40]


pairs = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=8)


@pytest.mark.slow
@settings(max_examples=examples(3))
@given(
    names=pairs,
    lines=st.lists(
        st.tuples(st.integers(0, 9), st.booleans(), st.booleans(), st.booleans()), max_size=8
    ),
)
def test_what_one_way_places_alone_both_place(
    names: list[str], lines: list[tuple[int, bool, bool, bool]]
) -> None:
    """Lines that all have keys go where `key` puts them, lines that all have numbers alone where
    `row` does; no line is about two rows but where twins cannot be told apart; none is lost.
    """
    rows = [[f"{name}@example.org", name, ""] for name in names]
    told = [
        (
            at + 1 if numbered else None,
            rows[at % len(rows)][0] if valued else "",
            rows[at % len(rows)][0] if keyed else "",
        )
        for at, numbered, valued, keyed in lines
    ]
    found = report(told)
    with tempfile.TemporaryDirectory() as folder:
        both = joined(Path(folder), rows, found, "any")
        by_key = joined(Path(folder), rows, found, "key")
        by_row = joined(Path(folder), rows, found, "row")
    if not any(number is not None for number, _, _ in told):
        pd.testing.assert_frame_equal(both.failures, by_key.failures)
    if not any(key for _, _, key in told):
        assert both.failures["row"].tolist() == by_row.failures["row"].tolist()
    sure = by_key.failures[by_key.failures["how"] == "key"]
    placed = set(zip(sure["code"], sure["row"], strict=True))
    assert placed <= set(zip(both.failures["code"], both.failures["row"], strict=True))
    rows_of_line = both.failures.groupby("code")["row"].nunique()
    assert (rows_of_line <= 1).all()
    known = set(both.failures["code"]) | set(both.unmatched["code"])
    assert not set(both.failures["code"]) & set(both.unmatched["code"])
    assert len(known) <= len(told)


def test_why_a_line_names_no_row_is_said_by_what_it_has(tmp_path: Path) -> None:
    """One with a key by the key, one without by the number."""
    rows = [[f"p{n}@example.org", "", ""] for n in range(1, 5)]
    found = report(
        [(1, "", "p1@example.org"), (2, "", "p2@example.org"), (None, "", "x@example.org"),
         (99, "", ""), (None, "", "")]
    )  # fmt: skip
    told = joined(tmp_path, rows, found, "any").unmatched
    assert told["why"].tolist() == [NO_ROW, NO_ROW, NO_NUMBER]


def test_of_equal_rows_the_first_one_is_taken_first(tmp_path: Path) -> None:
    """Whatever lines of other rows stand before."""
    rows = [["a@example.org", "", ""]]
    rows += [[f"{name}@example.org", "", ""] for name in "bbbccc"]
    found = report([(None, "", f"{name}@example.org") for name in "abc"])
    assert joined(tmp_path, rows, found, "key").failures["row"].tolist() == [10, 20, 50]
