"""The submit loop: every transition, every crash, and the real clients over real sockets."""

from __future__ import annotations

import itertools
import json
import math
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from preflight.core.errors import (
    Busy,
    Denied,
    ProviderError,
    Refused,
    RunLocked,
    Stopped,
    Unreachable,
    UsageError,
)
from preflight.core.exchange import Outcome, Receipt
from preflight.providers import registry
from preflight.providers.protocol import Call, Repeat, Step
from preflight.providers.sandbox.faults import Fault
from preflight.providers.sandbox.server import Sandbox
from preflight.runs.delivery.events import (
    Declined,
    PartEnded,
    PartSent,
    Polled,
    Sending,
    Unclear,
    Waiting,
)
from preflight.runs.delivery.loop import Terms, attempt_key, drive
from preflight.runs.delivery.poller import TRIES
from preflight.runs.delivery.recovery import LOOKUPS
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import AttemptState, PartState, RunState
from tests.runs.delivery.scripted import Bench, CrashError, Scripted, lost, make_run


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Two parts of three rows."""
    return Bench(tmp_path)


# ---------------------------------------------------------------------------------- a good run


def test_every_part_is_sent_once_and_followed_to_its_end(bench: Bench) -> None:
    """The failure report is kept with its table; the run is left open for whoever reports."""
    provider = Scripted()
    bench.drive(provider)

    assert provider.taken == bench.rows()
    assert bench.states() == [PartState.FINISHED] * 2
    assert provider.calls.count("poll") == 4
    with bench.ledger() as ledger:
        first = ledger.parts(bench.run)[0]
        assert first.job == "job-1"
        assert first.outcome == Outcome("finished", "Over", processed=3, rejected=1)
        report = ledger.failures(first)
        assert report is not None
        assert report.raw == b"bad rows: [3]"
        assert report.table["row_number"].tolist() == [3]
        assert ledger.run(bench.run).state is RunState.OPEN
    assert [type(event) for event in bench.events[:4]] == [Sending, PartSent, Sending, PartSent]
    assert [event.part.number for event in bench.told(PartEnded)] == [1, 2]
    assert len(bench.told(Polled)) == 4


def test_a_finished_run_makes_no_call_when_it_is_driven_again(bench: Bench) -> None:
    """A resume of what has ended is nothing."""
    bench.drive(Scripted())
    again = Scripted()
    bench.drive(again)
    assert again.calls == []


def test_the_intent_stands_in_the_ledger_while_the_call_is_made(bench: Bench) -> None:
    """A second reader sees it, so it is committed, and its key is the call's."""
    seen: list[tuple[str, bool]] = []

    class Looking(Scripted):
        def steps(self) -> Any:
            def looks(step: Step) -> Step:
                def run(call: Call) -> Any:
                    with bench.ledger() as other:
                        last = other.attempts(bench.run, call.part.number)[-1]
                    assert last.state is AttemptState.INTENT
                    assert last.key == call.key
                    seen.append((last.step, last.commits))
                    return step.run(call)

                return Step(step.name, step.commits, run)

            return [looks(step) for step in super().steps()]

    bench.drive(Looking())
    assert seen == [("upload", False), ("create", True)] * 2


def test_jobs_are_asked_for_on_the_providers_schedule(bench: Bench) -> None:
    """Each delay counts, shortened by the scale."""
    bench.parts = bench.parts[:1]
    provider = Scripted(running=2, delays=lambda: iter([5.0, 10.0, 20.0]))
    bench.drive(provider, scale=0.1)
    assert bench.clock.slept[:1] == [pytest.approx(0.5)]
    assert sum(bench.clock.slept) == pytest.approx(3.5)


def test_a_provider_without_outcomes_leaves_parts_submitted(bench: Bench) -> None:
    """Nothing is polled."""
    provider = Scripted(observable=False)
    bench.drive(provider)
    assert bench.states() == [PartState.SUBMITTED] * 2
    assert "poll" not in provider.calls


