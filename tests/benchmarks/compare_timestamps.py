"""Timestamps as we read them beside what the libraries make of them, string by string, in bulk.

`dateutil.tz` is the truth about gaps and folds, for each change of the clocks of every IANA zone;
`datetime.fromisoformat` about ISO 8601 with an offset. Seeded, so that a difference can be looked
at again. Run as `python tests/benchmarks/compare_timestamps.py [--strings N] [--years FROM TO]`.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pandas as pd
from dateutil import tz

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from preflight.core.types import Hints
from preflight.kinds.timestamp.judge import judge
from tests.kinds.timestamp.test_judge import around, changes

_SEED = 20260914


def zones(first: int, last: int) -> Iterator[bool]:
    """Whether we agree with dateutil, for each local time near a change of a zone's clocks."""
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        near = [local for change in changes(zone, first, last) for local in around(zone, change)]
        locals_ = list(dict.fromkeys(near))
        values = pd.Series([f"{local:%Y-%m-%dT%H:%M:%S}" for local in locals_], dtype="str")
        for local, status in zip(locals_, judge(values, Hints(zone))["status"], strict=True):
            odd = "dst-fold" if tz.datetime_ambiguous(local, zone) else "naive"
            yield status == (odd if tz.datetime_exists(local, zone) else "dst-gap")


def iso(count: int) -> Iterator[bool]:
    """Whether we agree with Python on random near-misses of RFC 3339.

    Python is milder about the 60th minute of an offset and, in later versions, the 24th hour; it
    knows no leap second. Such strings are not made.
    """
    rng = random.Random(_SEED)
    texts = [
        f"{rng.randint(0, 9999):04}-{rng.randint(0, 13):02}-{rng.randint(0, 32):02}T"
        f"{rng.choice([*range(24), 25]):02}:{rng.randint(0, 61):02}:"
        f"{rng.choice([*range(60), 61]):02}"
        f"{rng.choice(['', '.5', '.123456'])}"
        f"{rng.choice(['Z', '+02:00', '-23:59', '+24:00', '+05:30', '', '-00:00'])}"
        for _ in range(count)
    ]
    texts = list(dict.fromkeys(texts))
    judged = judge(pd.Series(texts, dtype="str"), Hints())
    for text, status in zip(texts, judged["status"], strict=True):
        try:
            there = datetime.fromisoformat(text).tzinfo is not None
        except ValueError:
            there = False
        yield (status == "ok") is there


def moments(count: int) -> Iterator[bool]:
    """Whether what we write is the moment that Python wrote in another form."""
    rng = random.Random(_SEED)
    forms = (
        "%Y-%m-%d %H:%M:%S %z", "%d %B %Y %H:%M:%S %z", "%b %d, %Y %I:%M:%S %p %z",
        "%a, %d %b %Y %H:%M:%S %z", "%G-W%V-%uT%H:%M:%S%z", "%Y%m%dT%H%M%S%z",
        "%Y-%jT%H:%M:%S%z", "%a %b %d %Y %H:%M:%S GMT%z", "%d/%b/%Y:%H:%M:%S %z",
    )  # fmt: skip
    start = datetime(1970, 1, 1, tzinfo=UTC)
    there = [start + timedelta(seconds=rng.randrange(4_000_000_000)) for _ in range(count)]
    texts = [moment.strftime(rng.choice(forms)) for moment in there]
    judged = judge(pd.Series(texts, dtype="str"), Hints())
    for moment, written in zip(there, judged["iso"], strict=True):
        yield bool(written) and datetime.fromisoformat(written) == moment


def main() -> int:
    """Print the table; 1 if anything differs."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--strings", type=int, default=200_000)
    given.add_argument("--years", type=int, nargs=2, default=(1970, 2037))
    options = given.parse_args()
    differ = 0
    print(f"{'library':<36} {'compared':>10} {'differ':>7}")
    for name, answers in (
        ("dateutil.tz, every zone", zones(*options.years)),
        ("datetime.fromisoformat", iso(options.strings)),
        ("datetime.strftime, nine forms", moments(options.strings // 4)),
    ):
        same = list(answers)
        differ += same.count(False)
        print(f"{name:<36} {len(same):>10,} {same.count(False):>7,}", flush=True)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
