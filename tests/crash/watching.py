"""Hears of each system call of a child, knows which of our code makes it, and records it.

Runs inside the child, called by the interposer. A call is known by its class, the function of the
C library, and its place: the functions of preflight that are being executed. So a point means the
same in each run, however many bytes arrive at a time.
"""

from __future__ import annotations

import ctypes
import functools
import os
import pickle
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

import preflight

CLASSES = ("ledger", "write", "sync", "name", "call", "start", "open")
"""The classes of calls that the interposer tells apart, in its order."""

MANNERS = ("whole", "torn", "full", "after", "interrupted", "paused", "readonly", "jumped")
"""What happens at a point, in the interposer's order.

The process dies before the call, within it or after it; the disk is full, or takes no change, from
there on; the call is interrupted once; the process stops for a while; the clock on the wall is set.
"""

_HERE = -100  # AT_FDCWD, open(2)
_OURS = f"{Path(preflight.__file__).parent}{os.sep}"
_TOOLS = ("core/", "runs/ledger/")

_WATCHER = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_char_p,
    ctypes.c_void_p, ctypes.c_long, ctypes.c_long,
)  # fmt: skip
_LISTENER = ctypes.CFUNCTYPE(None, ctypes.c_long)


class Watch:
    """Watches the calls of this process, from `start` on.

    Args:
        wanted: class, place ("" for any) and number of the call that is chosen; None for none.
        trace: the file that gets each call, see `read_trace`; "" for none.
        under: changes of files below this folder are recorded with their data; "" for none.
    """

    def __init__(self, wanted: tuple[str, str, int] | None, trace: str, under: str) -> None:
        self._wanted = wanted
        self._under = under
        self._seen: Counter[tuple[str, str]] = Counter()
        self._file = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) if trace else -1
        self._call: dict[str, Any] | None = None
        self._callbacks = (_WATCHER(self._before), _LISTENER(self._after))

    def start(self, interposer: Any) -> None:
        """Has the interposer tell of each call."""
        watcher, listener = self._callbacks
        interposer.crash_watch(watcher, listener if self._file >= 0 else None)

    def _before(
        self, kind: int, name: bytes, fd: int, path: bytes | None, other: bytes | None,
        data: int | None, size: int, at: int,
    ) -> int:  # fmt: skip
        place = f"{name.decode().removesuffix('64')}{_file(kind, fd)} {_place(sys._getframe(1))}"
        reached = set()
        for of in ("", place):
            self._seen[CLASSES[kind], of] += 1
            reached.add((CLASSES[kind], of, self._seen[CLASSES[kind], of]))
        if self._file >= 0:
            self._call = {"kind": CLASSES[kind], "place": place}
            if self._under:
                self._call |= _change(name.decode(), fd, path, other, data, size, at)
        return self._wanted in reached

    def _after(self, result: int) -> None:
        if self._call is None:
            return
        if "op" in self._call:
            _ended(self._call, result)
        os.write(self._file, pickle.dumps(self._call))
        self._call = None


def read_trace(path: Path) -> list[dict[str, Any]]:
    """The calls that a process made, in their order, up to its end."""
    calls = []
    with path.open("rb") as file:
        while True:
            try:
                calls.append(pickle.load(file))
            except EOFError:
                return calls


def _file(kind: int, fd: int) -> str:
    """Which file of the ledger it is; one write to it may be a commit, another a checkpoint."""
    if CLASSES[kind] != "ledger":
        return ""
    return " wal" if _open_file(fd).endswith("-wal") else " db"


def _place(frame: FrameType | None) -> str:
    """The innermost function of ours, and the innermost that is no tool of the others."""
    inner = ""
    while frame is not None:
        name = _name(frame.f_code)
        if name:
            inner = inner or name
            if not name.startswith(_TOOLS):
                return name if inner == name else f"{inner} < {name}"
        frame = frame.f_back
    return inner or "?"


@functools.cache
def _name(code: Any) -> str:
    """A function of ours; "" for those of others."""
    file = code.co_filename
    if not file.startswith(_OURS):
        return ""
    return f"{file[len(_OURS) :].removesuffix('.py')}.{code.co_qualname.replace('.<locals>', '')}"


def _change(
    name: str, fd: int, path: bytes | None, other: bytes | None, data: int | None, size: int,
    at: int,
) -> dict[str, Any]:  # fmt: skip
    """What a call changes in the files; empty where that is nothing."""
    name = name.removesuffix("64")
    if name in ("rename", "renameat", "link"):
        return {"op": name[:6], "path": _absolute(fd, path), "to": _absolute(_HERE, other)}
    if name in ("unlink", "unlinkat", "rmdir"):
        return {"op": "unlink", "path": _absolute(fd, path)}
    if name in ("mkdir", "mkdirat"):
        return {"op": "mkdir", "path": _absolute(fd, path)}
    if name in ("open", "openat"):
        where = _absolute(fd, path)
        return {"op": "open", "path": where, "flags": size, "new": not os.path.lexists(where)}
    if name in ("fsync", "fdatasync"):
        return {"op": "sync", "inode": os.fstat(fd).st_ino}
    if name == "ftruncate":
        return {"op": "truncate", "inode": os.fstat(fd).st_ino, "size": size}
    if name in ("write", "pwrite") and data is not None:
        begin = at if name == "pwrite" else os.lseek(fd, 0, os.SEEK_CUR) if _is_file(fd) else -1
        return {
            "op": "write", "inode": os.fstat(fd).st_ino, "at": begin,
            "data": ctypes.string_at(data, size),
        }  # fmt: skip
    return {}


def _is_file(fd: int) -> bool:
    return _open_file(fd).startswith("/")


def _open_file(fd: int) -> str:
    return str(Path(f"/proc/self/fd/{fd}").readlink())


def _absolute(at: int, path: bytes | None) -> str:
    name = os.fsdecode(path or b"")
    if at == _HERE or name.startswith("/"):
        return os.path.abspath(name)  # noqa: PTH100 - a path is not resolved here
    return os.path.join(os.readlink(f"/proc/self/fd/{at}"), name)  # noqa: PTH115, PTH118


def _ended(call: dict[str, Any], result: int) -> None:
    """Completes what was recorded of a call by its result; one that failed changed nothing."""
    if result < 0:
        del call["op"]
    elif call["op"] == "open":
        call["inode"] = os.fstat(result).st_ino
    elif call["op"] == "write":
        call["data"] = call["data"][:result]
    elif call["op"] == "mkdir":
        call["inode"] = os.stat(call["path"]).st_ino  # noqa: PTH116