def test_without_waiting_the_loop_ends_when_all_is_sent(bench: Bench) -> None:
    """A resume follows the jobs to their end and sends nothing."""
    provider = Scripted()
    bench.drive(provider, wait=False)
    assert bench.states() == [PartState.SENT] * 2
    provider.calls.clear()
    bench.drive(provider)
    assert bench.states() == [PartState.FINISHED] * 2
    assert set(provider.calls) == {"poll", "failures"}


def test_a_job_that_failed_as_a_whole_leaves_its_part_failed(bench: Bench) -> None:
    """The provider's status is kept."""
    provider = Scripted()
    provider.state = "failed"
    bench.drive(provider)
    assert bench.states() == [PartState.FAILED] * 2


def test_a_key_differs_by_run_part_attempt_file_and_provider(bench: Bench) -> None:
    """And is the same each time; letters, digits and dashes."""
    one, two = bench.parts
    keys = {
        attempt_key(run, provider, part, attempt)
        for run, provider, part, attempt in itertools.product(
            ("20261121-213642-3f9a", "20261121-213642-3f9b"), ("a", "b"), (one, two), (1, 2)
        )
    }
    assert len(keys) == 16
    assert all(key.replace("-", "").isalnum() for key in keys)
    assert attempt_key("r", "a", one, 1) == attempt_key("r", "a", one, 1)


# ---------------------------------------------------------------------------------- a no for now


@pytest.mark.parametrize("step", ["upload", "create"])
@pytest.mark.parametrize("error", [Busy("full"), Unreachable("no route")])
def test_a_no_for_now_is_asked_again_from_the_first_step(
    bench: Bench, step: str, error: ProviderError
) -> None:
    """As a new attempt, after a pause."""
    provider = Scripted()
    provider.meets(step, error)
    bench.drive(provider)
    assert provider.taken == bench.rows()
    assert [(a, s) for a, s, state in bench.calls() if state is AttemptState.FAILED] == [(1, step)]
    assert bench.calls()[-1] == (2, "create", AttemptState.DONE)
    assert bench.told(Waiting)[0] == Waiting(2.0, str(error))


def test_what_may_have_happened_in_a_step_that_takes_nothing_is_only_a_delay(bench: Bench) -> None:
    """An upload is repeated without being looked up."""
    provider = Scripted()
    provider.meets("upload", lost(), when="after")
    bench.drive(provider)
    assert provider.taken == bench.rows()
    assert "lookup" not in provider.calls


def test_retry_after_is_waited_for_in_full(bench: Bench) -> None:
    """Unscaled, and longer than any backoff of our own."""
    provider = Scripted()
    provider.meets("create", Busy("slow down", retry_after=90.0))
    bench.drive(provider, scale=0.01)
    assert bench.told(Waiting)[0] == Waiting(90.0, "slow down")
    assert sum(bench.clock.slept) >= 90.0


def test_the_pauses_double_up_to_a_minute_and_end_after_eight_tries(bench: Bench) -> None:
    """The part is ready again then, and a resume sends it."""
    provider = Scripted()
    provider.meets("create", *[Busy("full") for _ in range(8)])
    with pytest.raises(Stopped, match="part 1 was not accepted in 8 tries: full"):
        bench.drive(provider)
    assert [event.seconds for event in bench.told(Waiting)] == [2, 4, 8, 16, 32, 60, 60]
    assert bench.states() == [PartState.READY] * 2
    with bench.ledger() as ledger:
        assert ledger.run(bench.run).state is RunState.STOPPED

    bench.drive(provider)
    assert provider.taken == bench.rows()


def test_the_jitter_spreads_the_pauses(bench: Bench) -> None:
    """Full jitter: anything down to nothing."""
    provider = Scripted()
    provider.meets("create", Busy("full"))
    with bench.ledger() as ledger:
        drive(
            ledger,
            bench.run,
            provider,
            Terms(clock=bench.clock, sleep=bench.clock.sleep, jitter=lambda: 0.25),
            events=bench.events.append,
        )
    assert bench.told(Waiting)[0].seconds == 0.5


