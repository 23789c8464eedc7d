"""Programs that preflight starts, and the signals that end them or preflight itself."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that ask a process to end: by a call, or because its terminal is gone."""


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a program at once, and waits for it.

    What it started ends with it, where the system has sessions and it was started in one of its
    own.
    """
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


def ended_by(code: int) -> str:
    """The name of the signal that a program's return code, below zero, stands for."""
    return signal.Signals(-code).name
