"""The state machine of random runs: what can happen, in any order, and what holds after each step.

At the end of each run there are no more faults, and a person who looks before they speak resumes
all that has not ended. Everything must end then, and the last audit is made of every row.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from urllib.error import HTTPError

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from preflight.runs.ledger.run import PartState, RunState
from tests.crash.random_runs.killing import Ended, Kill
from tests.crash.random_runs.person import DECISIONS, EDITS, ROWS, Person
from tests.crash.random_runs.promises import Promises
from tests.crash.random_runs.reports import fetched
from tests.crash.random_runs.world import WAYS, Terms, World
from tests.crash.runner import workplace
from tests.crash.scenario import SCENARIOS

REPORTED = ("dotdigital", "talkvalue")
"""The ways whose failure reports a person fetches."""

MOST_CALLS = 12
"""A run that has not ended after so many calls of a careful person is stuck."""

STEPS = 7
"""How many steps a run has, at most."""

COUNTS = Counter[str]()
"""Of this process: runs, steps, calls, kills, checks, and runs of each way."""

_kills = st.builds(
    Kill, at=st.integers(1, 30) | st.integers(1, 500), after=st.booleans(), begun=st.booleans()
)
_terms = st.builds(
    Terms,
    kill=st.none() | _kills,
    wait=st.sampled_from([True, True, True, False]),
    timeout=st.sampled_from([None, None, None, 1.0, 60.0]),
    after=st.sampled_from([0.0, 0.0, 5.0, 500.0, 5000.0]),
)
Disturbance = tuple[int, int, int]
"""A fault: the numbers of its route and its kind, and how often it comes."""

_number = st.integers(0, 99)
_faults = st.lists(st.tuples(_number, _number, st.sampled_from([1, 1, 2, 9])), max_size=2)


class RandomRuns(RuleBasedStateMachine):
    """One run, of many calls."""

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._step = 0

    @initialize(
        way=st.sampled_from(WAYS),
        rows=st.lists(st.sampled_from(ROWS), min_size=1, max_size=5),
        max_rows=st.integers(1, 3),
        job_seconds=st.sampled_from([0.0, 0.0, 4.0, 400.0]),
        faults=_faults,
        terms=_terms,
    )
    def begin(
        self,
        way: str,
        rows: list[str],
        max_rows: int,
        job_seconds: float,
        faults: list[Disturbance],
        terms: Terms,
    ) -> None:
        place = self._stack.enter_context(workplace())
        self.world = World(place, SCENARIOS[way], max_rows, job_seconds)
        self._stack.enter_context(self.world.opened())
        self.person = Person(self.world)
        self.person.write(["good", *rows])
        self.promises = Promises(self.person)
        self.submit_again(faults, terms)

    def _disturb(self, faults: list[Disturbance]) -> None:
        for fault in faults:
            self.world.disturb(*fault)

    @rule(faults=_faults, terms=_terms)
    def submit_again(self, faults: list[Disturbance], terms: Terms) -> None:
        self._disturb(faults)
        ended = self.world.submit(self.person.path, terms)
        assert not ended.error or self.world.runs(), ended

    @rule(at=_number, faults=_faults, terms=_terms)
    def resume(self, at: int, faults: list[Disturbance], terms: Terms) -> None:
        if waiting := self.world.unfinished():
            self._disturb(faults)
            self._well(self.world.resume(waiting[at % len(waiting)].id, terms))

    @rule(
        at=_number,
        said=st.lists(st.sampled_from(DECISIONS), min_size=1, max_size=3),
        faults=_faults,
        terms=_terms,
    )
    def decide(self, at: int, said: list[str], faults: list[Disturbance], terms: Terms) -> None:
        waiting = [run for run in self.world.unfinished() if self.world.doubtful(run.id)]
        if waiting:
            self._disturb(faults)
            self.person.decide(waiting[at % len(waiting)].id, said, terms)

    @rule(
        at=_number,
        edits=st.lists(st.sampled_from(EDITS), min_size=1, max_size=4),
        added=st.lists(st.sampled_from(("good", "refused", "bad")), max_size=2),
        turned=st.booleans(),
        faults=_faults,
        terms=_terms,
    )
    def correct_and_resubmit(
        self,
        at: int,
        edits: list[str],
        added: list[str],
        turned: bool,
        faults: list[Disturbance],
        terms: Terms,
    ) -> None:
        ended = [run for run in self.world.runs() if run.state is RunState.FINISHED]
        if ended and self.person.correct(ended[at % len(ended)].folder, edits, added, turned):
            self._disturb(faults)
            self.person.resubmit(self.person.corrected[-1], terms)

    @rule(at=_number, terms=_terms)
    def resubmit_an_earlier_file(self, at: int, terms: Terms) -> None:
        if files := self.person.corrected:
            self.person.resubmit(files[at % len(files)], terms)

    @rule(at=_number, accept=st.booleans())
    def merge(self, at: int, accept: bool) -> None:
        """A person fetches the report of a job, and says perhaps which part it is about."""
        if self.world.scenario.name not in REPORTED:
            return
        jobs = self.world.box.store.jobs(self.world.scenario.provider)
        runs = [run for run in self.world.runs() if run.state is not RunState.REPLACED]
        if not jobs:
            return
        job = jobs[at % len(jobs)]
        # A person who meets a fault asks again until the report is whole.
        self.world.box.faults.clear()
        try:
            report = fetched(self.world, job.id)
        except HTTPError:
            return  # The job has not ended.
        keys = {row.key for row in self.world.box.store.accepted(self.world.scenario.provider)
                if row.job == job.id}  # fmt: skip
        keys |= {row.cells[0].lower() for row in self.world.box.store.failures(job)}
        for run in runs:
            about = [
                stored.part.number
                for stored in self.world.parts(run.id)
                if stored.state in (PartState.UNKNOWN, PartState.SENT)
                and keys & set(self.world.keys(stored))
            ]
            self.world.merge(run.id, [report], frozenset(about if accept else ()))

    def _well(self, ended: Ended) -> None:
        """A resume that names no part is never wrong."""
        assert ended.error in ("", "Stopped"), ended

    @invariant()
    def promises_hold(self) -> None:
        self._step += 1
        self.promises.hold(step=self._step)

    def teardown(self) -> None:
        try:
            if hasattr(self, "promises"):
                self._end()
        finally:
            self._stack.close()

    def _end(self) -> None:
        """All that was begun comes to its end, and every row is where it is said to be."""
        self.world.box.faults.clear()
        self.world.clock.sleep(5000.0)
        if not self.world.runs():
            ended = self.world.submit(self.person.path)
            assert not ended.error, ended
        calls = 0
        while waiting := self.world.unfinished():
            calls += 1
            assert calls <= MOST_CALLS, f"not ended after {calls} calls"
            run = waiting[0].id
            # A job that cannot be followed is asked for once more before it is given up.
            doubtful = calls > 2 and any(
                stored.state is PartState.SENT for stored in self.world.doubtful(run)
            )
            unknown = any(stored.state is PartState.UNKNOWN for stored in self.world.doubtful(run))
            if doubtful or unknown:
                self.person.decide(run, ["look"])
            else:
                self._well(self.world.resume(run))
        self.promises.hold_at_the_end()
        COUNTS["runs"] += 1
        COUNTS[f"runs of {self.world.scenario.name}"] += 1
        COUNTS["steps"] += self._step
        COUNTS["calls"] += self.world.calls
        COUNTS["kills"] += self.world.kills
        COUNTS["checks"] += self.promises.checked
