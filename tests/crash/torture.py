"""`make torture`: the crash matrix, and its figures.

    python -m tests.crash.torture [SCENARIO…] [--all] [--only KIND,…] [--results FILE] [--workers N]

Every group of points of every scenario is tried, see `points.py`; with `--all` every point. Results
are kept in a file, so that a second call goes on where one stopped; after a change of the code it
begins anew. Exits with 1 where anything was doubled, lost, stuck or wrong.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from tests.crash import matrix, points, power_cut
from tests.crash.kept_results import KeptResults
from tests.crash.points import Place
from tests.crash.runner import REPOSITORY, Around, Runner, lacking
from tests.crash.scenario import LATER, SCENARIOS, Scenario, Trial
from tests.crash.stage import HERE, environment, set_up
from tests.crash.trial import Found, run
from tests.crash.watching import read_trace

RESULTS = REPOSITORY / ".torture" / "results.jsonl"
SEED = 16
_WORKERS = 2
_BOTH, _EVERY_BOTH = 9, 1
_HEAD = ("trials", "states", "doubled", "lost", "stuck", "wrong", "seconds")


class Work(NamedTuple):
    """A trial, and what kind of trial it is."""

    kind: str
    trial: Trial

    @property
    def key(self) -> str:
        """What it is called in the file of results."""
        return f"{self.kind}: {self.trial}"


@dataclass
class Result:
    """What a trial showed.

    Attributes:
        scenario, kind: of the trial.
        reached: whether the point was reached, or there is none.
        states: how many states of the disk or the run were gone on from.
        ways: what ended them.
        doubled, lost, stuck, wrong: in how many of the states that was so.
        problems: what was wrong.
        seconds: how long it took.
    """

    scenario: str
    kind: str
    reached: bool = True
    states: int = 0
    ways: dict[str, int] = field(default_factory=dict)
    doubled: int = 0
    lost: int = 0
    stuck: int = 0
    wrong: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, found: Found, words: str = "") -> None:
        """Counts a state."""
        self.states += 1
        self.ways[found.way] = self.ways.get(found.way, 0) + 1
        self.doubled += bool(found.doubled)
        self.lost += bool(found.lost)
        self.stuck += bool(found.stuck)
        self.wrong += bool(found.wrong)
        self.problems += [f"{words}: {one}" if words else one for one in found.problems]


def main() -> int:
    """Carries it out and prints it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    parser.add_argument("--all", action="store_true", help="every point, not every group")
    parser.add_argument("--only", default="", help="kinds of trials, with commas between them")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--workers", type=int, default=_WORKERS)
    asked = parser.parse_args()
    if (why := lacking()) is not None:
        print(f"cannot be done here: {why}", file=sys.stderr)
        return 2
    known = {**SCENARIOS, **LATER}
    chosen = [known[name] for name in asked.scenarios or known]
    with KeptResults(asked.results) as kept, matrix.bench(asked.workers) as bench:
        counts = {scenario.name: _counted(kept, bench, scenario) for scenario in chosen}
        work = [
            piece
            for kind, trials in _KINDS.items()
            if kind in (asked.only.split(",") if asked.only else _KINDS)
            for scenario in chosen
            for piece in trials(scenario, counts[scenario.name], every=asked.all)
        ]
        todo = [piece for piece in work if piece.key not in kept]
        print(f"{len(work)} trials, {len(work) - len(todo)} of them known", flush=True)
        _carry_out(kept, bench, todo)
        return _report([kept[piece.key] for piece in work])


def _counted(kept: KeptResults, bench: matrix.Bench, scenario: Scenario) -> Mapping[Place, int]:
    """How often a run of a scenario makes a call of each group; the same whenever it is asked."""
    key = f"calls: {scenario.name}"
    if key not in kept:
        (calls,) = bench.all(_calls, [scenario])
        groups = points.places(calls)
        kept.keep(key, {"counts": [[*group, count] for group, count in groups.items()]})
    return {(kind, place): count for kind, place, count in kept[key]["counts"]}


def _calls(runner: Runner, scenario: Scenario) -> list[dict[str, Any]]:
    trace = runner.kept / "trace"
    found = run(runner, Trial(scenario, around=Around(trace=str(trace))))
    if found.problems:
        raise SystemExit(f"{scenario.name}, untouched: {found.problems}")
    return read_trace(trace)


def _carry_out(kept: KeptResults, bench: matrix.Bench, todo: list[Work]) -> None:
    began = time.monotonic()
    for number, (key, result) in enumerate(bench.all(_result, todo), 1):
        kept.keep(key, asdict(result))
        for problem in result.problems:
            print(f"{key}\n    {problem}", flush=True)
        if not number % 100:
            print(f"{number} of {len(todo)}, {time.monotonic() - began:.0f} s", flush=True)


