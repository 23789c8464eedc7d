"""One fork server for all tests of a process, and what untouched runs of the scenarios are like."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from preflight.providers.sandbox.server import Sandbox
from tests.calls import bare_environment
from tests.crash import audit
from tests.crash.runner import Runner, workplace
from tests.crash.scenario import SCENARIOS, Trial
from tests.crash.trial import Found, run


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    with Runner() as started:
        yield started


@pytest.fixture(scope="session")
def counts_of(runner: Runner) -> Callable[[str], Mapping[str, int]]:
    """How many system calls of each class a scenario makes when nothing happens to it."""

    @functools.cache
    def count(name: str) -> Mapping[str, int]:
        untouched = run(runner, Trial(SCENARIOS[name]))
        assert untouched.problems == []
        return untouched.counts

    return count


@dataclass(frozen=True)
class Finished:
    """A run that went well.

    Attributes:
        here: the working directory of the call.
        box: the sandbox's file.
    """

    here: Path
    box: Path

    def audited(self) -> Found:
        """What the audit says of it."""
        found = Found(Trial(SCENARIOS["talkvalue"]))
        with Sandbox(self.box) as box:
            audit.audit(found, self.here, box.store)
        return found


def finish(runner: Runner, place: Path) -> Finished:
    """Makes a run that goes well, and that the audit has nothing against."""
    scenario = SCENARIOS["talkvalue"]
    made = Finished(place / "here", place / "box.sqlite")
    made.here.mkdir()
    (made.here / "a.csv").write_text(scenario.content)
    with Sandbox(made.box) as box:
        environ = {**bare_environment(), **box.environment, "PREFLIGHT_POLL_SCALE": "0.001"}
        assert runner.call(scenario.argv(), cwd=made.here, environ=environ).code == 1
    assert made.audited().problems == []
    return made


@pytest.fixture(scope="session")
def _finished(runner: Runner) -> Iterator[Finished]:
    with workplace() as place:
        yield finish(runner, place)


@pytest.fixture
def finished(_finished: Finished, tmp_path: Path) -> Finished:
    """A finished run, with a copy of the provider's books, to be tampered with."""
    return Finished(_finished.here, Path(shutil.copy(_finished.box, tmp_path)))