def test_while_a_provider_is_busy_the_jobs_under_way_come_to_their_end(tmp_path: Path) -> None:
    """However long they take, it is they that it is busy with: no try counts as failed."""

    class Narrow(Scripted):
        def _in(self, call: Call) -> Any:
            ended = sum(1 for job in self.jobs if self.polls[job] > self.running)
            if len(self.jobs) - ended >= 2:
                raise Busy("too many active imports")
            return super()._in(call)

    bench = Bench(tmp_path, count=5)
    provider = Narrow(running=100)
    bench.drive(provider)
    assert bench.states() == [PartState.FINISHED] * 5
    assert provider.taken == bench.rows()
    assert len(bench.told(Waiting)) > TRIES


def test_a_provider_that_stays_busy_after_its_jobs_ended_is_asked_eight_times(
    bench: Bench,
) -> None:
    """What it said while a job of this run was running does not count."""
    provider = Scripted()
    provider.meets("create", None, *[Busy("full") for _ in range(30)])
    with pytest.raises(Stopped, match="part 2 was not accepted in 8 tries: full"):
        bench.drive(provider)
    over = bench.events.index(bench.told(PartEnded)[0])
    pauses = [event for event in bench.events[over:] if isinstance(event, Waiting)]
    assert len(pauses) == TRIES - 1


def test_a_long_rest_does_not_hold_back_the_jobs_under_way(bench: Bench) -> None:
    """They are asked for on their schedule, not when the rest is over."""
    began = bench.clock.now
    provider = Scripted(running=2)
    provider.meets("create", None, Busy("slow down", retry_after=600))
    bench.drive(provider)
    ended = [
        at for event, at in zip(bench.events, bench.times, strict=True) if type(event) is PartEnded
    ]
    assert ended[0] - began == 15
    assert ended[1] - began == 615


def test_a_timeout_that_is_long_enough_is_not_met(bench: Bench) -> None:
    bench.drive(Scripted(running=3), timeout=60)
    assert set(bench.states()) == {PartState.FINISHED}


def test_a_job_that_is_due_is_asked_for_before_the_next_part_is_sent(bench: Bench) -> None:
    bench.drive(Scripted(running=0, delays=lambda: itertools.repeat(0.0)))
    told = [type(event) for event in bench.events]
    assert told.index(PartEnded) < told.index(Sending, 1)


def test_a_timeout_stops_instead_of_waiting_past_it(bench: Bench) -> None:
    """For a job, and for a provider that is busy."""
    provider = Scripted(running=100)
    with pytest.raises(Stopped, match="timeout"):
        bench.drive(provider, timeout=60)
    assert bench.states() == [PartState.SENT] * 2
    assert sum(bench.clock.slept) <= 60

    other = Bench(bench.folder / "other")
    provider = Scripted()
    provider.meets("create", Busy("full", retry_after=3600))
    with pytest.raises(Stopped, match="timeout"):
        other.drive(provider, timeout=60)
    assert other.clock.slept == []
    assert other.states() == [PartState.READY] * 2


# ---------------------------------------------------------------------------------- a final no


@pytest.mark.parametrize("step", ["upload", "create"])
def test_a_refusal_is_kept_in_the_providers_words_and_the_others_go_on(
    bench: Bench, step: str
) -> None:
    """Addresses in them never reach the ledger; it is not asked again on a resume."""
    provider = Scripted()
    provider.meets(step, Refused("no header; see ann@example.org", code="E1"))
    bench.drive(provider)
    assert bench.states() == [PartState.REFUSED, PartState.FINISHED]
    assert bench.reasons()[0] == "no header; see [email]"
    assert bench.told(Declined) == [Declined(bench.told(Sending)[0].part, bench.reasons()[0])]
    with bench.ledger() as ledger:
        assert ledger.attempts(bench.run, 1)[-1].code == "E1"
    assert not any(
        b"@example.org" in path.read_bytes() for path in (bench.folder / "state").glob("l*.*")
    )
    provider.calls.clear()
    bench.drive(provider)
    assert provider.calls == []


def test_wrong_credentials_stop_everything_and_mark_nothing(bench: Bench) -> None:
    """A resume with the right ones sends all."""
    provider = Scripted()
    provider.meets("upload", Denied("who are you"))
    with pytest.raises(Stopped, match="who are you"):
        bench.drive(provider)
    assert bench.states() == [PartState.READY] * 2
    assert provider.calls == ["upload"]
    bench.drive(provider)
    assert provider.taken == bench.rows()


