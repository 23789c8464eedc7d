"""A run that a power cut ends: what the disk may hold then is put there, and a person goes on."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.crash.disk import Disk, put
from tests.crash.points import Place
from tests.crash.runner import KILLED, Around, Point, Runner
from tests.crash.scenario import Scenario, Trial
from tests.crash.stage import HERE, THERE, set_up
from tests.crash.trial import Found, Person
from tests.crash.watching import read_trace


def cuts(scenario: Scenario, counts: Mapping[Place, int], *, every: bool) -> Iterator[Trial]:
    """Before each point at which something is brought to disk, and after what is said outside."""
    for (kind, place), count in counts.items():
        manner = "whole" if kind == "sync" else "after"
        if kind in ("sync", "start") or place.startswith("send"):
            for at in range(1, count + 1) if every else sorted({1, count}):
                yield Trial(scenario, (Point(kind, at, manner, place),))


def run(runner: Runner, trial: Trial, seed: int) -> Iterator[tuple[str, Found]]:
    """Cuts the power at the point of a trial; each state of the disk with what came of it."""
    scenario = trial.scenario
    with set_up(runner, trial) as (stage, box):
        here, books = runner.place / HERE, runner.place / THERE / "box.sqlite"
        trace, there = runner.kept / "trace", runner.kept / "box.sqlite"
        disk = Disk(here)
        traced = replace(trial, around=Around(trace=str(trace), under=str(here)))
        ended = Person(runner, traced, stage, box).call(stage.argv)
        runner.bury()
        if ended.code != KILLED:
            return
        disk.replay(read_trace(trace))
        there.unlink(missing_ok=True)
        _copy(books, there)
        for words, tree in disk.states(random.Random(f"{seed} {trial}")):
            put(tree, here)
            _copy(there, books)
            person = Person(runner, Trial(scenario), stage, box)
            person.found.killed = 1
            found = person.go_on() if scenario.sends else person.repeat()
            yield words, found


def _copy(source: Path, target: Path) -> None:
    """Copies what a stand-in remembers, which may have it open."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
