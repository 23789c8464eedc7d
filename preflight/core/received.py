"""Bytes from outside, however many: in memory while they are few, then in a private file."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from preflight.core import files

_IN_MEMORY = 8 << 20
_BLOCK = 1 << 20
_LONGEST_LINE = 4 << 20


class Received:
    """Bytes that only grow; the file has no name, and nobody else can read it.

    Args:
        data: the first of them.
        path: of a file that has them already; it is read where it is.

    Attributes:
        size: their number.
    """

    def __init__(self, data: bytes = b"", *, path: Path | None = None) -> None:
        self._file: IO[bytes]
        if path is None:
            self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
            self.size = 0
            self.add(data)
        else:
            self._file = path.open("rb")
            self.size = path.stat().st_size
        weakref.finalize(self, self._file.close)

    def add(self, block: bytes) -> None:
        """Appends bytes.

        Raises:
            WriteError: the disk is full.
        """
        with files.writing("temporary files"):
            self._file.seek(0, 2)
            self._file.write(block)
        self.size += len(block)

    def head(self, most: int) -> bytes:
        """The first bytes."""
        self._file.seek(0)
        return self._file.read(most)

    def tail(self, most: int) -> bytes:
        """The last bytes."""
        self._file.seek(max(0, self.size - most))
        return self._file.read(most)

    def whole(self) -> bytes:
        """All of them, in memory."""
        return self.head(self.size)

    def blocks(self, size: int = _BLOCK) -> Iterator[bytes]:
        """All of them, in blocks; several iterations do not disturb each other."""
        at = 0
        while at < self.size:
            self._file.seek(at)
            block = self._file.read(size)
            if not block:
                return
            at += len(block)
            yield block

    def lines(self) -> Iterator[bytes]:
        """All of them, cut after each line end; a line of megabytes in pieces."""
        rest = b""
        for block in self.blocks():
            *whole, rest = _cut(rest + block)
            yield from whole
            if len(rest) > _LONGEST_LINE:
                yield rest
                rest = b""
        if rest:
            yield rest


def _cut(data: bytes) -> list[bytes]:
    """Data after each line end; the last piece has none, or one that may go on."""
    pieces = data.splitlines(keepends=True)
    if pieces and pieces[-1].endswith(b"\n"):
        pieces.append(b"")
    return pieces or [b""]