def test_a_changed_part_is_not_sent_and_the_others_are(bench: Bench) -> None:
    """The message says which; put back, it is sent on a resume."""
    path = bench.parts[0].path
    before = path.read_bytes()
    for damage in (lambda: path.write_bytes(before + b"x"), path.unlink):
        damage()
        with pytest.raises(Stopped, match="part 1 cannot be sent"):
            bench.drive(Scripted())
        assert bench.states() == [PartState.READY, PartState.FINISHED]
    path.write_bytes(before)
    bench.drive(Scripted())
    assert bench.states() == [PartState.FINISHED] * 2


# ---------------------------------------------------------------------------------- ambiguous


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_broken_commit_is_looked_up_and_not_doubled(bench: Bench, when: str) -> None:
    """Found: that job is taken over. Certainly absent: a new attempt."""
    provider = Scripted()
    provider.meets("create", lost(), when=when)
    bench.drive(provider)
    assert provider.taken == bench.rows()
    assert bench.states() == [PartState.FINISHED] * 2
    if when == "after":
        assert bench.calls()[-1] == (1, "create", AttemptState.DONE)
        assert provider.calls.count("lookup") == 1
    else:
        assert bench.calls()[-1] == (2, "create", AttemptState.DONE)
        assert provider.calls.count("lookup") == LOOKUPS


def test_absence_is_believed_only_after_the_longest_call_would_be_over(bench: Bench) -> None:
    """A job that appears late is still found."""

    class Late(Scripted):
        def _find(self, key: str) -> Receipt | None:
            return super()._find(key) if bench.clock.now - began >= 100 else None

    began = bench.clock.now
    provider = Late()
    provider.meets("create", lost(), when="after")
    bench.drive(provider)
    assert provider.taken == bench.rows()


def test_a_lookup_that_gives_no_answer_stops_and_is_made_again_on_resume(bench: Bench) -> None:
    """The part stays in sending, and nothing is doubled."""
    provider = Scripted()
    provider.meets("create", lost(), when="after")
    provider.meets("lookup", *[Busy("later")] * 8)
    with pytest.raises(Stopped, match="not known whether part 1 was accepted: later"):
        bench.drive(provider)
    assert bench.states() == [PartState.SENDING, PartState.READY]
    provider.meets("lookup", Denied("who"))
    with pytest.raises(Stopped, match="who"):
        bench.drive(provider)
    provider.meets("lookup", Unreachable("one moment"))
    bench.drive(provider)
    assert provider.taken == bench.rows()


def test_what_breaks_again_and_again_ends_after_eight_tries(bench: Bench) -> None:
    """Each of them looked up and absent; nothing is left pending."""
    provider = Scripted()
    provider.meets("create", *[lost() for _ in range(8)])
    with pytest.raises(Stopped, match="not accepted in 8 tries"):
        bench.drive(provider)
    assert bench.states() == [PartState.READY] * 2
    bench.drive(provider)
    assert provider.taken == bench.rows()


@pytest.mark.parametrize("repeat", [Repeat.UPSERT, Repeat.NONE])
def test_without_a_lookup_a_broken_commit_is_unknown(tmp_path: Path, repeat: Repeat) -> None:
    """No further part is sent, those sent are followed to their end, and the choices are named."""
    bench = Bench(tmp_path, count=3)
    provider = Scripted(repeat=repeat)
    provider.meets("create", None, lost(), when="after")
    with pytest.raises(Stopped) as stopped:
        bench.drive(provider)
    assert bench.states() == [PartState.FINISHED, PartState.UNKNOWN, PartState.READY]
    for words in (
        "part 2 (3 rows, rows 4 to 6 of the input) is unknown: the call broke",
        f"`preflight resume {bench.run} --mark-accepted 2`",
        "`--resend-unknown 2`",
    ):
        assert words in str(stopped.value)
    assert bench.reasons()[1] == "the call broke"
    assert [event.part.number for event in bench.told(Unclear)] == [2]


