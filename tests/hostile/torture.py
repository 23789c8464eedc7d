"""All hostile inputs, what each costs, and whether that is too much: `make torture`.

    python -m tests.hostile.torture [NAME…] [--command check|fix|split] [--seed N]

Exits with 1 where a call crashed, leaked, or took more time or memory than it may.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.hostile.inputs import INPUTS
from tests.hostile.trial import COMMANDS, commands, run


def main() -> int:
    """Prints a line for each input."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.torture")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of inputs; all by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--command", choices=COMMANDS, action="append", dest="commands")
    given = parser.parse_args()
    failed = 0
    for name in given.names or INPUTS:
        for command in [one for one in commands(name) if one in (given.commands or COMMANDS)]:
            with tempfile.TemporaryDirectory() as folder:
                cost = run(name, Path(folder), given.seed, command=command)
            failed += bool(cost.faults)
            figures = f"{cost.seconds:6.1f} s of {cost.allowed:5.1f}  {cost.memory >> 20:5} MB"
            verdict = ", ".join(cost.faults) or "ok"
            print(f"{name:<42} {command:<5} {figures}  {verdict}", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
