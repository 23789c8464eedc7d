"""Email cells judged in bulk against `email_validator` called plainly, on many nasty addresses.

Compared are the verdict, the normal form and the reason of each cell's core; none may differ.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def differing(seed: int, count: int) -> tuple[int, list[str]]:
    """How many strings were compared, and those judged otherwise than the library judges them."""
    from preflight import emails
    from tests.addresses import by_the_library, written

    cells = written(seed, count)
    judged = emails.judge(pd.Series(cells, dtype="str"))
    differ = []
    for cell, said in zip(cells, judged.itertuples(index=False), strict=True):
        core = emails.core(cell)
        form, error = by_the_library(core) if core else ("", "")
        expected = (emails.trim_email(cell), core, form, emails.without_pieces(error))
        if tuple(said) != expected:
            differ.append(cell)
    return len(cells), differ


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--strings", type=int, default=200_000, help="fewer, for some come twice")
    parser.add_argument("--seed", type=int, default=20260421)
    options = parser.parse_args()
    start = time.perf_counter()
    count, differ = differing(options.seed, options.strings)
    took = time.perf_counter() - start
    print(f"{'library':<24}{'strings compared':>18}{'differ':>10}{'seconds':>10}")
    print(f"{'email_validator':<24}{count:>18,}{len(differ):>10,}{took:>10.1f}")
    for cell in differ[:5]:
        print(f"    {cell!r}")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
