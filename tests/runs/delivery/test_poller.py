"""Jobs are followed to their end, whatever comes between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from preflight.core.errors import (
    Ambiguous,
    Busy,
    Denied,
    ProviderError,
    Refused,
    Stopped,
    Unreachable,
)
from preflight.core.exchange import Outcome, Receipt
from preflight.runs.delivery.events import PartEnded, Waiting
from preflight.runs.delivery.poller import Pace
from preflight.runs.ledger.run import PartState
from tests.runs.delivery.scripted import Bench, Clock, Scripted


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Two parts of three rows."""
    return Bench(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("call", ["poll", "failures"])
@pytest.mark.parametrize("error", [Busy("later"), Unreachable("no route"), Ambiguous("odd")])
def test_asking_is_repeated_until_it_works(bench: Bench, call: str, error: ProviderError) -> None:
    """Up to seven times in a row."""
    provider = Scripted(running=0)
    provider.meets(call, *[error] * 7)
    bench.drive(provider)
    assert bench.states() == [PartState.FINISHED] * 2


def test_a_good_answer_ends_the_count_of_bad_ones(tmp_path: Path) -> None:
    """Only eight in a row are too many."""
    bench = Bench(tmp_path, count=1)
    provider = Scripted(running=1)
    provider.meets("poll", *[Busy("later")] * 7, None, *[Busy("later")] * 7)
    bench.drive(provider)
    assert bench.states() == [PartState.FINISHED]


@pytest.mark.parametrize("call", ["poll", "failures"])
def test_a_job_that_cannot_be_asked_for_is_left_for_a_resume(bench: Bench, call: str) -> None:
    """The other job ends all the same."""
    provider = Scripted(running=0)
    real = getattr(provider, call)
    silent = {"on": True}

    def asked(receipt: Receipt, *more: Any) -> Any:
        if receipt.job == "job-1" and silent["on"]:
            raise Busy("later", retry_after=7.0)
        return real(receipt, *more)

    setattr(provider, call, asked)
    with pytest.raises(Stopped, match=r"part 1 \(job job-1\) no answer after 8 tries: later"):
        bench.drive(provider)
    assert bench.states() == [PartState.SENT, PartState.FINISHED]
    silent["on"] = False
    bench.drive(provider)
    assert bench.states() == [PartState.FINISHED] * 2
    assert provider.taken == bench.rows()


def test_a_job_that_the_provider_does_not_know_stops_the_run(bench: Bench) -> None:
    """In its words; a person can end it by saying that it was taken."""
    provider = Scripted(running=0)
    provider.meets("poll", *[Refused("no such job")])
    with pytest.raises(Stopped, match=r"cannot be followed: no such job; .*--mark-accepted 1"):
        bench.drive(provider)
    assert bench.states() == [PartState.SENT, PartState.FINISHED]
    bench.drive(provider, accept={1})
    assert bench.states() == [PartState.SUBMITTED, PartState.FINISHED]


def test_a_report_that_is_gone_does_not_hold_the_part_back(bench: Bench) -> None:
    """The part is finished with its counts, and the reason says what is missing."""
    provider = Scripted(running=0)
    provider.meets("failures", Refused("expired"))
    bench.drive(provider)
    assert bench.states() == [PartState.FINISHED] * 2
    how = f"`preflight merge --from scripted --run {bench.run} --part 1 --failures FILE`"
    gone = "its failure report cannot be fetched: expired; save its report at scripted"
    assert bench.reasons() == [f"{gone} and join it with {how}", ""]
    with bench.ledger() as ledger:
        first = ledger.parts(bench.run)[0]
        assert ledger.failures(first) is None
        assert first.outcome is not None
        assert first.outcome.rejected == 1


def test_a_failed_job_keeps_its_advice_when_its_report_is_gone(bench: Bench) -> None:
    """Both stand in the reason."""

    class Advising(Scripted):
        def _state(self, job: str) -> Outcome:  # noqa: ARG002
            return Outcome("failed", "Rejected", "ask support")

    provider = Advising(running=0)
    provider.meets("failures", Refused("none"))
    bench.drive(provider)
    assert bench.reasons() == [
        "ask support; its failure report cannot be fetched: none",
        "ask support",
    ]


def test_credentials_that_end_while_polling_stop_the_run(bench: Bench) -> None:
    """The part stays sent."""
    provider = Scripted()
    provider.meets("poll", Denied("expired"))
    with pytest.raises(Stopped, match="expired"):
        bench.drive(provider)
    assert bench.states() == [PartState.SENT] * 2


def test_a_job_outlasting_the_providers_schedule_is_left_for_a_resume(bench: Bench) -> None:
    """A resume begins the schedule anew."""
    provider = Scripted(running=3, delays=lambda: iter([5.0, 5.0]))
    with pytest.raises(Stopped, match=r"part 1 .*still running.*part 2"):
        bench.drive(provider)
    assert bench.states() == [PartState.SENT] * 2
    bench.drive(provider)
    assert bench.states() == [PartState.FINISHED] * 2


def test_a_job_that_the_provider_lost_is_unknown_until_a_person_decides(bench: Bench) -> None:
    """It ended, and nobody can tell how: its rows are not sent again by themselves."""
    provider = Scripted(running=0)
    provider.state = "unknown"
    with pytest.raises(Stopped, match=r"part 1 \(3 rows, rows 1 to 3 of the input\) is unknown"):
        bench.drive(provider)
    assert bench.states() == [PartState.UNKNOWN] * 2
    provider.state = "finished"
    bench.drive(provider, accept=[1], resend=[2])
    assert bench.states() == [PartState.SUBMITTED, PartState.FINISHED]
    assert [provider.taken[row] for row in bench.rows()] == [1, 1, 1, 2, 2, 2]


def test_waiting_may_last_as_long_as_the_timeout_and_no_longer() -> None:
    """To the second."""
    clock = Clock()
    pace = Pace(clock, clock.sleep, jitter=lambda: 1.0, scale=1.0, deadline=clock() + 60)
    pace.until(pace.deadline or 0.0)
    assert clock() == pace.deadline
    with pytest.raises(Stopped, match="the timeout was reached"):
        pace.until(clock() + 0.5)


def test_a_provider_can_ask_for_a_day_of_waiting_and_for_no_more() -> None:
    """A header that is a date far away, or a mistake, does not stop a run permanently."""
    clock = Clock()
    pace = Pace(clock, clock.sleep, jitter=lambda: 1.0, scale=1.0, deadline=None)
    assert pace.backoff(1, 86_400.0) == 86_400.0
    assert pace.backoff(1, 10 * 86_400.0) == 86_400.0


def test_jobs_are_asked_for_each_in_its_own_time(bench: Bench) -> None:
    """One that has to wait holds up no other."""
    provider = Scripted(running=1)
    began = bench.clock.now
    provider.meets("poll", Busy("later", retry_after=500.0))
    bench.drive(provider)
    ended = [
        at - began
        for event, at in zip(bench.events, bench.times, strict=True)
        if isinstance(event, PartEnded)
    ]
    assert ended[0] < 500 <= ended[1]


def test_a_job_of_which_there_is_no_word_is_asked_for_eight_times(tmp_path: Path) -> None:
    bench = Bench(tmp_path, count=1)
    provider = Scripted()
    provider.meets("poll", *[Busy("later")] * 20)
    with pytest.raises(Stopped, match="no answer after 8 tries: later") as stopped:
        bench.drive(provider)
    assert "the job has ended" not in str(stopped.value)
    assert provider.calls.count("poll") == 8
    assert bench.states() == [PartState.SENT]


def test_where_a_report_cannot_be_had_the_job_is_said_to_have_ended(tmp_path: Path) -> None:
    """A person can fetch it."""
    bench = Bench(tmp_path, count=1)
    provider = Scripted()
    provider.meets("failures", *[Busy("later")] * 20)
    with pytest.raises(Stopped, match="the job has ended, save its report at scripted"):
        bench.drive(provider)
    assert provider.calls.count("failures") == 8


def test_a_poll_that_fails_is_told_and_how_long_the_next_one_waits(bench: Bench) -> None:
    provider = Scripted(running=0)
    provider.meets("poll", Busy("later", retry_after=77.0))
    bench.drive(provider)
    assert Waiting(77.0, "later") in bench.events


@pytest.mark.parametrize("asked", [1e308, float("inf"), 90_000.0])
def test_nobody_waits_longer_than_a_day_for_an_answer(bench: Bench, asked: float) -> None:
    """Whatever was asked for; then it is asked again."""
    provider = Scripted(running=0)
    provider.meets("poll", Busy("later", retry_after=asked))
    bench.drive(provider)
    assert bench.states() == [PartState.FINISHED] * 2


@pytest.mark.parametrize("message", [True, False])
@pytest.mark.parametrize("odd", [False, True])
def test_the_words_of_a_job_are_kept_without_the_cells_of_its_part(
    tmp_path: Path, odd: bool, message: bool
) -> None:
    """A status of one word is the provider's, though a cell may hold the same word."""
    bench = Bench(tmp_path, count=1)
    cell = next(iter(bench.rows()))
    status = f"Over 1: {cell}" if odd else "Ann"

    class Telling(Scripted):
        def _state(self, job: str) -> Outcome:  # noqa: ARG002 - the name is that of `Scripted`
            return Outcome("finished", status, f"not {cell}" if message else "")

    bench.drive(Telling())
    with bench.ledger() as ledger:
        outcome = ledger.parts(bench.run)[0].outcome
    assert outcome is not None
    assert cell not in outcome.message + outcome.status
    assert outcome.status.startswith("Over 1: ") if odd else outcome.status == "Ann"
