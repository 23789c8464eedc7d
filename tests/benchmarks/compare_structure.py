"""Small contact files that were broken on purpose: where their rows end, kind by kind.

Each file has a known meaning. A row is right, or rejected, or wrong: with an error, with a warning,
or in silence, which must not happen.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

_SHOWN = 5


def main() -> int:
    from tests.structure.outcome import ERROR, SILENT, WARNING, Tally, outcomes
    from tests.structure.pollutions import KINDS, SETTLED

    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--every", type=int, default=1, help="only every n-th file of a kind")
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], default=[])
    options = parser.parse_args()
    print(f"{'':<30}{'':>7}{'rows':>8}{'':>10}{'wrong,':>10}{'wrong,':>10}{'wrong,':>10}")
    names = ("files", "right", "rejected", "error", "warning", "silent", "seconds")
    print(f"{'kind':<30}{names[0]:>7}{names[1]:>8}" + "".join(f"{name:>10}" for name in names[2:]))
    total, failed, began = Tally(), 0, time.perf_counter()

    def show(kind: str, tally: Tally, took: float) -> None:
        wrong = "".join(f"{tally.wrong[level]:>10,}" for level in (ERROR, WARNING, SILENT))
        counts = f"{tally.files:>7,}{tally.right:>8,}{tally.rejected:>10,}{wrong}{took:>10.0f}"
        print(f"{kind:<30}{counts}", flush=True)

    for kind in options.kinds or KINDS:
        start = time.perf_counter()
        tally = outcomes(itertools.islice(KINDS[kind](), 0, None, options.every))
        show(kind, tally, time.perf_counter() - start)
        for sample in tally.samples.get(SILENT, [])[:_SHOWN]:
            print(f"    {sample}")
        failed += tally.wrong[SILENT] if kind in SETTLED else 0
        total.add(tally)
    show("all", total, time.perf_counter() - began)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
