"""A list of values on disk, for what a call finds and needs again, however large the file is."""

from __future__ import annotations

import pickle
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

from preflight.core import files

T = TypeVar("T")

_IN_MEMORY = 32 << 20
"""How many bytes are held in memory before they go to a file."""


def packed(value: object) -> bytes:
    """A value as it stands in a spool."""
    return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)


def unpacked(data: bytes) -> Any:
    """A value that this process has packed."""
    return pickle.loads(data)  # noqa: S301 - see above


class Spool(Generic[T]):
    """A list that only grows; small in memory, then in a file that has no name and is private.

    Args:
        folder: where the file goes; the system's folder for temporary files by default.
        in_memory: how many bytes are held in memory before that.
    """

    def __init__(self, folder: Path | None = None, *, in_memory: int = _IN_MEMORY) -> None:
        where = None if folder is None else str(folder)
        self._file = tempfile.SpooledTemporaryFile(max_size=in_memory, dir=where)  # noqa: SIM115
        self._starts: list[int] = []
        weakref.finalize(self, self._file.close)

    def add(self, value: T) -> None:
        """Appends a value.

        Raises:
            WriteError: the disk is full.
        """
        self.add_packed(packed(value))

    def add_packed(self, value: bytes) -> None:
        """Appends a value that is `packed` already, perhaps by another process of the call.

        Raises:
            WriteError: the disk is full.
        """
        with files.writing("temporary files"):
            self._starts.append(self._file.seek(0, 2))
            self._file.write(value)

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[T]:
        """Reads the values in their order; several iterations do not disturb each other."""
        for start in self._starts:
            self._file.seek(start)
            value: T = pickle.load(self._file)  # noqa: S301 - only this call can write there
            yield value