def test_an_unknown_part_stays_so_on_resume_and_the_others_are_sent(tmp_path: Path) -> None:
    """Until a person decides."""
    bench = Bench(tmp_path, count=3)
    provider = Scripted(repeat=Repeat.NONE)
    provider.meets("create", lost(), when="after")
    with pytest.raises(Stopped):
        bench.drive(provider)
    assert bench.states() == [PartState.UNKNOWN, PartState.READY, PartState.READY]
    with pytest.raises(Stopped, match=r"part 1 .* is unknown"):
        bench.drive(provider)
    assert bench.states() == [PartState.UNKNOWN, PartState.FINISHED, PartState.FINISHED]
    bench.drive(provider, accept={1})
    assert bench.states() == [PartState.SUBMITTED, PartState.FINISHED, PartState.FINISHED]
    assert provider.taken == bench.rows()


def test_a_person_can_have_an_unknown_part_sent_again(bench: Bench) -> None:
    """Its broken attempt stays in the ledger as waived."""
    provider = Scripted(repeat=Repeat.NONE)
    provider.meets("create", lost())
    with pytest.raises(Stopped):
        bench.drive(provider)
    bench.drive(provider, resend={1})
    assert provider.taken == bench.rows()
    assert (1, "create", AttemptState.WAIVED) in bench.calls()


def test_a_decision_that_does_not_fit_changes_nothing(bench: Bench) -> None:
    """A wrong number, a part that is not unknown, both at once, another provider."""
    provider = Scripted(repeat=Repeat.NONE)
    provider.meets("create", lost())
    with pytest.raises(Stopped):
        bench.drive(provider)
    for wrong, words in (
        ({"resend": {1, 2}}, "part 2 is ready, not unknown"),
        ({"accept": {1, 9}}, "no part 9; it has 2"),
        ({"resend": {1}, "accept": {1}}, "part 1 cannot be both"),
    ):
        with pytest.raises(UsageError, match=words):
            bench.drive(provider, **wrong)
    assert bench.states() == [PartState.UNKNOWN, PartState.READY]
    provider.name = "another"
    with pytest.raises(UsageError, match="belongs to scripted, not to another"):
        bench.drive(provider)


def test_a_part_that_was_sent_may_be_counted_as_accepted_and_is_not_sent_again(
    bench: Bench,
) -> None:
    """Its job is known, so the provider has its rows."""
    provider = Scripted(running=0)
    with bench.ledger() as ledger:
        ledger.set_part(bench.run, 1, PartState.SENT)
    with pytest.raises(UsageError, match="part 1 is sent, not unknown"):
        bench.drive(provider, resend={1})
    assert bench.states()[0] is PartState.SENT
    bench.drive(provider, accept={1})
    assert bench.states() == [PartState.SUBMITTED, PartState.FINISHED]
    assert provider.calls.count("create") == 1


def test_a_provider_must_commit_in_its_last_step_alone(bench: Bench) -> None:
    """Everything before it may be repeated, so nothing before it may take rows."""

    class Early(Scripted):
        def steps(self) -> Any:
            return tuple(reversed(super().steps()))

    with pytest.raises(ValueError, match="only committing one"):
        bench.drive(Early())


# ---------------------------------------------------------------------------------- crashes


def test_a_second_runner_is_refused(bench: Bench) -> None:
    """While the first holds the lock; nothing is called."""
    provider = Scripted()
    with bench.ledger() as first, first.lock(bench.run), pytest.raises(RunLocked):
        bench.drive(provider)
    assert provider.calls == []


class MortalLedger(Ledger):
    """A ledger whose process dies at its `at`-th write, before it is committed or after."""

    def __init__(self, bench: Bench, at: int, *, after: bool) -> None:
        self.left: float = math.inf
        super().__init__(bench.folder / "state", bench.clock)
        self.left = at
        self.after = after

    @contextmanager
    def _transaction(self, run: str | None = None) -> Iterator[sqlite3.Connection]:
        self.left -= 1
        with super()._transaction(run) as connection:
            yield connection
            if self.left == 0 and not self.after:
                raise CrashError
        if self.left == 0:
            raise CrashError