def _result(runner: Runner, work: Work) -> tuple[str, Result]:
    """One trial; what fails in the matrix itself is written down, too."""
    began = time.monotonic()
    result = Result(work.trial.scenario.name, work.kind)
    try:
        _ready(runner, work.trial.scenario)
        if work.kind == POWER_CUT:
            for words, found in power_cut.run(runner, work.trial, SEED):
                result.add(found, words)
            result.reached = bool(result.states)
        else:
            found = _run(runner, work.trial)
            result.add(found)
            result.reached = not work.trial.points or found.is_hit
    except Exception:  # noqa: BLE001 - whatever it is, the other trials go on
        result.wrong += 1
        result.problems.append(traceback.format_exc())
    result.seconds = round(time.monotonic() - began, 2)
    return work.key, result


def _run(runner: Runner, trial: Trial) -> Found:
    """A trial. Where its run makes a call less this time, the one before is its point."""
    while True:
        found = run(runner, trial)
        point = trial.points[0] if trial.points else None
        if found.is_hit or point is None or not point.place or point.at == 1:
            return found
        trial = replace(trial, points=(replace(point, at=point.at - 1), *trial.points[1:]))


def _ready(runner: Runner, scenario: Scenario) -> None:
    """The first time, warms the runner up, and learns what an untouched run leaves."""
    if scenario.name not in runner.warmed:
        runner.warmed.add(scenario.name)
        trial = Trial(scenario)
        with set_up(runner, trial) as (stage, box):
            environ = environment(runner, box)
            runner.warm(stage.argv, cwd=runner.place / HERE, environ=environ)
        run(runner, trial)


def _kills(scenario: Scenario, counts: Mapping[Place, int], *, every: bool) -> Iterator[Work]:
    trials = (
        points.all_kills(scenario, counts) if every else points.kills(scenario, counts, _choice())
    )
    return (Work(KILLED, trial) for trial in trials)


def _cuts(scenario: Scenario, counts: Mapping[Place, int], *, every: bool) -> Iterator[Work]:
    return (Work(POWER_CUT, trial) for trial in power_cut.cuts(scenario, counts, every=every))


def _full(scenario: Scenario, counts: Mapping[Place, int], *, every: bool) -> Iterator[Work]:
    return (Work(FULL, trial) for trial in points.full_disks(scenario, counts, every=every))


def _surroundings(
    scenario: Scenario, counts: Mapping[Place, int], *, every: bool
) -> Iterator[Work]:
    """What surrounds a call: signals, a file system that breaks, other calls, the clock."""
    kinds = {
        "interrupted": points.interrupted(scenario, counts),
        "readonly": points.readonly(scenario, counts),
    }
    if scenario.sends:
        argv = scenario.argv() if scenario.name in SCENARIOS else ["resume"]
        kinds["second"] = points.second_runners(scenario, argv, counts)
        kinds["clock"] = points.clocks(scenario, counts)
    for kind, trials in kinds.items():
        for trial in trials if every else points.share(trials, kind, _choice()):
            yield Work(_NAMES[kind], trial)


def _provider(scenario: Scenario, counts: Mapping[Place, int], *, every: bool) -> Iterator[Work]:
    """What a provider does wrong, and that together with a kill."""
    if scenario.name not in SCENARIOS:
        return
    for trial in chain(matrix.faults(scenario), matrix.complaints(scenario)):
        yield Work(FAULT, trial)
    totals: Counter[str] = Counter()
    for (kind, _), count in counts.items():
        totals[kind] += count
    for trial in matrix.both(scenario, totals, _EVERY_BOTH if every else _BOTH):
        yield Work(TWICE, trial)


KILLED, POWER_CUT, FULL, FAULT, TWICE = (
    "killed", "power cut", "disk full", "fault of the provider", "hit twice",
)  # fmt: skip
_NAMES = {
    "interrupted": "interrupted by a signal",
    "readonly": "file system read-only",
    "second": "second runner",
    "clock": "clock set",
}
_KINDS: Mapping[str, Callable[..., Iterator[Work]]] = {
    "kill": _kills,
    "power": _cuts,
    "full": _full,
    "around": _surroundings,
    "provider": _provider,
}
"""What `--only` names, in the order in which it is done."""


def _choice() -> random.Random:
    return random.Random(SEED)


def _report(results: list[Mapping[str, Any]]) -> int:
    """Prints the figures, by scenario and by kind; 1 where anything was wrong."""
    for by in ("scenario", "kind"):
        print(f"{by:>25}" + "".join(f"{word:>10}" for word in _HEAD))
        for name in dict.fromkeys(one[by] for one in results):
            mine = [one for one in results if one[by] == name]
            cells = [len(mine), *(sum(one[word] for one in mine) for word in _HEAD[1:])]
            print(f"{name:>25}" + "".join(f"{cell:>10.0f}" for cell in cells))
    ways: Counter[str] = Counter()
    for one in results:
        ways.update(one["ways"])
    print("ended by " + ", ".join(f"{way} {count}" for way, count in sorted(ways.items())))
    print(f"points that no call reached: {sum(not one['reached'] for one in results)}")
    return int(any(one["problems"] for one in results))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("stopped; another call goes on where this one was", file=sys.stderr)
        sys.exit(130)
