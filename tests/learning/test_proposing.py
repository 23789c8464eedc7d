"""Planted causes are found, and noise teaches nothing."""

from __future__ import annotations

import numpy as np
import pytest

from preflight.core.exchange import Reason
from preflight.core.types import Bools
from preflight.learning.evidence import Evidence
from preflight.learning.lessons import Demanded, Lesson, Raised, Ruled, Switched
from preflight.learning.proposing import guess, learn
from tests.learning.made import RULES, contacts, evidence, some

ROWS = 600


def lesson(told: Evidence, code: str = "BAD", *, show_values: bool = False) -> Lesson:
    """What is learned of a reason."""
    (one,) = [
        one for one in learn(told, RULES, show_values=show_values).lessons if one.code == code
    ]
    return one


def names(one: Lesson) -> list[str]:
    """What is proposed, by name."""
    return [
        proposal.of.slug if isinstance(proposal, (Demanded, Ruled)) else proposal.rule.code
        for proposal in one.proposals
    ]


def has(at: int, pattern: str, seed: int = 1) -> Bools:
    """The contacts whose cell in a column has a pattern."""
    mask = contacts(seed, ROWS)[at].str.contains(pattern, regex=True)
    return np.asarray(mask, dtype=bool)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
@pytest.mark.parametrize(
    ("at", "pattern", "slug"),
    [
        (0, "@wren.org$", "email-at-wren-org"),
        (0, r"\+", "email-with-plus"),
        (0, r"\.org$", "email-under-org"),
        (1, "^$", "first-name-blank"),
        (1, "[0-9]", "first-name-with-digit"),
        (1, "ü", "first-name-not-ascii"),
        (2, "/", "company-with-slash"),
        (2, "^.{20}", "company-over-19"),
        (3, r"^\+353", "phone-from-353"),
    ],
)
def test_a_planted_cause_is_found_among_other_refusals(
    seed: int, at: int, pattern: str, slug: str
) -> None:
    """One row in fifty is refused for the same reason without the cause."""
    planted = has(at, pattern, seed)
    told = evidence(contacts(seed, ROWS), {"BAD": planted | some(seed, ROWS, 0.02)})
    assert slug in names(lesson(told))
    assert len(names(lesson(told))) == 1


def test_two_causes_of_one_reason_are_both_found() -> None:
    told = evidence(contacts(1, ROWS), {"BAD": has(0, "@wren.org$") | has(2, "/")})
    assert sorted(names(lesson(told))) == ["company-with-slash", "email-at-wren-org"]


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.05, 0.3, 0.6, 0.9])
def test_noise_teaches_nothing(rate: float) -> None:
    """At 500 rows, 1 of 300 such tables taught something (60 of each of five rates)."""
    for seed in range(3):
        told = evidence(
            contacts(seed, ROWS),
            {"A": some(seed, ROWS, rate), "B": some(seed + 99, ROWS, rate / 4)},
            warned={"EML306": some(seed + 7, ROWS, 0.05), "NAM603": some(seed + 8, ROWS, 0.2)},
            unheard={"TXT702": some(seed + 9, ROWS, 0.1)},
        )
        assert learn(told, RULES).proposals == []


def test_eleven_rows_are_too_few() -> None:
    mask = has(0, "@wren.org$").copy()
    mask[np.flatnonzero(mask)[11:]] = False
    cells = contacts(1, ROWS)[~has(0, "@wren.org$") | mask].reset_index(drop=True)
    refused = np.asarray(cells[0].str.endswith("@wren.org"), dtype=bool)
    one = lesson(evidence(cells, {"BAD": refused}))
    assert (one.rows, one.proposals) == (11, ())
    assert one.why == "too few rows to learn from: at least 12 are needed"


def test_without_an_accepted_row_there_is_nothing_to_compare_with() -> None:
    one = lesson(evidence(contacts(1, 50), {"BAD": np.ones(50, dtype=bool)}))
    assert one.why == "no row was accepted to compare with"


def test_what_nothing_tells_is_said_so() -> None:
    one = lesson(evidence(contacts(1, ROWS), {"BAD": some(1, ROWS, 0.1)}))
    assert one.why == "nothing that was tried distinguishes its rows from accepted ones"


