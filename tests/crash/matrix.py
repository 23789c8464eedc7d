"""Which trials there are: every point of a run, every fault of a provider, and some of both."""

from __future__ import annotations

import queue
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from preflight.providers.landbase.stand_in_tool import EXITS as LANDBASE_EXITS
from preflight.providers.sandbox.app import ROUTES
from tests.crash.runner import Point, Runner
from tests.crash.scenario import Complaint, Scenario, Trial
from tests.crash.trial import Found, run

KINDS = (
    ("ledger", False), ("ledger", True), ("write", False), ("write", True), ("sync", False),
    ("name", False), ("call", False), ("call", True), ("start", False),
)  # fmt: skip
"""Classes of points, and whether writes are torn there."""

_PATIENCE = 2.0
_FAULTS = (
    "404", "429", "429:1:0.2", "500", "503", "503:1:0.2", "500-after",
    f"slow:1:{3 * _PATIENCE:g}", "cut-before", "cut-after", "truncate",
)  # fmt: skip
_AGAIN = ("429:9", "500:9", "cut-before:9", "cut-after:3")
_LATE_OR_GONE = ("404:3", "404:99", "truncate:99")
_UNTOUCHED = {"account-info", "metadata"}
_LISTS = {"lists", "members"}
_TOOLS = {"landbase": ("upload", "start", "status"), "talkvalue-cli": (
    "analyze", "create", "list", "get", "failed-export",
)}  # fmt: skip
_REPORTS = {"report", "report-faults", "errors", "error-file", "failed-export"}
_UNSURE = {"TIMEOUT", "NETWORK_ERROR", "API_ERROR"}


@dataclass
class Tally:
    """What the trials of a scenario showed.

    Attributes:
        tried: how many of each kind there were.
        ways: what ended them.
        doubled, lost, stuck, wrong: how many of the trials showed that.
        bad: what was wrong, with the trial.
        seconds: how long they took together.
    """

    tried: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    doubled: int = 0
    lost: int = 0
    stuck: int = 0
    wrong: int = 0
    bad: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, kind: str, found: Found) -> None:
        """Counts a trial."""
        self.tried[kind] += 1
        self.ways[found.way] += 1
        self.doubled += bool(found.doubled)
        self.lost += bool(found.lost)
        self.stuck += bool(found.stuck)
        self.wrong += bool(found.wrong)
        self.bad += [f"{found.trial}: {problem}" for problem in found.problems]


class Bench:
    """Carries out trials, several at a time.

    Args:
        runners: fork servers, one for each trial at a time.
    """

    def __init__(self, runners: Sequence[Runner]) -> None:
        self._free: queue.SimpleQueue[Runner] = queue.SimpleQueue()
        for runner in runners:
            self._free.put(runner)
        self._pool = ThreadPoolExecutor(len(runners))

    def one(self, trial: Trial) -> Found:
        """Carries out a trial."""
        runner = self._free.get()
        try:
            return run(runner, trial)
        finally:
            self._free.put(runner)

    def all(self, trials: Iterable[Trial]) -> Iterator[Found]:
        """Carries out trials, in their order."""
        return self._pool.map(self.one, list(trials))

    def close(self) -> None:
        """Ends it."""
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def bench(count: int) -> Iterator[Bench]:
    """A bench with so many fork servers."""
    with ExitStack() as stack:
        made = Bench([stack.enter_context(Runner()) for _ in range(count)])
        stack.callback(made.close)
        yield made


def points(
    work: Bench, scenario: Scenario, tally: Tally, every: Callable[[str, bool], int]
) -> None:
    """Kills a run at the first, the second, … call of each class, until one ends untouched.

    Args:
        work: carries it out.
        scenario: of the run.
        tally: gets the results.
        every: for a class and whether its writes are torn: every n-th point is tried.
    """
    first = work.one(Trial(scenario))
    tally.add("untouched", first)
    for kind, torn in KINDS:
        step, count = every(kind, torn), first.counts[kind]
        if not count or not step:
            continue
        name = f"{kind}, torn" if torn else kind
        trials = [Trial(scenario, (Point(kind, at, torn),)) for at in range(1, count + 1, step)]
        for found in work.all(trials):
            tally.add(name if found.killed else "untouched", found)
        at = trials[-1].points[0].at + step  # type: ignore[union-attr]
        while (found := work.one(Trial(scenario, (Point(kind, at, torn),)))).killed:
            tally.add(name, found)
            at += step


def full_disks(
    scenario: Scenario, counts: Mapping[str, int], every: Callable[[str, bool], int]
) -> Iterator[Trial]:
    """A disk on which there is no room from some write on, until the call has ended."""
    for kind in ("ledger", "write"):
        if step := every(kind, False):
            for at in range(1, counts[kind] + 1, step):
                yield Trial(scenario, (Point(kind, at, full=True),))


def faults(scenario: Scenario) -> Iterator[Trial]:
    """Every fault on every route that a run of the scenario takes."""
    routes = set(ROUTES[scenario.provider]) - _UNTOUCHED
    routes = routes & _LISTS if scenario.name.endswith("-list") else routes - _LISTS
    for route in sorted(routes):
        more = _AGAIN if route in {scenario.commits, "status", "get"} else ()
        for fault in (*_FAULTS, *more, *(_LATE_OR_GONE if route in _REPORTS else ())):
            yield Trial(
                scenario, faults=(f"{scenario.provider}:{route}:{fault}",), patience=_PATIENCE
            )


def complaints(scenario: Scenario) -> Iterator[Trial]:
    """What a provider's own tool can end with, before its work and, where it may be, after it."""
    for command in _TOOLS.get(scenario.name, ()):
        if scenario.provider == "landbase":
            codes = {
                f'{{"code": "{code}"}}': (code, LANDBASE_EXITS[code]) for code in LANDBASE_EXITS
            }
        else:
            codes = {'{"message": "no"}' + " " * code: (str(code), code) for code in (1, 3, 4, 5)}
        for error, (code, exits) in codes.items():
            yield Trial(scenario, complaint=Complaint(command, error, exits, after=False))
            if code in _UNSURE or (exits == 1 and scenario.provider == "talkvalue"):
                yield Trial(scenario, complaint=Complaint(command, error, exits, after=True))


def both(scenario: Scenario, counts: Mapping[str, int], every: int) -> Iterator[Trial]:
    """A run that is let down where rows are taken and then killed, and one that is killed twice.

    Where a person has to be asked the second blow meets the resume, else the same call.
    """
    for at in range(1, counts["ledger"] + 1, every):
        for kind in ("ledger", "call"):
            share = at * counts[kind] // (2 * counts["ledger"])
            for broken in (f"{scenario.commits}:cut-after", f"{scenario.commits}:500-after"):
                points = (
                    (None, Point(kind, 1 + share))
                    if scenario.way == "person"
                    else (Point(kind, counts[kind] // 2 + share),)
                )
                yield Trial(scenario, points, faults=(f"{scenario.provider}:{broken}",))
    middle = counts["call"] // 2
    for at in range(1, counts["ledger"] // 2, every):
        yield Trial(scenario, (Point("call", middle), Point("ledger", at), Point("call", 3)))


@contextmanager
def timed(tally: Tally) -> Iterator[None]:
    """Counts how long the block takes."""
    began = time.monotonic()
    try:
        yield
    finally:
        tally.seconds += time.monotonic() - began
