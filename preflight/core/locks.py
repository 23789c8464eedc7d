"""One holder at a time: a lock that the operating system lets go of when its process dies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from preflight.core import files
from preflight.core.errors import RunLocked, UsageError

WAIT = "wait until it has ended, or stop it"
"""What can be done while somebody else holds a lock."""

_PROVEN: set[int] = set()
"""The file systems of this process whose locks were seen to lock."""


@contextmanager
def locked(
    path: Path,
    what: str,
    *,
    instead: str = WAIT,
    wait: bool = False,
    inherited: bool = False,
    stays: bool = True,
) -> Iterator[None]:
    """Holds the lock on a file while the block runs.

    Args:
        path: the file; made, readable by its owner alone, with its folder, if it is not there.
        what: what is locked, for the message.
        instead: what can be done while somebody else holds it, for the message.
        wait: whether to wait for it.
        inherited: whether programs that the block starts hold it too, for as long as they run: a
            tool that outlives a killed preflight is still at work. Not so on Windows, where a lock
            belongs to the process that took it.
        stays: whether the file is left there. It has to be where the lock is inherited: to remove
            it would take the lock from a program that still holds it.

    Raises:
        RunLocked: someone else holds it, in this process or another.
        UsageError: the file system has no locks.
        WriteError: the file cannot be made.
    """
    files.folder(path.parent)
    handle = _held(path, wait=wait, stays=stays)
    if handle is None:
        raise RunLocked(f"another process works on {what}; {instead}")
    try:
        os.set_inheritable(handle, inherited)
        yield
    finally:
        # Some systems remove no file that is open: there it goes after it was closed.
        gone = stays or _removed(path)
        # It is not unlocked: that would take the lock from a program that inherited it.
        os.close(handle)
        if not gone:
            _removed(path)


def prove(folder: Path) -> None:
    """Makes sure that the locks of a folder's file system lock; once for each file system.

    Some have none, and some grant every lock: two calls could send the same rows.

    Raises:
        UsageError: they do not.
        WriteError: nothing can be made there.
    """
    device = folder.stat().st_dev
    if device in _PROVEN:
        return
    path = folder / f".locks-{os.getpid()}"
    handle = _held(path, wait=True, stays=False)
    try:
        other = _locked(path, wait=False)
        if other is not None:
            os.close(other)
            raise _no_locks(folder, "it locks nothing")
        _PROVEN.add(device)
    finally:
        _removed(path)
        if handle is not None:
            os.close(handle)
            _removed(path)


def _no_locks(folder: Path, why: str) -> UsageError:
    return UsageError(
        f"files in {folder} cannot be locked ({why}), so two calls could send the same rows; name "
        "a folder on another file system (--state-dir for the state, -o for results, the variable "
        "TMPDIR for temporary files)"
    )


def _locked(path: Path, *, wait: bool) -> int | None:
    """The file, open and locked; None where somebody else holds it.

    Raises:
        UsageError: the file system has no locks.
    """
    from filelock import lock_descriptor

    handle = files.opened(path)
    try:
        if lock_descriptor(handle, blocking=wait):
            return handle
    except OSError as error:
        os.close(handle)
        raise _no_locks(path.parent, files.reason(error)) from error
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _held(path: Path, *, wait: bool, stays: bool) -> int | None:
    """The file, open and locked; None where somebody else holds it."""
    while True:
        handle = _locked(path, wait=wait)
        if handle is None or stays or _stands_there(handle, path):
            return handle
        os.close(handle)


def _stands_there(handle: int, path: Path) -> bool:
    """Whether a file is still the one of its name; its last holder may have removed it."""
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False


def _removed(path: Path) -> bool:
    with contextlib.suppress(OSError):
        path.unlink()
        return True
    return False
