"""Random runs, a few of them: `make torture` carries out thousands."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.crash.random_runs.killing import Kill
from tests.crash.random_runs.machine import RandomRuns
from tests.crash.random_runs.person import Person
from tests.crash.random_runs.promises import Promises
from tests.crash.random_runs.world import Terms, World
from tests.crash.scenario import SCENARIOS

pytestmark = pytest.mark.slow


def test_in_random_runs_no_row_is_taken_twice_and_each_is_told_as_it_is() -> None:
    run_state_machine_as_test(RandomRuns, settings=settings(max_examples=2, stateful_step_count=4))


def hold_for_each(promises: Promises, *, rows: int) -> None:
    """The kill may leave a row that only the person says is there, and no promise is about it."""
    for step in range(rows):
        promises.hold(step=step)


def test_the_promises_see_a_row_that_was_taken_twice_and_one_that_was_not_taken(
    tmp_path: Path,
) -> None:
    """Random runs that could not fail would show nothing."""
    world = World(tmp_path, SCENARIOS["dotdigital"], max_rows=1, job_seconds=0.0)
    with world.opened():
        person = Person(world)
        person.write(["good", "good"])
        promises = Promises(person)
        # Somewhere after the run stands in the ledger, and before it has ended.
        killed = Terms(kill=Kill(at=60, after=False, begun=True))
        assert world.submit(person.path, killed).killed
        (run,) = world.unfinished()
        world.resume(run.id)
        while world.unfinished():
            person.decide(run.id, ["look"])
        promises.hold_at_the_end()
        (job, *_), store = world.box.store.jobs("dotdigital"), world.box.store
        key = world.keys(world.parts(run.id)[0])[0]
        with store.intake("dotdigital", "again", job.created, job.ends) as intake:
            intake.accept(1, ["again"], key, {})
        with pytest.raises(AssertionError, match="was taken 2 times, and may be 1 times"):
            promises.hold(step=0)
        person.permitted[key] += 1
        promises.hold(step=0)
        with closing(sqlite3.connect(tmp_path / "there" / "box.sqlite")) as box, box:
            box.execute("DELETE FROM accepted")
        with pytest.raises(AssertionError, match="is accepted, and there it was not taken"):
            hold_for_each(promises, rows=2)
