"""How many refusals a warning predicted."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from preflight.runs.prediction import Predicted, predicted

RULES, CODES = ("EML306", "NAM604", "TXT702"), ("BOUNCED", "BLOCKED")


def table(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Verdicts of rows: place, warnings, provider's codes."""
    return pd.DataFrame(rows, columns=["place", "warnings", "provider_code"], dtype="str")


def test_a_refused_row_was_predicted_where_it_was_sent_with_a_warning() -> None:
    told = predicted(
        table(
            ("rejected_there", "EML306 NAM604", "BOUNCED"),
            ("rejected_there", "EML306", "BOUNCED; BLOCKED"),
            ("rejected_there", "", "BOUNCED"),
            ("accepted", "EML306", ""),
            ("accepted", "TXT702", ""),
            ("accepted", "", ""),
            ("accepted", "", ""),
            ("unattributed", "EML306", ""),
            ("rejected_here", "", ""),
        )
    )
    assert list(told) == ["BOUNCED", "BLOCKED"]
    assert told["BOUNCED"] == Predicted(
        3, 2, {"EML306": 2, "NAM604": 1}, {"EML306": 1, "NAM604": 0}
    )
    assert told["BOUNCED"].missed == 1


def test_a_warning_that_stands_on_accepted_rows_as_often_predicts_nothing() -> None:
    accepted = [("accepted", "DUP803", "")] * 3 + [("accepted", "DUP803 EML306", "")]
    refused = [
        ("rejected_there", "DUP803 EML306", "BOUNCED"),
        ("rejected_there", "DUP803", "BOUNCED"),
    ]
    told = predicted(table(*accepted, *refused))
    assert told["BOUNCED"] == Predicted(2, 1, {"EML306": 1}, {"EML306": 1}, {"DUP803": 2})


def test_a_row_that_was_refused_for_two_reasons_counts_for_both() -> None:
    told = predicted(table(("rejected_there", "EML306", "BLOCKED; BOUNCED"), ("accepted", "", "")))
    assert told["BLOCKED"] == told["BOUNCED"] == Predicted(1, 1, {"EML306": 1}, {"EML306": 0})


def test_where_nothing_was_refused_nothing_is_told() -> None:
    assert predicted(table(("accepted", "EML306", ""))) == {}
    assert predicted(table()) == {}


ROWS = st.tuples(
    st.sampled_from(["accepted", "rejected_there", "dropped"]),
    st.lists(st.sampled_from(RULES), unique=True).map(" ".join),
    st.lists(st.sampled_from(CODES), unique=True, min_size=1).map("; ".join),
)


@given(st.lists(ROWS))
def test_the_figures_are_those_of_counting_row_by_row(rows: list[tuple[str, str, str]]) -> None:
    told = predicted(table(*rows))
    for code in CODES:
        mine = [w.split() for place, w, c in rows if place == "rejected_there" and code in c]
        assert (code in told) == bool(mine)
        if mine:
            one = told[code]
            accepted = [w.split() for place, w, _ in rows if place == "accepted"]
            counts = {r: (sum(r in w for w in mine), sum(r in w for w in accepted)) for r in RULES}
            signs = {
                r for r, (n, m) in counts.items() if n and n * len(accepted) >= 2 * m * len(mine)
            }
            assert one.rows == len(mine)
            assert one.predicted == sum(not signs.isdisjoint(w) for w in mine)
            assert one.by == {r: counts[r][0] for r in signs}
            assert one.accepted == {r: counts[r][1] for r in signs}
            assert one.no_sign == {r: n for r, (n, _) in counts.items() if n and r not in signs}
