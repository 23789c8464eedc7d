"""A call of the real command line on a hostile input, in a process of its own, and its cost."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.calls import PROGRAM, bare_environment
from tests.hostile.inputs import CANARY, INPUTS, made, size
from tests.measured import measured

SECONDS, SECONDS_A_MB, SECONDS_A_FILE = 5.0, 1.0, 0.02
"""Of CPU: what a check may take, and what more for each MB and each file that is read."""
MOST_MEMORY = {"check": 600 << 20, "fix": 700 << 20, "split": 700 << 20}
COMMANDS = {"check": 1.0, "fix": 2.0, "split": 2.0}
"""The commands, and how many times the seconds of a check each may take.

The others read a file twice, and write each row that is rejected with all of its reasons.
"""


@dataclass(frozen=True)
class Cost:
    """What a call cost, and what was wrong with it.

    Attributes:
        seconds: of CPU, of the process and those that it waited for.
        allowed: how many it may take.
        memory: at its peak, in bytes.
        faults: "a traceback", …; none where all is right.
    """

    seconds: float
    allowed: float
    memory: int
    faults: tuple[str, ...]


def commands(name: str) -> tuple[str, ...]:
    """The commands that are tried on an input: those that take a folder, or all."""
    return tuple(COMMANDS) if INPUTS[name].suffix else ("check",)


def run(
    name: str, folder: Path, seed: int = 1, *, command: str = "check", times: float = 1.0
) -> Cost:
    """Gives an input to a command, and judges the call.

    Args:
        name: of the input.
        folder: an empty one.
        seed: of what is random in it.
        command: one of `COMMANDS`.
        times: how many times the seconds that are allowed count as allowed.
    """
    path = made(name, folder, seed)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        cost = measured(
            [*PROGRAM, command, path.name, "--jobs", "1"],
            cwd=folder, environ=bare_environment(), out=out, err=err,
        )  # fmt: skip
        err.seek(0)
        complaints = err.read().decode(errors="replace")
    files = 1 if path.is_file() else sum(1 for _ in path.iterdir())
    allowed = SECONDS + SECONDS_A_MB * size(path) / 1e6 + SECONDS_A_FILE * files
    allowed *= COMMANDS[command]
    faults = {
        f"exit code {cost.code}": cost.code not in INPUTS[name].codes,
        "a traceback": "Traceback" in complaints,
        "a bug": "bug of preflight" in complaints or "a bug in preflight" in complaints,
        "a value on standard error": CANARY in complaints,
        "over a line on standard error": cost.code == 2 and complaints.count("\n") > 1,
        "too long": cost.seconds > allowed * times,
        "too much memory": cost.memory > MOST_MEMORY[command],
    }
    told = tuple(fault for fault, is_so in faults.items() if is_so)
    return Cost(cost.seconds, allowed, cost.memory, told)
