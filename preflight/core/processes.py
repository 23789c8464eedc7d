"""Programs that preflight starts, and the signals that end them or preflight itself."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import NamedTuple

# Of glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGE = 1 << 20
ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that ask a process to end: by a call, or because its terminal is gone."""
WORTH = 6 << 20
"""The size of a text, in bytes, below which to share the work out does not pay."""
WORTH_OF_LAYOUT = 48 << 20
"""The same where only its layout is looked at, and most records are not parsed."""


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


class Launcher(NamedTuple):
    """A script that starts a program as if it were a command of its own.

    Attributes:
        suffix: of its file name, by which the system knows that it can be run.
        text: what it holds.
    """

    suffix: str
    text: str


def launcher(command: Sequence[str], defaults: Mapping[str, str]) -> Launcher:
    """A launcher for this system.

    Args:
        command: the program and its first arguments; those of the launcher follow them.
        defaults: environment variables that are set where they are not set already.
    """
    return _batch(command, defaults) if os.name == "nt" else _shell(command, defaults)


def _shell(command: Sequence[str], defaults: Mapping[str, str]) -> Launcher:
    settings = "".join(
        f"{name}=${{{name}:-{shlex.quote(value)}}}\nexport {name}\n"
        for name, value in defaults.items()
    )
    return Launcher("", f'#!/bin/sh\n{settings}exec {shlex.join(command)} "$@"\n')


def _batch(command: Sequence[str], defaults: Mapping[str, str]) -> Launcher:
    settings = "".join(
        f'if not defined {name} set "{name}={_literal(value)}"\r\n'
        for name, value in defaults.items()
    )
    words = " ".join(f'"{_literal(word)}"' for word in command)
    return Launcher(".cmd", f"@echo off\r\n{settings}{words} %*\r\n")


def _literal(text: str) -> str:
    """A text in which a batch file sees no variable."""
    return text.replace("%", "%%")


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def return_freed_memory() -> None:
    """Has this process, and those that it starts, give freed memory back to the system.

    The analysis of a chunk allocates and frees arrays of some MB. The allocators of the C library
    and of Arrow keep such blocks for later, by which a process holds far more than it uses. Where
    the C library is not glibc, its allocator is left as it is. Call it before Arrow is imported.
    """
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    import ctypes  # here: most calls have no need of it

    with contextlib.suppress(OSError, TypeError, AttributeError):
        tune = ctypes.CDLL(None).mallopt
        for parameter in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD):
            tune(parameter, _LARGE)


def limit_memory(most: int) -> None:
    """Refuses this process more memory for its data than some bytes, where the system can.

    A process that is aborted for want of it leaves no picture of its memory on disk.
    """
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
