"""What is read once, from its beginning to its end: pipes. Devices, of which some have no end."""

from __future__ import annotations

import io
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from preflight.core import files
from preflight.core.errors import SourceError

PATIENCE = 5.0
"""Seconds in which somebody has to begin to write into a pipe."""

_PAUSE, _BLOCK = 0.02, 1 << 16


def is_stream(path: Path, name: str) -> bool:
    """Whether a path is a pipe, so that it can be read once only.

    Args:
        path: of an input.
        name: as the user gave it.

    Raises:
        OSError: there is no such file.
        SourceError: it is a device or a socket.
    """
    about = path.stat()
    refuse_endless(about, name)
    return stat.S_ISFIFO(about.st_mode)


def refuse_endless(about: os.stat_result, name: str) -> None:
    """Makes sure that something is no device and no socket; a terminal and `/dev/null` are read.

    Raises:
        SourceError: it is.
    """
    mode = about.st_mode
    if stat.S_ISCHR(mode) and not (_is_null(about) or (name == "standard input" and os.isatty(0))):
        raise SourceError(f"{name}: a device, not a file; name a file")
    if stat.S_ISBLK(mode) or stat.S_ISSOCK(mode):
        raise SourceError(f"{name}: not a file that can be read; name a file")


def _is_null(about: os.stat_result) -> bool:
    return about.st_rdev == Path(os.devnull).stat().st_rdev


@contextmanager
def opened(path: Path, name: str) -> Iterator[files.Readable]:
    """A pipe, open for reading, as soon as something comes out of it.

    Raises:
        OSError: it cannot be read.
        SourceError: nobody writes into it.
    """
    handle = os.open(path, os.O_RDONLY | files.AT_ONCE)
    with io.FileIO(handle) as pipe:
        until = time.monotonic() + PATIENCE
        while (first := pipe.read(_BLOCK)) == b"":  # Nobody has opened it to write.
            if time.monotonic() > until:
                raise SourceError(f"{name}: a pipe into which nothing is written; name a file")
            time.sleep(_PAUSE)
        os.set_blocking(handle, True)
        yield _Begun(first or b"", pipe)


class _Begun:
    """A pipe of which something is read already."""

    def __init__(self, first: bytes, pipe: io.FileIO) -> None:
        self._first, self._pipe = first, pipe

    def read(self, size: int, /) -> bytes:
        """The next bytes; none at the end."""
        if self._first:
            first, self._first = self._first, b""
            return first
        return self._pipe.read(size) or b""
