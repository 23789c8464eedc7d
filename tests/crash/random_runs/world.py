"""What random runs happen on: a folder, the stand-ins over real sockets, a clock, and the calls."""

from __future__ import annotations

import ctypes
import http.client
import mmap
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.pipeline import delivery, merge_run, resubmission
from preflight.pipeline.connection import CALL_TIMEOUT, POLL_SCALE, Connection
from preflight.providers.sandbox.app import ROUTES
from preflight.providers.sandbox.faults import KINDS, Fault
from preflight.providers.sandbox.server import Sandbox
from preflight.runs.delivery.events import Begun, Event
from preflight.runs.ledger import places
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import PartState, Run, RunState, StoredPart
from tests.calls import bare_environment
from tests.crash.audit import keys_of
from tests.crash.random_runs.killing import Action, Ended, Kill, carried_out
from tests.crash.scenario import RULES, SCENARIOS, Scenario

PATIENCE, IMPATIENCE = 30.0, 0.3
_OVER = (RunState.FINISHED, RunState.REPLACED)
_LOCKED = "another process works on"


class Clock:
    """Seconds that pass only when somebody sleeps; a forked child and its parent share them."""

    def __init__(self) -> None:
        self._now = ctypes.c_double.from_buffer(mmap.mmap(-1, 8))
        self._began = time.time()

    def __call__(self) -> float:
        return self._now.value

    def sleep(self, seconds: float) -> None:
        """Lets time pass."""
        self._now.value += seconds

    def date(self) -> float:
        """The time in seconds since the epoch, for the stand-ins."""
        return self._began + self._now.value


@dataclass(frozen=True, slots=True)
class Terms:
    """How a call of the person differs from the plain one; `after` are seconds that pass before."""

    kill: Kill | None = None
    wait: bool = True
    timeout: float | None = None
    after: float = 0.0


PLAIN = Terms()


class World:
    """One folder with one input, and one provider.

    Args:
        place: an empty folder.
        scenario: the way to the provider.
        max_rows: of a part.
        job_seconds: how long a job of the stand-in takes.
    """

    def __init__(self, place: Path, scenario: Scenario, max_rows: int, job_seconds: float) -> None:
        self.scenario = scenario
        self.here = place / "here"
        self.state = self.here / ".preflight"
        self.clock = Clock()
        self._tmp = place / "tmp"
        for folder in (self.here, self._tmp):
            folder.mkdir()
        self._max_rows = max_rows
        self.box = Sandbox(
            place / "there" / "box.sqlite", clock=self.clock.date, job_seconds=job_seconds
        )
        self.calls = self.kills = 0

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Serves, and has temporary files of its own."""
        before, tempfile.tempdir = tempfile.tempdir, str(self._tmp)
        try:
            with self.box:
                yield
        finally:
            tempfile.tempdir = before

    # What the person calls.

    def submit(self, path: Path, terms: Terms = PLAIN) -> Ended:
        """`preflight submit`."""
        return self._call(terms, lambda settings, connection, work: delivery.submit(
            path, self.scenario.provider, settings, connection, work=work
        ))  # fmt: skip

    def resume(
        self,
        run: str,
        terms: Terms = PLAIN,
        *,
        resend: frozenset[int] = frozenset(),
        accept: frozenset[int] = frozenset(),
    ) -> Ended:
        """`preflight resume`, when no tool of a dead call is at work any more."""
        until = time.monotonic() + 30
        while True:
            ended = self._call(terms, lambda settings, connection, work: delivery.resume(
                run, settings, connection, resend=resend, accept=accept, work=work
            ))  # fmt: skip
            if _LOCKED not in ended.words or time.monotonic() > until:
                return ended
            time.sleep(0.02)

    def resubmit(self, path: Path, terms: Terms = PLAIN) -> Ended:
        """`preflight resubmit`."""
        return self._call(terms, lambda settings, connection, work: resubmission.resubmit(
            path, settings, connection, work=work
        ))  # fmt: skip

    def merge(self, run: str, reports: Sequence[Path], accept: frozenset[int]) -> Ended:
        """`preflight merge --run`."""
        return self._call(PLAIN, lambda settings, _connection, work: merge_run.merge_run(
            run, self.scenario.provider, reports, settings, accept=accept, work=work
        ))  # fmt: skip

    def _call(self, terms: Terms, action: Callable[[Settings, Connection, Path], object]) -> Ended:
        self.clock.sleep(terms.after)
        slow = any(fault["fault"] == "slow" for fault in self.box.faults.pending())
        settings = Settings(
            state_dir=self.state,
            select=tuple(RULES.split(",")),
            max_rows=self._max_rows,
            timeout=terms.timeout,
        )

        def act(begun: Callable[[], None]) -> None:
            def hear(event: Event) -> None:
                if isinstance(event, Begun):
                    begun()

            connection = Connection(
                options=self.scenario.options,
                environ={
                    **bare_environment(),
                    **self.box.environment,
                    POLL_SCALE: "1",
                    CALL_TIMEOUT: str(IMPATIENCE if slow else PATIENCE),
                },
                wait=terms.wait,
                clock=self.clock,
                sleep=self.clock.sleep,
                events=hear,
            )
            with workspace() as work:
                action(settings, connection, work)

        return self._carried_out(act, terms.kill)

    def _carried_out(self, act: Action, kill: Kill | None) -> Ended:
        self.calls += 1
        ended = carried_out(act, kill)
        self.kills += ended.killed
        self.quiet()
        return ended

    # What the provider does.

    def disturb(self, route: int, kind: int, times: int) -> None:
        """Puts a fault in line; route and kind are numbers of any size."""
        routes = ROUTES[self.scenario.provider]
        self.box.faults.add(Fault(
            self.scenario.provider, routes[route % len(routes)], KINDS[kind % len(KINDS)], times
        ))  # fmt: skip

    def quiet(self) -> None:
        """Waits until the stand-ins have done what a dead call asked of them.

        The provider would have done so in the two minutes that a recovery waits. Here these pass in
        no time.
        """
        address = urlsplit(self.box.url)
        # A call whose connection stands in line before this one's has been met when this is.
        line = http.client.HTTPConnection(address.hostname or "", address.port)
        with suppress(OSError):
            line.request("GET", "/_sandbox/health")
            line.getresponse().read()
        line.close()
        server = self.box._server._server.server_state  # type: ignore[union-attr]
        until = time.monotonic() + 30
        while (server.tasks or server.connections) and time.monotonic() < until:
            time.sleep(0.001)

    def taken(self) -> Counter[str]:
        """How often the provider took each match key."""
        return Counter(row.key for row in self.box.store.accepted(self.scenario.provider))

    def refused(self) -> Counter[str]:
        """How often the provider refused each match key."""
        store, provider = self.box.store, self.scenario.provider
        return Counter(
            failure.cells[0].lower()
            for job in store.jobs(provider)
            for failure in store.failures(job)
        )

    # What stands in the ledger.

    @contextmanager
    def ledger(self) -> Iterator[Ledger | None]:
        """The ledger; None before there is one."""
        folders = places.folders(self.state)
        if not folders:
            yield None
            return
        with Ledger(folders[0]) as ledger:
            yield ledger

    def runs(self) -> list[Run]:
        """All runs, the first one first."""
        with self.ledger() as ledger:
            return [] if ledger is None else ledger.runs()[::-1]

    def unfinished(self) -> list[Run]:
        """The runs that wait to be resumed."""
        return [run for run in self.runs() if run.state not in _OVER]

    def parts(self, run: str) -> list[StoredPart]:
        """The parts of a run."""
        with self.ledger() as ledger:
            return [] if ledger is None else ledger.parts(run)

    def keys(self, stored: StoredPart) -> list[str]:
        """The match keys of a part, as the provider writes them."""
        return keys_of(stored.part, self.scenario.key)

    def doubtful(self, run: str) -> list[StoredPart]:
        """The parts of a run that a person has to decide about."""
        return [
            stored
            for stored in self.parts(run)
            if stored.state in (PartState.UNKNOWN, PartState.SENT)
        ]


TOOLS = ("landbase", "talkvalue-cli")
"""The ways that start a program for every call, and so take many times as long."""

_PLAIN = tuple(name for name in SCENARIOS if name not in TOOLS)
WAYS = (*_PLAIN, *_PLAIN, *_PLAIN, *TOOLS)
"""The ways that runs are sent by, each as often as it stands here."""
