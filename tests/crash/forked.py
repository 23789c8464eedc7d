"""Imports preflight once, and then calls it in forked children, as often as it is told to.

Run as a program, under the interposer. Each line on standard input is a JSON object:

- `{"call": argv, "cwd", "environ", "out", "err", "point", "timeout"}` runs the command line in a
  child, which dies at `point` (`[class, count, manner]`; null for none), and answers with
  `{"code", "counts"}`. The code is that of the process, -9 for a killed one; -99 and a kill where
  it did not end in time. The counts are there for a child that ended by itself.
- `{"orphans": seconds}` waits until the programs that dead children left behind have ended, and
  answers with `{"left": how many had not}`.

Only Arrow's pools have threads here. A fork does not take them along; Arrow makes them anew in the
child (`ThreadPool` of its C++ library), and `test_matrix.py` holds a child's call equal to that of
a fresh process.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import select
import signal
import sys
import time
from typing import Any

CLASSES = ("ledger", "write", "sync", "name", "call", "start")
"""The classes of calls that the interposer tells apart, in its order."""

MANNERS = ("whole", "torn", "full")
"""What happens at a point: the process dies before the call, or within it, or the disk is full."""

STUCK = -99
_SAMPLE = "email,name,phone_number\n ann@kestrel-labs.com,Ann,+14155550100\nno address,N,\n"
_CHILD_SUBREAPER = 36  # prctl(2)


def _prepare() -> None:
    """Imports what a call would, and adopts what dead children leave behind."""
    for command in ("main", "submit", "resume"):
        importlib.import_module(f"preflight.cli.{command}")
    from preflight.config.settings import Settings
    from preflight.providers import registry

    for provider in registry.names():
        registry.client(provider)
    # Without a client of it httpx has not imported what it sends with.
    importlib.import_module("httpcore")
    for provider in ("talkvalue", "textus"):
        _warm(Settings(profile=provider))
    ctypes.CDLL(None).prctl(_CHILD_SUBREAPER, 1, 0, 0, 0)
    gc.collect()
    gc.freeze()


def _warm(settings: Any) -> None:
    """Lints and writes a file once, so that what is made at the first use of a library is made."""
    import tempfile
    from pathlib import Path

    from preflight.pipeline import check_fix_split

    with tempfile.TemporaryDirectory() as folder:
        path, work = Path(folder) / "a.csv", Path(folder) / "work"
        path.write_text(_SAMPLE)
        work.mkdir()
        check_fix_split.fix(path, settings, work=work)


def _child(asked: dict[str, Any], counted: int) -> None:
    """The call itself; it does not return."""
    interposer = ctypes.CDLL(None)
    for path, target in ((os.devnull, 0), (asked["out"], 1), (asked["err"], 2)):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, target)
        os.close(handle)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    import tempfile

    tempfile.tempdir = None
    from preflight.cli import run

    kind, at, manner = asked["point"] or [None, 0, "whole"]
    interposer.crash_arm(
        CLASSES.index(kind) if kind else -1, ctypes.c_long(at), ctypes.c_int(MANNERS.index(manner))
    )
    code: object = 70
    try:
        run(asked["call"])
    except SystemExit as end:
        code = end.code
    finally:
        interposer.crash_disarm()
        interposer.crash_count.restype = ctypes.c_long
        counts = {name: interposer.crash_count(at) for at, name in enumerate(CLASSES)}
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(counted, json.dumps(counts).encode())
        os._exit(code if isinstance(code, int) else 0)


def _call(asked: dict[str, Any]) -> dict[str, Any]:
    counts, counted = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(counts)
        _child(asked, counted)
    os.close(counted)
    watched = os.pidfd_open(pid)
    over, _, _ = select.select([watched], [], [], asked["timeout"])
    if not over:
        os.kill(pid, signal.SIGKILL)
    os.close(watched)
    _, status = os.waitpid(pid, 0)
    told = os.read(counts, 4096)
    os.close(counts)
    code = os.waitstatus_to_exitcode(status) if over else STUCK
    return {"code": code, "counts": json.loads(told) if told else None}


def _orphans(seconds: float) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return {"left": 0}
        if not pid:
            time.sleep(0.005)
    return {"left": 1}


def main() -> None:
    """Answers until standard input ends."""
    _prepare()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps({"ready": os.getpid()}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        told = _call(asked) if "call" in asked else _orphans(asked["orphans"])
        print(json.dumps(told), file=answers, flush=True)


if __name__ == "__main__":
    main()
