"""Triage is speed alone: it never changes what the rules say."""

from __future__ import annotations

import dataclasses
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.config.plan import Plan
from preflight.kinds.registry import ALL_KINDS, KINDS
from preflight.linting.linter import Linter, chunk_findings
from preflight.linting.pandera_checks import ColumnChecks
from preflight.rule import Scope
from tests.cells import CELLS, FIELDS, cells, chunk_of, plan_for
from tests.examples import examples

every_kind = pytest.mark.parametrize("kind", sorted(ALL_KINDS))


class Untriaged(Linter):
    """A linter that shows every cell to the rules."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        for checks in self._columns:
            checks.kind = dataclasses.replace(
                checks.kind,
                plain=lambda values: pa.chunked_array([[False] * len(values)], pa.bool_()),
            )


def said(linter: Linter, *columns: list[str]) -> list[tuple[object, ...]]:
    """All findings about some columns."""
    frame = chunk_findings(linter.lint(chunk_of(*columns))).ordered().frame
    return [tuple(row) for row in frame.astype(object).to_numpy()]


@given(st.data())
@settings(max_examples=examples(2))
def test_triage_and_rules_say_what_the_rules_alone_say(data: st.DataObject) -> None:
    """Whatever stands in a cell; with a time zone, a region and required columns too."""
    kind = data.draw(st.sampled_from(sorted(ALL_KINDS)))
    values = data.draw(st.lists(cells(kind), min_size=1, max_size=12))
    plan = plan_for(
        FIELDS[kind],
        required=data.draw(st.booleans()),
        region=data.draw(st.sampled_from([None, "US", "DE"])),
        timezone=data.draw(st.sampled_from([None, ZoneInfo("Europe/Berlin")])),
    )
    assert said(Linter(plan), values) == said(Untriaged(plan), values)


@pytest.mark.slow
@every_kind
def test_triage_changes_nothing_about_the_known_odd_cells(kind: str) -> None:
    """The same, for the cells that were written down."""
    plan = plan_for(FIELDS[kind], region="US")
    values = [
        *CELLS[kind],
        *(cell * 2 for cell in CELLS[kind]),
        *(f"{cell}\n" for cell in CELLS[kind]),
    ]
    assert said(Linter(plan), values) == said(Untriaged(plan), values)


@every_kind
def test_a_triage_passes_the_ordinary(kind: str) -> None:
    """A triage that passes nothing would be sound, and worth nothing."""
    ordinary = {
        "email": "ann.bell@kestrel-labs.com",
        "phone": "+14155552671",
        "timestamp": "2026-04-21T15:30:00+02:00",
        "name": "José O'Brien-Müller",
        "country": "United States",
        "text": "Kestrel Labs & Co., Köln (2nd floor)",
    }
    column = pa.chunked_array([[ordinary[kind]] * 40])
    assert KINDS[kind].plain(column).to_pylist() == [True] * 40


@every_kind
def test_a_triage_passes_no_blank(kind: str) -> None:
    """Whether a blank is fine depends on the column."""
    assert KINDS[kind].plain(pa.chunked_array([["", " ", "\n"]])).to_pylist() == [False] * 3


def test_the_same_cell_is_judged_once_for_each_region() -> None:
    """A number without its country code means nothing without one."""
    phones, countries = ["020 7946 0018"] * 3, ["GB", "US", ""]
    found = said(Linter(plan_for("phone", "country")), phones, countries)
    assert [(code, row) for code, row, *_ in found] == [("PHN404", 1), ("PHN403", 2), ("PHN405", 3)]


def test_every_kind_has_a_rule() -> None:
    """A kind without one would be checked for nothing."""
    for kind in ALL_KINDS:
        plan = plan_for(FIELDS[kind])
        assert ColumnChecks(plan.columns[0], plan).rules


def test_a_triage_looks_at_each_piece_of_a_column() -> None:
    """A column of several pieces is one column."""
    values = pa.chunked_array([["Ann"], [], [" Bob"]], pa.string())
    assert pc.sum(KINDS["text"].plain(values)).as_py() == 1
    assert plan_for("company").scoped(Scope.CELL)


@pytest.mark.slow
@every_kind
def test_a_triage_says_the_same_of_a_cell_whatever_stands_beside_it(kind: str) -> None:
    """Where all cells are ASCII, a smaller pattern may do; it must mean the same."""
    signs = [chr(code) for code in range(128)]
    values = [
        "",
        *CELLS[kind],
        *signs,
        *(f"a{sign}" for sign in signs),
        *(f"{sign}a" for sign in signs),
    ]
    values += [f"a {sign}a" for sign in signs]
    alone = [KINDS[kind].plain(pa.chunked_array([[value]])).to_pylist()[0] for value in values]
    beside = KINDS[kind].plain(pa.chunked_array([[*values, "Zoë"]])).to_pylist()
    assert alone == beside[:-1]
