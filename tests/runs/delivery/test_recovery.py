"""A call whose end is not known is made again under its key, or left for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from preflight.core.errors import Ambiguous, Busy, Denied, Refused, Stopped
from preflight.core.exchange import Part, Receipt
from preflight.providers import registry
from preflight.providers.protocol import Call, Repeat, Step
from preflight.providers.sandbox.faults import Fault
from preflight.providers.sandbox.server import Sandbox
from preflight.runs.delivery.loop import Terms, drive
from preflight.runs.delivery.poller import TRIES
from preflight.runs.delivery.recovery import KEY_LIFETIME
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import PartState
from tests.providers.parts import make_part
from tests.runs.delivery.scripted import Bench, CrashError, Scripted, lost, make_run


class Keyed(Scripted):
    """Answers a second call under a key as it answered the first."""

    def __init__(self) -> None:
        super().__init__(repeat=Repeat.KEY)

    def _in(self, call: Call) -> Mapping[str, Any]:
        known = self._find(call.key)
        return {"job": known.job} if known else super()._in(call)

    def lookup(self, call: Call) -> Receipt | None:  # noqa: ARG002
        """Knows nothing: what the key does is to be seen."""
        return self._do("lookup", lambda: None)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Two parts of three rows."""
    return Bench(tmp_path)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_call_that_broke_is_made_again_under_its_key(bench: Bench, when: str) -> None:
    """Whether it was carried out the first time or not, it is now, and once."""
    provider = Keyed()
    provider.meets("create", lost(), when=when)
    bench.drive(provider)
    assert provider.taken == bench.rows()
    assert bench.states() == [PartState.FINISHED] * 2
    assert provider.calls.count("create") == 3


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_is_killed_in_the_call_makes_it_again_on_a_resume(
    bench: Bench, when: str
) -> None:
    provider = Keyed()
    provider.meets("create", CrashError(), when=when)
    with pytest.raises(CrashError):
        bench.drive(provider)
    bench.drive(provider)
    assert provider.taken == bench.rows()
    assert bench.states() == [PartState.FINISHED] * 2


def test_a_repeat_that_is_told_to_wait_waits(bench: Bench) -> None:
    """And then has its answer."""
    provider = Keyed()
    provider.meets("create", lost(), when="after")
    provider.meets("create", Busy("later", retry_after=30.0), lost())
    bench.drive(provider)
    assert provider.taken == bench.rows()
    assert max(bench.clock.slept) >= 25.0


def test_a_repeat_that_is_refused_proves_nothing(bench: Bench) -> None:
    """The first call may have been carried out: a person decides, and nothing is sent after it."""
    provider = Keyed()
    provider.meets("create", lost(), when="after")
    provider.meets("create", Refused("the job is running"))
    with pytest.raises(Stopped, match="--mark-accepted 1"):
        bench.drive(provider)
    assert bench.states() == [PartState.UNKNOWN, PartState.READY]
    bench.drive(provider, accept=[1])
    assert provider.taken == bench.rows()


def test_a_key_that_is_too_old_proves_nothing(bench: Bench) -> None:
    """The provider may have forgotten it, and would carry the call out once more."""
    provider = Keyed()
    provider.meets("create", CrashError(), when="after")
    with pytest.raises(CrashError):
        bench.drive(provider)
    bench.clock.now += 23 * 3600.0 + 1
    with pytest.raises(Stopped, match="unknown"):
        bench.drive(provider)
    assert provider.calls.count("create") == 1
    assert bench.states()[0] is PartState.UNKNOWN


def test_a_key_that_is_not_too_old_is_trusted(bench: Bench) -> None:
    """For 23 hours, to the second: the provider keeps it for 24."""
    provider = Keyed()
    provider.meets("create", CrashError(), when="after")
    with pytest.raises(CrashError):
        bench.drive(provider)
    bench.clock.now += 23 * 3600.0
    bench.drive(provider)
    assert provider.taken == bench.rows()


def test_a_job_that_is_seen_to_run_needs_no_repeat(bench: Bench) -> None:
    """Though the key is too old."""

    class Seen(Keyed):
        def lookup(self, call: Call) -> Receipt | None:
            return self._find(call.key)

    provider = Seen()
    provider.meets("create", CrashError(), when="after")
    with pytest.raises(CrashError):
        bench.drive(provider)
    bench.clock.now += 10 * KEY_LIFETIME
    bench.drive(provider)
    assert provider.taken == bench.rows()
    assert provider.calls.count("create") == 2


@pytest.mark.parametrize("error", [Denied("no"), Busy("later")])
def test_a_repeat_that_gets_no_answer_stops_and_is_made_on_a_resume(
    bench: Bench, error: Exception
) -> None:
    provider = Keyed()
    provider.meets("create", lost(), *([error] * TRIES), when="before")
    with pytest.raises(Stopped):
        bench.drive(provider)
    assert bench.states()[0] is PartState.SENDING
    assert provider.calls.count("create") == 1 + (1 if isinstance(error, Denied) else TRIES)
    provider.script.clear()
    bench.drive(provider)
    assert provider.taken == bench.rows()


@pytest.mark.parametrize("error", [Denied("no"), Refused("no"), Ambiguous("what")])
def test_a_lookup_that_gets_no_answer_stops(bench: Bench, error: Exception) -> None:
    """Nothing is sent before it is known."""
    provider = Keyed()
    provider.meets("create", lost(), when="after")
    provider.meets("lookup", *([error] * TRIES))
    with pytest.raises(Stopped, match="not known whether part 1 was accepted"):
        bench.drive(provider)
    assert provider.calls.count("create") == 1


def test_a_lookup_is_repeated_until_it_is_answered_and_waits_as_it_is_told(bench: Bench) -> None:
    """One answer in time is enough."""
    provider = Keyed()
    provider.meets("create", lost(), when="after")
    provider.meets("lookup", *([Busy("later", retry_after=300.0)] * (TRIES - 1)))
    bench.drive(provider)
    assert bench.states() == [PartState.FINISHED] * 2
    assert provider.taken == bench.rows()
    assert [slept >= 250.0 for slept in bench.clock.slept].count(True) == TRIES - 1


# ------------------------------------------------------------------ against Experiture's stand-in


def small(folder: Path) -> Part:
    """Two rows for Experiture."""
    return make_part(
        folder,
        ("email", "first_name"),
        rows=(("ann@some-company.com", "Ann"), ("bob@some-company.com", "Bob")),
    )


class Dying:
    """The real client, in a process that dies before or after its committing call."""

    def __init__(self, real: Any, when: str) -> None:
        self._real = real
        self._when = when

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def steps(self) -> Sequence[Step]:
        *first, last = self._real.steps()

        def run(call: Call) -> Mapping[str, Any]:
            if self._when == "after":
                last.run(call)
            raise CrashError

        return (*first, Step(last.name, last.commits, run))


def run_of(tmp_path: Path, box: Sandbox, *, dies: str = "") -> None:
    """One life of preflight; it may be killed before or after the start reached the stand-in."""
    provider: Any = registry.connect("experiture", options={}, environ=box.environment, timeout=20)
    with Ledger(tmp_path / "state") as ledger:
        runs = ledger.runs()
        run = runs[0].id if runs else make_run(ledger, [small(tmp_path)], "experiture")
        drive(ledger, run, Dying(provider, dies) if dies else provider, Terms(scale=0.001))
        assert [one.state for one in ledger.parts(run)] == [PartState.FINISHED]
    provider.close()


@pytest.mark.parametrize("dies", ["before", "after"])
def test_experiture_takes_the_rows_once_though_preflight_dies_in_the_start(
    tmp_path: Path, dies: str
) -> None:
    """By the stand-in's own ledger."""
    with Sandbox(tmp_path / "box.sqlite") as box:
        with pytest.raises(CrashError):
            run_of(tmp_path, box, dies=dies)
        run_of(tmp_path, box)
        taken = [row.key for row in box.store.accepted("experiture")]
    assert sorted(taken) == ["ann@some-company.com", "bob@some-company.com"]


@pytest.mark.parametrize(
    "fault", ["500", "500-after", "cut-before", "cut-after", "truncate", "503"]
)
def test_experiture_takes_the_rows_once_whatever_the_start_meets(
    tmp_path: Path, fault: str
) -> None:
    """Twice in a row, so that the repeat meets it too."""
    with Sandbox(tmp_path / "box.sqlite") as box:
        box.faults.add(Fault("experiture", "start", fault, times=2))
        run_of(tmp_path, box)
        taken = [row.key for row in box.store.accepted("experiture")]
    assert sorted(taken) == ["ann@some-company.com", "bob@some-company.com"]


def test_the_lookups_take_two_minutes_and_no_longer(tmp_path: Path) -> None:
    """Where the provider wants to be asked more often than that."""
    bench, provider = Bench(tmp_path, count=1), Scripted(running=0)
    provider.meets("create", lost())
    bench.drive(provider)
    assert provider.calls.count("lookup") == 4
    assert sum(bench.clock.slept) == pytest.approx(120.0 + 5.0)
    assert provider.taken == bench.rows()