def test_a_warning_that_told_the_rows_is_to_be_raised() -> None:
    refused = some(3, ROWS, 0.1)
    one = lesson(evidence(contacts(1, ROWS), {"BAD": refused}, warned={"EML306": refused}))
    (raised,) = one.proposals
    assert isinstance(raised, Raised)
    assert (raised.rule.code, raised.support.accepted, one.missed) == ("EML306", 0, 0)


def test_a_warning_that_stands_on_accepted_rows_as_well_is_not() -> None:
    refused = some(3, ROWS, 0.1)
    warned = {"EML306": refused | some(4, ROWS, 0.3)}
    one = lesson(evidence(contacts(1, ROWS), {"BAD": refused}, warned=warned))
    assert one.proposals == ()


@pytest.mark.parametrize("selects", [True, False])
def test_a_rule_that_was_off_is_to_be_switched_on(*, selects: bool) -> None:
    refused = some(3, ROWS, 0.1)
    one = lesson(
        evidence(
            contacts(1, ROWS), {"BAD": refused}, unheard={"PHN409": refused},
            asked_for=frozenset({"PHN409"} if selects else ()),
        )
    )  # fmt: skip
    (switched,) = one.proposals
    assert isinstance(switched, Switched)
    assert (switched.rule.code, switched.selects) == ("PHN409", selects)
    assert one.missed == one.rows == int(refused.sum())


def test_a_blank_field_is_to_be_demanded() -> None:
    (one,) = lesson(evidence(contacts(1, ROWS), {"BAD": has(1, "^$")})).proposals
    assert isinstance(one, Demanded)


def test_a_domain_of_somebodys_own_is_named_on_request_alone() -> None:
    cells = contacts(1, ROWS)
    cells.loc[:19, 0] = "ann@eve-adam.net"
    told = evidence(cells, {"BAD": np.arange(ROWS) < 20})
    (hidden,) = lesson(told).proposals
    (shown,) = lesson(told, show_values=True).proposals
    assert isinstance(hidden, Ruled)
    assert isinstance(shown, Ruled)
    assert hidden.text is None
    assert "eve-adam" in str(shown.text)


def test_what_tells_two_reasons_is_proposed_once() -> None:
    domain, half = has(0, "@wren.org$"), np.arange(ROWS) % 2 == 0
    told = learn(evidence(contacts(1, ROWS), {"A": domain & half, "B": domain & ~half}), RULES)
    assert [len(one.proposals) for one in told.lessons] == [1, 1]
    assert len(told.proposals) == 1
    assert told.proposals[0].name == "rule OWN001"


def test_a_reason_that_is_not_of_the_rows_is_not_looked_for_in_them() -> None:
    told = evidence(contacts(1, ROWS), {"TRY_AGAIN": has(0, "@wren.org$")})
    one = lesson(told, "TRY_AGAIN")
    assert (one.guess, one.why, one.proposals) == (
        Reason.RETRY, "its cause is not in the rows", (),
    )  # fmt: skip


def test_a_reason_that_the_profile_knows_is_not_guessed() -> None:
    one = lesson(
        evidence(contacts(1, ROWS), {"INVALID_EMAIL": some(1, ROWS, 0.1)}), "INVALID_EMAIL"
    )
    assert (one.known, one.reason, one.guess) == (True, Reason.FIX, None)


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        ("CONTACT_UNSUBSCRIBED", "", Reason.SUPPRESSED),
        ("E1", "Contact has opted-out", Reason.SUPPRESSED),
        ("MISSING_NAME", "the name is required", Reason.FIX),
        ("E2", "temporarily unavailable", Reason.RETRY),
        ("E3", "no permission", Reason.CONFIG),
        ("UNKNOWN_ERROR", "", None),
        ("INVALID", "hard bounced", None),
    ],
)
def test_a_class_is_guessed_by_wording_that_tells_one(
    code: str, message: str, told: Reason | None
) -> None:
    assert guess(code, message) is told


def test_nothing_refused_is_nothing_to_learn() -> None:
    told = learn(evidence(contacts(1, 50), {}), RULES)
    assert (told.lessons, told.proposals, told.accepted, told.refused) == ((), [], 50, 0)
