"""Where rows stand after all rounds of corrections."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.books import Books
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.lineage import TAKEN, books, rounds, row_of, settled_rounds, standings
from preflight.runs.row_outcomes import TEXTS, RowOutcome, keep
from tests.runs.delivery.scripted import make_run

REFUSED = (RowOutcome.REJECTED_HERE, RowOutcome.REJECTED_THERE)


def run(name: str, rows: int) -> Run:
    """A run that has ended."""
    return Run(
        name, "dotdigital", RunState.FINISHED, 0.0, 0.0, "a.csv", "f" * 64, rows, Path("out"), {},
        {}, Books(rows, rows, 0, 0),
    )  # fmt: skip


def table(rows: dict[str, tuple[RowOutcome, str]]) -> pd.DataFrame:
    """The verdicts of a run: name → place and local codes."""
    numbers = np.arange(1, len(rows) + 1, dtype=np.int64)
    made = pd.DataFrame({"row": numbers, "line": numbers, "part": numbers})
    made = made.assign(**dict.fromkeys(TEXTS, ""))
    made["origin"], made["place"] = list(rows), [str(place) for place, _ in rows.values()]
    made["codes"] = [codes for _, codes in rows.values()]
    return made.astype(dict.fromkeys(TEXTS, "str"))


def after(*rounds: dict[str, tuple[RowOutcome, str]]) -> pd.DataFrame:
    """Where rows stand after these rounds."""
    return standings([(run(f"r{age}", len(one)), table(one)) for age, one in enumerate(rounds, 1)])


def test_a_row_that_was_accepted_stays_so() -> None:
    stand = after(
        {"f:1": (RowOutcome.REJECTED_THERE, "")},
        {"f:1": (RowOutcome.ACCEPTED, "")},
        {"f:1": (RowOutcome.REJECTED_THERE, "")},
        {"f:1": (RowOutcome.DROPPED, "DUP804")},
    )
    assert (stand.at["f:1", "place"], stand.at["f:1", "run"]) == ("accepted", "r2")


def test_of_takings_the_first_counts() -> None:
    """A later one is of a copy."""
    taken = {"f:1": (RowOutcome.ACCEPTED, "")}
    assert after(taken, taken, {"f:1": (RowOutcome.SUBMITTED, "")}).at["f:1", "run"] == "r1"


def test_rows_that_nobody_can_correct_are_not_open() -> None:
    """Those that the provider suppresses."""
    places = [RowOutcome.REJECTED_THERE, RowOutcome.REJECTED_THERE, RowOutcome.REJECTED_HERE]
    stand = after({f"f:{n}": (place, "") for n, place in enumerate(places, 1)})
    stand["reason"] = ["suppressed", "suppressed", "suppressed"]
    told = books(run("r1", 3), stand)
    assert (told.suppressed, told.open) == (2, 1)


def test_a_run_that_was_corrected_has_rounds_and_one_alone_has_none(tmp_path: Path) -> None:
    with Ledger(tmp_path / "state") as ledger:
        first = make_run(ledger, [])
        keep(ledger.folder, first, table({"f:1": (RowOutcome.REJECTED_THERE, "")}))
        assert rounds(ledger, ledger.run(first)) == ()
        second = make_run(ledger, [], parent=first)
        keep(ledger.folder, second, table({"f:1": (RowOutcome.ACCEPTED, "")}))
        told = rounds(ledger, ledger.run(first))
    assert [(one.run, dict(one.places)) for one in told] == [
        (first, {"rejected_there": 1}), (second, {"accepted": 1}),
    ]  # fmt: skip


def test_where_the_first_run_is_not_settled_the_others_say_nothing(tmp_path: Path) -> None:
    """Of the rows of its file."""
    with Ledger(tmp_path) as ledger:
        first = ledger.run(make_run(ledger, []))
        second = make_run(ledger, [], parent=first.id)
        assert settled_rounds(ledger, first) == []
        keep(ledger.folder, second, table({"f:1": (RowOutcome.ACCEPTED, "")}))
        assert settled_rounds(ledger, first) == []


def test_of_refusals_the_last_counts_unless_the_row_was_held_back() -> None:
    stand = after(
        {"f:1": (RowOutcome.REJECTED_HERE, "EML302"), "f:2": (RowOutcome.REJECTED_THERE, "")},
        {"f:1": (RowOutcome.REJECTED_THERE, ""), "f:2": (RowOutcome.REJECTED_HERE, "DUP806")},
    )
    assert list(stand["place"]) == ["rejected_there", "rejected_there"]
    assert list(stand["run"]) == ["r2", "r1"]


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([f"f:{number}" for number in range(1, 7)]),
            st.tuples(st.sampled_from(list(RowOutcome)), st.sampled_from(["", "EML302", "DUP807"])),
            min_size=1,
        ),
        min_size=1,
        max_size=4,
    )
)
def test_the_books_of_a_family_balance_whatever_the_rounds_brought(
    rounds: list[dict[str, tuple[RowOutcome, str]]],
) -> None:
    stand = after(*rounds)
    told = books(run("r1", len(rounds[0])), stand)
    names = {name for one in rounds for name in one}
    assert sum(told.places.values()) == told.rows + told.added == len(names) == len(stand)
    assert told.open == sum(told.places[place] for place in REFUSED)
    for name in names:
        every = [one[name][0] for one in rounds if name in one]
        said = [one[name] for one in rounds if name in one and "DUP807" not in one[name][1]]
        if any(place in TAKEN for place, _ in said):
            assert stand.at[name, "place"] in TAKEN
        assert stand.at[name, "place"] in every


def test_a_name_tells_the_row_of_the_first_file() -> None:
    assert (row_of("0123456789abcdef:17"), row_of("none")) == (17, 0)
