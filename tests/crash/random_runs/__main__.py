"""Carries out many random runs: `python -m tests.crash.random_runs --runs 10000 --seed 1`.

They come in batches, each from a seed of its own, and the file of results has a line for each. A
second call goes on where the first stopped. A batch that fails prints what was done in it, and is
repeated by `--only SEED`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

BATCH = 50
"""How many runs have one seed: by one example, hypothesis goes on from what it has tried."""

RESULTS = Path(".preflight") / "random-runs.jsonl"
_FIGURES = ("runs", "steps", "calls", "kills", "checks")


def main() -> int:
    """Carries them out and prints the sum."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.random_runs", description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first batch")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no batch later")
    parser.add_argument("--only", type=int, metavar="SEED", help="one batch, in this process")
    asked = parser.parse_args()
    if asked.only is not None:
        return _batch(asked.only)
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    done = {batch["seed"] for batch in _read(asked.results)}
    wanted = range(asked.seed, asked.seed + -(-asked.runs // BATCH))
    until = time.monotonic() + asked.minutes * 60
    with ThreadPoolExecutor(asked.workers) as workers:
        for seed in wanted:
            if seed not in done:
                workers.submit(_carry_out, seed, asked.results, until)
    batches = [batch for batch in _read(asked.results) if batch["seed"] in wanted]
    return _tell(batches, len(wanted))


def _read(results: Path) -> list[dict[str, object]]:
    if not results.exists():
        return []
    return [json.loads(line) for line in results.read_text().splitlines()]


def _carry_out(seed: int, results: Path, until: float) -> None:
    """A batch in a process of its own; its line is added to the results when it is over."""
    if time.monotonic() > until:
        return
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "tests.crash.random_runs", "--only", str(seed)],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = ended.stdout.splitlines()
    line = {
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "failed": ended.stderr[-20_000:] if ended.returncode else "",
        **(json.loads(lines[-1]) if lines else {}),
    }
    with results.open("a") as file:
        file.write(json.dumps(line) + "\n")


def _batch(seed: int) -> int:
    """The runs of one seed; their figures are the last line that is printed."""
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis import seed as seeded
    from hypothesis.stateful import run_state_machine_as_test

    from tests.crash.random_runs.machine import COUNTS, STEPS, RandomRuns

    seeded(seed)(RandomRuns)
    try:
        run_state_machine_as_test(
            RandomRuns,
            settings=settings(
                max_examples=BATCH,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                phases=(Phase.generate,),
                suppress_health_check=(
                    HealthCheck.too_slow,
                    HealthCheck.data_too_large,
                    HealthCheck.filter_too_much,
                    HealthCheck.large_base_example,
                ),
            ),
        )
    finally:
        print(json.dumps(COUNTS))
    return 0


def _tell(batches: list[dict[str, object]], wanted: int) -> int:
    total = Counter[str]()
    for batch in batches:
        total.update({name: count for name, count in batch.items() if isinstance(count, int)})
    print(f"{len(batches)} of {wanted} batches:", ", ".join(f"{total[n]:,} {n}" for n in _FIGURES))
    failed = [batch for batch in batches if batch["failed"]]
    for batch in failed:
        print(f"\nseed {batch['seed']}:\n{batch['failed']}")
    return int(bool(failed) or len(batches) < wanted)


if __name__ == "__main__":
    sys.exit(main())
