"""One runner a run: a lock that the operating system lets go of when its process dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from preflight.core import files
from preflight.core.errors import RunLocked


@contextmanager
def locked(path: Path, what: str, *, inherited: bool = False) -> Iterator[None]:
    """Holds the lock on a file while the block runs.

    The file stays, for to remove it could take the lock from under someone who waits to open it.

    Args:
        path: the file; made, readable by its owner alone, with its folder, if it is not there.
        what: what is locked, for the message.
        inherited: whether programs that the block starts hold it too, for as long as they run: a
            tool that outlives a killed preflight is still at work.

    Raises:
        RunLocked: someone else holds it, in this process or another.
    """
    files.folder(path.parent)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    os.set_inheritable(handle, inherited)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunLocked(
                f"another process works on {what}; wait until it has ended, or stop it"
            ) from None
        yield
    finally:
        os.close(handle)
