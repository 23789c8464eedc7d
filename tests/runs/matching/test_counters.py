"""Counters of an import against the lines of its report."""

from __future__ import annotations

import pandas as pd
import pytest

from preflight.config import profiles
from preflight.core.exchange import FailureReport, Outcome
from preflight.runs.matching.counters import disagreements

DOTDIGITAL = profiles.load("dotdigital")


def report(*codes: str) -> FailureReport:
    """A report of these reasons."""
    return FailureReport(b"", ".csv", pd.DataFrame({"code": list(codes)}, dtype="str"))


def notes(counts: dict[str, int], *codes: str) -> list[str]:
    """What is to be said."""
    return disagreements(report(*codes), Outcome("finished", "Finished", counts=counts), DOTDIGITAL)


def test_counters_that_agree_are_not_mentioned() -> None:
    """However the reason is spelled."""
    counts = {"newContacts": 9, "hardBounced": 2, "invalidEntries": 1, "blocked": 0}
    assert notes(counts, "Hard bounced", " hard  BOUNCED", "Invalid Entries") == []


@pytest.mark.parametrize(("count", "lines"), [(3, 1), (0, 1), (2, 0)])
def test_a_counter_that_disagrees_is_said_with_both_numbers(count: int, lines: int) -> None:
    (note,) = notes({"unsubscribed": count}, *["Unsubscribed"] * lines)
    assert note == (
        f"the provider counts {count} as unsubscribed, its report has {lines} lines of them"
    )


def test_lines_of_an_unknown_reason_are_said_with_it() -> None:
    (note,) = notes({"blocked": 1}, "Something new", "Another")
    assert note.endswith("0 lines of them, and 2 of reasons that it does not document")


def test_a_counter_that_was_not_told_and_a_profile_without_any_say_nothing() -> None:
    assert notes({}, "Unsubscribed") == []
    outcome = Outcome("finished", "completed", counts={"imported": 1})
    assert disagreements(report("x"), outcome, profiles.load("landbase")) == []


def test_every_reason_of_dotdigital_has_a_counter() -> None:
    """All but the two of contacts that were taken are counted by some reason."""
    assert set(DOTDIGITAL.counters) == set(DOTDIGITAL.reasons)
    assert len(set(DOTDIGITAL.counters.values())) == 13
