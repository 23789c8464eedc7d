"""The command line: one file a command, and the only place that prints or exits."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from preflight.cli.main import main
from preflight.cli.terminal import end_of_complaints
from preflight.core import processes

__all__ = ["main", "run"]

_OBJECTS = 250_000
"""So many more objects are there before Python looks for garbage: more than a call imports."""

_STREAMS = ("stdin", "stdout", "stderr")


def run(argv: Sequence[str] | None = None) -> None:
    """The console script: runs `main` and exits with its code.

    To be asked to end, or to lose the terminal, counts as being interrupted: what was half done is
    cleared away.
    """
    # What a call imports and the tables that it makes are no garbage; to look for some while they
    # are made, and once more when the process ends, takes a seventh of a small file's time.
    gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
    for number, stream in enumerate(_STREAMS):
        if getattr(sys, stream) is None:
            # Else the next file that is opened would get its number, and what is printed.
            nowhere = open(os.devnull, "w" if number else "r", encoding="utf-8")  # noqa: PTH123, SIM115
            setattr(sys, stream, nowhere)
    for name in processes.ENDING:
        signal.signal(name, _interrupted)
    code = main(argv)
    end_of_complaints()
    gc.freeze()  # so that Python does not look for garbage at the end
    sys.exit(code)


def _interrupted(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt
