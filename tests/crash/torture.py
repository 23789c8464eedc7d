"""`make torture`: all of the matrix, and its figures.

    python -m tests.crash.torture [SCENARIO…] [--points N] [--faults N] [--both N] [--workers N]

`--points 1` tries every point; 6, say, every sixth of the largest classes (`ledger`, `sync`), every
second of the others, and half as many torn writes; 0 none. So do `--faults` and `--both` for the
faults and for runs that are hit twice.
Exits with 1 where anything was doubled, lost, stuck or wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial

from tests.crash.matrix import (
    Bench,
    Tally,
    bench,
    both,
    complaints,
    faults,
    full_disks,
    points,
    timed,
)
from tests.crash.runner import lacking
from tests.crash.scenario import SCENARIOS, Scenario, Trial

_HEAD = ("scenario", "trials", "doubled", "lost", "stuck", "else", "seconds")


def main() -> int:
    """Carries it out and prints it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    parser.add_argument("--points", type=int, default=1)
    parser.add_argument("--both", type=int, default=9)
    parser.add_argument("--faults", type=int, default=1)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    if (why := lacking()) is not None:
        print(f"cannot be done here: {why}", file=sys.stderr)
        return 2
    tallies = {}
    with bench(asked.workers) as work:
        for name in asked.scenarios or SCENARIOS:
            tallies[name] = Tally()
            with timed(tallies[name]):
                _through(work, SCENARIOS[name], tallies[name], asked)
            _tell(name, tallies[name])
    print("".join(f"{word:>16}" for word in _HEAD))
    for name, one in tallies.items():
        row = (name, one.tried.total(), one.doubled, one.lost, one.stuck, one.wrong)
        print("".join(f"{cell:>16}" for cell in row) + f"{one.seconds:>16.0f}")
    return int(any(one.bad for one in tallies.values()))


def _through(work: Bench, scenario: Scenario, tally: Tally, asked: argparse.Namespace) -> None:
    if asked.points:
        every = partial(_every, asked.points)
        points(work, scenario, tally, every)
        counts = work.one(Trial(scenario)).counts
        for found in work.all(full_disks(scenario, counts, every)):
            tally.add("disk full" if found.full else "untouched", found)
    if asked.faults:
        for found in work.all(list(faults(scenario))[:: asked.faults]):
            tally.add("fault", found)
        for found in work.all(list(complaints(scenario))[:: asked.faults]):
            tally.add("tool's error", found)
    if asked.both:
        untouched = work.one(Trial(scenario))
        for found in work.all(both(scenario, untouched.counts, asked.both)):
            tally.add("hit twice", found)


def _every(step: int, kind: str, torn: bool) -> int:
    """Every n-th point of a class is tried."""
    if kind not in ("ledger", "sync"):
        step = max(1, step // 3)
    return step * 2 if torn and step > 1 else step


def _tell(name: str, tally: Tally) -> None:
    tried = ", ".join(f"{kind} {count}" for kind, count in tally.tried.items())
    ways = ", ".join(f"{way} {count}" for way, count in sorted(tally.ways.items()))
    print(f"{name}: {tried}; ended by {ways}; {tally.seconds:.0f} s", flush=True)
    for problem in tally.bad:
        print(f"  {problem}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