def _end(bench: Bench, provider: Scripted) -> None:
    """Resumes until the run ends; where a person must decide, by what the provider's book says."""
    for _ in range(6):
        with bench.ledger() as ledger:
            unknown = {
                s.part.number for s in ledger.parts(bench.run) if s.state is PartState.UNKNOWN
            }
        there = {part for _, _, part in provider.jobs.values()}
        try:
            bench.drive(provider, accept=unknown & there, resend=unknown - there)
        except Stopped:
            continue
        return
    raise AssertionError("the run is stuck")


@pytest.mark.parametrize("repeat", [Repeat.LOOKUP, Repeat.NONE])
@pytest.mark.parametrize("after", [False, True])
def test_dying_at_any_ledger_write_loses_and_repeats_nothing(
    tmp_path: Path, repeat: Repeat, after: bool
) -> None:
    """At the first, the second, … until a run ends untouched."""
    for at in itertools.count(1):
        bench = Bench(tmp_path / str(at))
        provider = Scripted(repeat=repeat)
        crashed = True
        with MortalLedger(bench, at, after=after) as ledger:
            try:
                drive(
                    ledger, bench.run, provider, Terms(clock=bench.clock, sleep=bench.clock.sleep)
                )
                crashed = False
            except CrashError:
                pass
        _end(bench, provider)
        assert provider.taken == bench.rows(), at
        assert set(bench.states()) <= {PartState.FINISHED, PartState.SUBMITTED}, at
        if not crashed:
            break
    assert at > 10


@pytest.mark.parametrize("repeat", [Repeat.LOOKUP, Repeat.NONE])
@pytest.mark.parametrize("when", ["before", "after"])
def test_dying_in_any_call_loses_and_repeats_nothing(
    tmp_path: Path, repeat: Repeat, when: str
) -> None:
    """Before the provider has done its work and after it."""

    class Deadly(Scripted):
        at = 0

        def _do(self, call: str, work: Any) -> Any:
            if len(self.calls) + 1 == self.at:
                self.meets(call, CrashError(), when=when)
            return super()._do(call, work)

    for at in itertools.count(1):
        bench = Bench(tmp_path / str(at))
        provider = Deadly(repeat=repeat)
        provider.at = at
        try:
            bench.drive(provider)
        except CrashError:
            _end(bench, provider)
            assert provider.taken == bench.rows(), at
            assert set(bench.states()) <= {PartState.FINISHED, PartState.SUBMITTED}, at
        else:
            break
    assert at > 8


# ---------------------------------------------------------------------------------- real sockets

OPTIONS = {"dotdigital": {"address_book": "42"}, "talkvalue": {"source_id": "7", "mode": "UPDATE"}}
COMMIT = {"dotdigital": "import", "talkvalue": "create"}


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox of the test's own."""
    with Sandbox(tmp_path / "sandbox.sqlite") as box:
        yield box


def _connect(box: Sandbox, name: str) -> Any:
    return registry.connect(name, options=OPTIONS[name], environ=box.environment, timeout=10)


def _real(folder: Path, name: str, count: int) -> Bench:
    bench = Bench(folder, count)
    with bench.ledger() as ledger:
        bench.run = make_run(ledger, bench.parts, name)
    return bench


def _accepted(box: Sandbox, name: str) -> Counter[str]:
    return Counter(row.key for row in box.store.accepted(name))


def _good(bench: Bench) -> Counter[str]:
    return Counter({key: n for key, n in bench.rows().items() if "@" in key})


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(OPTIONS))
@pytest.mark.parametrize("fault", ["429", "503", "500", "cut-before", "cut-after", "500-after"])
def test_a_real_provider_that_misbehaves_gets_each_row_once(
    tmp_path: Path, sandbox: Sandbox, name: str, fault: str
) -> None:
    """TalkValue is looked up; with Dotdigital a person decides, here by the sandbox's own book."""
    bench = _real(tmp_path, name, 2)
    sandbox.faults.add(Fault(name, COMMIT[name], fault, retry_after=30))
    provider = _connect(sandbox, name)
    unclear = name == "dotdigital" and fault not in ("429", "503")
    if unclear:
        with pytest.raises(Stopped, match=r"part 1 .* is unknown"):
            bench.drive(provider)
        assert bench.states() == [PartState.UNKNOWN, PartState.READY]
        took = bool(_accepted(sandbox, name))
        assert took is fault.endswith("-after")
        bench.drive(provider, **{"accept" if took else "resend": {1}})
    else:
        bench.drive(provider)
        assert bench.states() == [PartState.FINISHED] * 2
    if fault == "429":
        assert bench.told(Waiting)[0].seconds == 30
    provider.close()
    assert _accepted(sandbox, name) == _good(bench)


