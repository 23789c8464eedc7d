"""Imports preflight once, and then calls it in forked children, as often as it is told to.

Run as a program, under the interposer. Each line on standard input is a JSON object:

- `{"call": argv, "cwd", "environ", "out", "err", "timeout"}` runs the command line in a child, and
  answers with `{"code", "counts"}`. The code is that of the process, -9 for a killed one; -99 and a
  kill where it did not end in time. The counts are there for a child that ended by itself. What may
  be asked for besides:
    - `"point"`: `[class, count, manner, place]`, what happens to it where; a place of "" is any.
    - `"trace"`: the file that gets each of its calls, with changes of files `"under"` a folder.
    - `"meanwhile"`: another command line, called while the child is paused, with `"other_out"` and
      `"other_err"`; `"other"` of the answer is its code.
    - `"clock"`: seconds that its clock is ahead; `"jump"`: that it is ahead from the point on.
    - `"locks"`: 1 for a file system without locks, 2 for one whose locks lock nothing.
- `{"warm": argv, "cwd", "environ"}` runs the command line in this process, so that what a library
  makes at its first use is made.
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
from pathlib import Path
from typing import Any

from tests.crash.watching import CLASSES, MANNERS, Watch

STUCK = -99
_SAMPLE = "email,name,phone_number\n ann@kestrel-labs.com,Ann,+14155550100\nno address,N,\n"
_CHILD_SUBREAPER = 36  # prctl(2)
_HELD = 1.0
"""Seconds for which a child is paused at most, while another one runs."""


def _prepare() -> None:
    """Imports what a call would, and adopts what dead children leave behind."""
    for command in ("main", "submit", "resume", "resubmit", "merge", "undo", "learn", "fix"):
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

    from preflight.pipeline import check_fix_split

    with tempfile.TemporaryDirectory() as folder:
        path, work = Path(folder) / "a.csv", Path(folder) / "work"
        path.write_text(_SAMPLE)
        work.mkdir()
        check_fix_split.fix(path, settings, work=work)


def _enter(asked: dict[str, Any], out: str, err: str) -> None:
    """The folder, the environment and the streams of a call."""
    for path, target in ((os.devnull, 0), (out, 1), (err, 2)):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, target)
        os.close(handle)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    import tempfile

    tempfile.tempdir = None


def _run(argv: list[str]) -> int:
    """Calls the command line; its exit code."""
    from preflight.cli import run

    try:
        run(argv)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 70


def _child(asked: dict[str, Any], counted: int) -> None:
    """The call itself; it does not return."""
    interposer = ctypes.CDLL(None)
    _enter(asked, asked["out"], asked["err"])
    kind, at, manner, place = asked.get("point") or [None, 0, "whole", ""]
    trace, under = asked.get("trace", ""), asked.get("under", "")
    if trace or place:
        Watch((kind, place, at) if kind else None, trace, under).start(interposer)
    interposer.crash_clock(
        ctypes.c_long(asked.get("clock", 0)), ctypes.c_long(asked.get("jump", 0))
    )
    interposer.crash_locks(asked.get("locks", 0))
    interposer.crash_arm(
        CLASSES.index(kind) if kind else -1, ctypes.c_long(at), ctypes.c_int(MANNERS.index(manner))
    )
    code = 70
    try:
        code = _run(asked["call"])
    finally:
        interposer.crash_disarm()
        interposer.crash_count.restype = ctypes.c_long
        counts = {name: interposer.crash_count(at) for at, name in enumerate(CLASSES)}
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(counted, json.dumps(counts).encode())
        os._exit(code)


def _call(asked: dict[str, Any]) -> dict[str, Any]:
    counts, counted = os.pipe()
    pid = os.fork()
    if not pid:
        os.close(counts)
        _child(asked, counted)
    os.close(counted)
    other = _meanwhile(asked, pid) if "meanwhile" in asked else None
    watched = os.pidfd_open(pid)
    over, _, _ = select.select([watched], [], [], asked["timeout"])
    if not over:
        os.kill(pid, signal.SIGKILL)
    os.close(watched)
    _, status = os.waitpid(pid, 0)
    told = os.read(counts, 4096)
    os.close(counts)
    code = os.waitstatus_to_exitcode(status) if over else STUCK
    return {"code": code, "counts": json.loads(told) if told else None, "other": other}


def _meanwhile(asked: dict[str, Any], pid: int) -> int | None:
    """Another call, while the child is paused; its code, or None where the child never paused.

    Where the other one waits for the child, that is let go on.
    """
    # Neither reaps the child: `_call` asks for its status.
    state = os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    if state is None or state.si_code != os.CLD_STOPPED:
        return None
    other = os.fork()
    if not other:
        _enter(asked, asked["other_out"], asked["other_err"])
        code = _run(asked["meanwhile"])
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    watched = os.pidfd_open(other)
    select.select([watched], [], [], _HELD)
    os.kill(pid, signal.SIGCONT)
    over, _, _ = select.select([watched], [], [], asked["timeout"])
    if not over:
        os.kill(other, signal.SIGKILL)
    os.close(watched)
    code = os.waitstatus_to_exitcode(os.waitpid(other, 0)[1])
    return code if over else STUCK


def _warm_up(asked: dict[str, Any]) -> dict[str, Any]:
    """A call in this process, which keeps its streams, its folder and its environment."""
    kept = [(os.dup(at), at) for at in range(3)]
    before, environ = Path.cwd(), dict(os.environ)
    try:
        _enter(asked, os.devnull, os.devnull)
        code = _run(asked["warm"])
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        for handle, at in kept:
            os.dup2(handle, at)
            os.close(handle)
        os.chdir(before)
        os.environ.clear()
        os.environ.update(environ)
    gc.collect()
    gc.freeze()
    return {"code": code}


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
        if "warm" in asked:
            told = _warm_up(asked)
        else:
            told = _call(asked) if "call" in asked else _orphans(asked["orphans"])
        print(json.dumps(told), file=answers, flush=True)


if __name__ == "__main__":
    main()
