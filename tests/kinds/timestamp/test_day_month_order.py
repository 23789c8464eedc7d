"""What a column's own cells prove about the order of day and month."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pandera.errors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.core.types import Hints
from preflight.kinds.timestamp.day_month_order import BOTH, DayMonthOrders, customary
from preflight.kinds.timestamp.judge import judge
from preflight.kinds.timestamp.parser import DAY_FIRST, MONTH_FIRST
from preflight.linting import contact_schema
from preflight.linting.analysis import analyze
from preflight.pipeline import check_fix_split
from preflight.report.reported import Display
from tests import checked
from tests.cells import chunk_of, plan_for
from tests.examples import examples
from tests.linting.test_analysis import later, layout

DAY, MONTH, OPEN = "21/04/2026 15:30", "04/21/2026 15:30", "03/04/2026 15:30"


def settled(*values: str) -> str:
    """What the cells of one column prove; "" where nothing is to be settled, or nothing proven."""
    orders = DayMonthOrders()
    for value in values:
        orders.add(0, judge(pd.Series([value], dtype="str"), Hints()))
    return orders.settled().get(0, "")


@pytest.mark.parametrize(
    ("values", "order"),
    [
        ([OPEN, DAY], DAY_FIRST),
        ([OPEN, MONTH], MONTH_FIRST),
        ([OPEN, "21.04.26, 15:30"], DAY_FIRST),
        ([OPEN, "04/21/2026"], MONTH_FIRST),
        ([OPEN, DAY, MONTH], BOTH),
        ([DAY, MONTH], ""),
        ([OPEN], ""),
        ([OPEN, "04/04/2026 15:30"], ""),
        ([OPEN, "31/04/2026 15:30"], ""),
        ([OPEN, "21/21/2026 15:30"], ""),
        ([OPEN, "2026-04-21T15:30:00Z", "21 April 2026 15:30", "n/a"], ""),
    ],
)
def test_a_column_is_settled_by_dates_that_leave_one_reading(values: list[str], order: str) -> None:
    """Days that do not exist, and forms that settle themselves, prove nothing about the others."""
    assert settled(*values) == order
    assert settled(*reversed(values)) == order


def test_cells_without_a_judgement_of_order_show_nothing() -> None:
    """Other kinds have none."""
    orders = DayMonthOrders()
    orders.add(0, pd.DataFrame({"value": ["a"]}))
    assert orders.settled() == {}


@pytest.mark.slow
@settings(max_examples=examples(1 / 2))
@given(
    st.lists(st.sampled_from([DAY, MONTH, OPEN, "x"]), min_size=1, max_size=9), st.integers(1, 9)
)
def test_the_same_is_proven_however_the_column_is_cut(values: list[str], size: int) -> None:
    """Chunk by chunk, or all at once."""
    whole, plan, start = chunk_of(values), plan_for("created_at"), 0
    pieces = []
    while start < len(values):
        pieces.append(later(chunk_of(values[start : start + size]), start))
        start += size
    expected = analyze(layout("created_at"), plan, [whole]).plan.orders
    assert analyze(layout("created_at"), plan, pieces).plan.orders == expected


@pytest.mark.slow
def test_the_last_row_settles_the_first_in_what_is_found_and_what_is_written(
    tmp_path: Path,
) -> None:
    """Whatever else is wrong with the row that does."""
    text = f"email,created_at\nann@kestrel-labs.com,{OPEN}\nb@@kestrel-labs.com,{DAY}\n"
    found = checked.check(tmp_path, text, timezone="UTC")
    assert found.analysis.plan.orders == {1: DAY_FIRST}
    assert found.analysis.findings.counts() == {"EML302": 1, "TIM502": 2}
    checked.fix(tmp_path, text, timezone="UTC")
    rows = checked.read(tmp_path / "out" / "clean.csv")
    assert [row["created_at"] for row in rows] == ["2026-04-03T15:30:00Z"]
    display = Display(show_values=True, token=str)
    again = checked.rendered("json", checked.listed(found), display=display)
    assert "2026-04-03T15:30:00Z" in again


def test_a_column_with_both_orders_is_settled_by_neither_and_says_so(tmp_path: Path) -> None:
    """And a file without such a date is read once."""
    rows = "".join(f"ann{at}@kestrel-labs.com,{one}\n" for at, one in enumerate((OPEN, DAY, MONTH)))
    found = checked.check(tmp_path, f"email,created_at\n{rows}")
    assert found.analysis.plan.orders == {1: BOTH}
    messages = found.analysis.findings.frame["message"].tolist()
    assert "day and month are ambiguous: the column uses both orders" in messages


def test_a_file_is_read_again_only_where_that_settles_something(tmp_path: Path) -> None:
    """A clean file pays nothing."""
    stages: list[str] = []

    def told(stage: str, done: int, total: int | None) -> None:
        stages.append(stage)

    for values, wanted in (([OPEN], {"reading"}), ([OPEN, DAY], {"reading", "reading again"})):
        stages.clear()
        path = checked.written(tmp_path, "created_at\n" + "\n".join(values) + "\n")
        check_fix_split.check(path, work=checked.work(tmp_path), progress=told)
        assert set(stages) == wanted


@pytest.mark.slow
def test_the_public_schema_settles_a_column_as_a_file_is_settled() -> None:
    """It sees a whole column too."""
    frame = pd.DataFrame({"created_at": [OPEN, OPEN]})
    schema = contact_schema.schema(select=["TIM503"])
    with pytest.raises(pandera.errors.SchemaErrors):
        schema.validate(frame, lazy=True)
    schema.validate(pd.DataFrame({"created_at": [OPEN, DAY]}), lazy=True)


@pytest.mark.parametrize(
    ("region", "order"),
    [
        ("US", MONTH_FIRST), ("PH", MONTH_FIRST), ("DE", DAY_FIRST), ("GB", DAY_FIRST),
        ("AU", DAY_FIRST), ("JP", ""), ("SE", ""), ("", ""), ("XX", ""), ("!", ""),
    ],
)  # fmt: skip
def test_a_guess_is_made_as_the_region_writes_dates(region: str, order: str) -> None:
    """By CLDR; not where the year stands first, which says nothing of the rest."""
    assert customary(region) == order