@pytest.mark.slow
def test_more_parts_than_may_be_active_at_once_go_in_by_and_by(tmp_path: Path) -> None:
    """Dotdigital takes 25 imports at a time; each takes a minute here."""
    bench = _real(tmp_path, "dotdigital", 27)
    with Sandbox(tmp_path / "box.sqlite", clock=bench.clock, job_seconds=60) as box:
        provider = _connect(box, "dotdigital")
        bench.drive(provider)
        provider.close()
        assert bench.states() == [PartState.FINISHED] * 27
        assert _accepted(box, "dotdigital") == _good(bench)
    assert any("TOOMANYACTIVEIMPORTS" in event.why for event in bench.told(Waiting))


@pytest.mark.slow
def test_imports_of_other_people_are_waited_for(tmp_path: Path) -> None:
    """For as long as it takes: nothing was taken, and they end some time. Here after 50 minutes."""
    bench = _real(tmp_path, "dotdigital", 1)
    with Sandbox(tmp_path / "box.sqlite", clock=bench.clock, job_seconds=3000) as box:
        for number in range(25):
            with box.store.intake(
                "dotdigital", f"other-{number}", bench.clock(), bench.clock() + 3000
            ):
                pass
        provider = _connect(box, "dotdigital")
        with pytest.raises(Stopped, match="the timeout was reached"):
            bench.drive(provider, timeout=600)
        assert bench.states() == [PartState.READY]
        bench.drive(provider)
        provider.close()
        assert bench.states() == [PartState.FINISHED]
        assert _accepted(box, "dotdigital") == _good(bench)


_CHILD = """
import json, sys, time
from pathlib import Path
from preflight.runs.ledger.ledger import Ledger
from preflight.providers import registry
from preflight.runs.delivery.loop import Terms, drive
state, run, name, options, environ, marker = sys.argv[1:]
provider = registry.connect(name, options=json.loads(options), environ=json.loads(environ))
def tell(event):
    Path(marker).write_text(type(event).__name__)
with Ledger(Path(state)) as ledger:
    drive(ledger, run, provider, Terms(scale=0.001), events=tell)
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_a_run_that_was_killed_is_ended_by_the_next(
    tmp_path: Path, sandbox: Sandbox, name: str
) -> None:
    """SIGKILL while the commit is under way, a second runner kept out until then."""
    bench = _real(tmp_path, name, 2)
    sandbox.faults.add(Fault(name, COMMIT[name], "slow", seconds=20))
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _CHILD,
            str(bench.folder / "state"),
            bench.run,
            name,
            json.dumps(OPTIONS[name]),
            json.dumps(sandbox.environment),
            str(tmp_path / "marker"),
        ]
    )
    try:
        deadline = time.monotonic() + 30
        while not _accepted(sandbox, name):
            assert child.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        provider = _connect(sandbox, name)
        with pytest.raises(RunLocked):
            bench.drive(provider)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    if name == "talkvalue":
        bench.drive(provider)
    else:
        with pytest.raises(Stopped, match="interrupted in the call `import`"):
            bench.drive(provider)
        bench.drive(provider, accept={1})
    provider.close()
    assert _accepted(sandbox, name) == _good(bench)


def test_a_run_that_was_stopped_is_open_while_it_goes_on(tmp_path: Path) -> None:
    """So that a call that is killed then leaves none that looks as if somebody had ended it."""
    bench, provider = Bench(tmp_path, count=1), Scripted(running=0)
    provider.meets("upload", Denied("no"))
    states = []
    for _ in range(2):
        with suppress(Stopped):
            bench.drive(provider)
        with bench.ledger() as ledger:
            states.append(ledger.run(bench.run).state)
    assert states == [RunState.STOPPED, RunState.OPEN]
