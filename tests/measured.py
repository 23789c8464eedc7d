"""A call in a process of its own, and what it cost.

The peak of a child's memory counts what its parent had when it was forked, and a worker of pytest
may have hundreds of MB. So a small process stands between them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

_LAUNCHER = """
import json, os, sys
process = os.spawnv(os.P_NOWAIT, sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(process, 0)
told = [os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10]
with open(sys.argv[1], "w") as file:
    json.dump(told, file)
"""


class Measured(NamedTuple):
    """What a call cost.

    Attributes:
        code: its exit code.
        seconds: of CPU, of the process and those that it waited for.
        memory: of the process at its peak, in bytes.
    """

    code: int
    seconds: float
    memory: int


def measured(
    command: Sequence[str],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    out: IO[bytes] | None = None,
    err: IO[bytes] | None = None,
) -> Measured:
    """Runs a command whose first word is a path."""
    with tempfile.NamedTemporaryFile() as told:
        subprocess.run(
            [sys.executable, "-I", "-S", "-c", _LAUNCHER, told.name, *command],
            cwd=cwd, env=environ, stdout=out, stderr=err, check=True,
        )  # fmt: skip
        return Measured(*json.load(told))
