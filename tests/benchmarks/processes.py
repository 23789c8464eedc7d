"""Runs a command line and measures it: wall and CPU time, and the memory of all its processes."""

from __future__ import annotations

import ctypes
import functools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_OFTEN = 0.05
_PROC = Path("/proc")
_MEGABYTE = 1e6
_SET_CHILD_SUBREAPER = 36  # of sys/prctl.h


@dataclass(frozen=True)
class Run:
    """One run of a command line.

    Attributes:
        seconds: of wall time, from its start to its end.
        cpu: seconds of user and system time, of all of its processes.
        largest: the peak of its largest process, in MB.
        together: the peak of all its processes together, in MB, where what they share counts once;
            only if it was asked for.
    """

    seconds: float
    cpu: float
    largest: float
    together: float = 0.0


def run(command: Sequence[str], *, memory: bool = False, codes: Sequence[int] = (0, 1)) -> Run:
    """Runs a command line to its end; what it prints is dropped.

    Args:
        command: it.
        memory: whether to look at the memory of all of its processes, which takes time itself.
        codes: the exit codes with which it did what it should.
    """
    _adopt()
    with tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        together = _peak_together(process.pid) if memory and _PROC.exists() else 0.0
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        cpu = usage.ru_utime + usage.ru_stime + _cpu_of_orphans()
        process.returncode = code = os.waitstatus_to_exitcode(status)
        if code not in codes:
            errors.seek(0)
            text = errors.read().decode(errors="replace")
            raise SystemExit(f"{' '.join(command)} exited with {code}: {text}")
    largest = usage.ru_maxrss / (1 if sys.platform == "darwin" else 1 / 1024) / _MEGABYTE
    return Run(seconds, cpu, largest, max(together, largest))


@functools.cache
def _adopt() -> bool:
    """Makes orphans of the processes that are run children of this one; whether Linux does so.

    The processes that work for a call are started by a server that nobody waits for.
    """
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library is not None and library.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def _cpu_of_orphans() -> float:
    """Waits for the processes that a command line left, which are about to end."""
    seconds = 0.0
    while _adopt():
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        seconds += usage.ru_utime + usage.ru_stime
    return seconds


def _peak_together(pid: int) -> float:
    """The most memory that a process and those that it started have together, until it ends."""
    peak = 0.0
    while _state(pid) not in ("Z", ""):
        peak = max(peak, sum(map(_share, _family(pid))))
        time.sleep(_OFTEN)
    return peak


def _state(pid: int) -> str:
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def _family(pid: int) -> set[int]:
    """A process, those that it started, and those that they started."""
    parents = {}
    for folder in _PROC.glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(
                (folder / "stat").read_text().rpartition(")")[2].split()[1]
            )
        except (OSError, IndexError):
            continue
    family, more = {pid}, {pid}
    while more:
        more = {child for child, parent in parents.items() if parent in more} - family
        family |= more
    return family


def _share(pid: int) -> float:
    """The memory of a process in MB, with its share of what it shares with others."""
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    sizes = [line.split()[1] for line in lines if line.startswith("Pss:")]
    return sum(int(size) for size in sizes) * 1024 / _MEGABYTE
