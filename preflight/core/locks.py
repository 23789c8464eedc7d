"""One holder at a time: a lock that the operating system lets go of when its process dies."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from preflight.core import files
from preflight.core.errors import RunLocked


@contextmanager
def locked(
    path: Path,
    what: str,
    *,
    instead: str = "wait until it has ended, or stop it",
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


def _held(path: Path, *, wait: bool, stays: bool) -> int | None:
    """The file, open and locked; None where somebody else holds it."""
    from filelock import lock_descriptor

    while True:
        handle = files.opened(path)
        try:
            if not lock_descriptor(handle, blocking=wait):
                os.close(handle)
                return None
            if stays or _stands_there(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
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
