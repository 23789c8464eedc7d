"""Which points of a run are tried: every group of calls, or every call.

A group is a class of calls, the function of the C library, and the place in our code that makes
it. Of a group the first, the middle and the last call are tried, and of a longer loop one more,
which a seed chooses; each before it is made, writes and sends also after half of it, the last one
also after all of it. (After a call is what is before the next one, whatever its class.)
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from tests.crash.runner import Around, Point
from tests.crash.scenario import Scenario, Trial

DAY = 25 * 3600
"""How far a clock jumps, in seconds: over the lifetime of a key."""

Place = tuple[str, str]
"""A class of calls, and where they are made; see `watching.Watch`."""

_TORN = ("write", "pwrite", "send")
_SHARES = {"interrupted": 20, "readonly": 12, "second": 16, "clock": 12}
"""How many points of a scenario are tried, of those that are not tried group by group."""


def places(calls: Iterable[Mapping[str, str]]) -> Counter[Place]:
    """How often a run makes a call of each group."""
    return Counter((call["kind"], call["place"]) for call in calls)


def kills(
    scenario: Scenario, counts: Mapping[Place, int], choice: random.Random
) -> Iterator[Trial]:
    """A kill at the calls of each group that stand for it."""
    for (kind, place), count in counts.items():
        chosen = sorted({1, (count + 1) // 2, count})
        if count > len(chosen):
            chosen.append(choice.choice([at for at in range(1, count) if at not in chosen]))
        for at in chosen:
            yield Trial(scenario, (Point(kind, at, "whole", place),))
            if place.startswith(_TORN):
                yield Trial(scenario, (Point(kind, at, "torn", place),))
        yield Trial(scenario, (Point(kind, count, "after", place),))


def all_kills(scenario: Scenario, counts: Mapping[Place, int]) -> Iterator[Trial]:
    """A kill at every call."""
    for (kind, place), count in counts.items():
        for at in range(1, count + 1):
            for manner in ("whole", "torn", "after"):
                if manner != "torn" or place.startswith(_TORN):
                    yield Trial(scenario, (Point(kind, at, manner, place),))


def full_disks(scenario: Scenario, counts: Mapping[Place, int], *, every: bool) -> Iterator[Trial]:
    """A disk on which there is no room from some write on, until the call has ended."""
    for point in _some(counts, ("ledger", "write"), "full", every=every):
        yield Trial(scenario, (point,))


def interrupted(scenario: Scenario, counts: Mapping[Place, int]) -> Iterator[Trial]:
    """A signal meets a call, once: EINTR."""
    for point in _some(counts, ("ledger", "write", "sync", "call", "open"), "interrupted"):
        # close(2) and unlink(2) are not interrupted, and a failed connect is a fault of its own.
        if not point.place.startswith("connect"):
            yield Trial(scenario, (point,))


def readonly(scenario: Scenario, counts: Mapping[Place, int]) -> Iterator[Trial]:
    """A file system that is mounted read-only from some call on, as after an error of its disk."""
    for point in _some(counts, ("ledger", "write", "name", "open"), "readonly"):
        yield Trial(scenario, (point,))


def second_runners(
    scenario: Scenario, argv: Sequence[str], counts: Mapping[Place, int]
) -> Iterator[Trial]:
    """The same call, or a resume, while the call stands at a point."""
    for point in _some(counts, ("ledger", "sync", "name", "call", "start"), "paused"):
        for other in (tuple(argv), ("resume",)):
            yield Trial(scenario, (point,), around=Around(meanwhile=other))


def clocks(scenario: Scenario, counts: Mapping[Place, int]) -> Iterator[Trial]:
    """A clock that jumps within a call, or between it and the resume."""
    for point in _some(counts, ("ledger", "call"), "jumped"):
        for jump in (DAY, -DAY):
            yield Trial(scenario, (point,), around=Around(jump=jump))
            killed = replace(point, manner="whole")
            yield Trial(scenario, (killed,), around=Around(clock=jump))


def share(trials: Iterable[Trial], kind: str, choice: random.Random) -> list[Trial]:
    """Some of the trials of a kind, the same ones for the same seed."""
    known = list(trials)
    return choice.sample(known, min(len(known), _SHARES[kind]))


def _some(
    counts: Mapping[Place, int], kinds: Sequence[str], manner: str, *, every: bool = False
) -> Iterator[Point]:
    for (kind, place), count in counts.items():
        if kind in kinds:
            for at in range(1, count + 1) if every else sorted({1, count}):
                yield Point(kind, at, manner, place)
