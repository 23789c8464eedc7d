"""Tables of Arrow, as many as there are: in memory while they are small, then in a private file."""

from __future__ import annotations

import os
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa

from preflight.core import files

IN_MEMORY, _SENT = 4 << 20, 1 << 18
"""How many bytes are held in memory, and how many go to another process without a file."""


def page(batch: pa.RecordBatch) -> bytes:
    """A batch as a page: an IPC stream of its own, with its dictionaries."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    data: bytes = sink.getvalue().to_pybytes()
    return data


class Pages:
    """Pages in the order in which they were added, each to be read by its number.

    Another process gets those in memory as they are, and the others by the path of their file.

    Args:
        folder: a private folder; None to hold all in memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder, self._most = folder, IN_MEMORY
        self._held: list[bytes] = []
        self._held_bytes = self._end = 0
        self._places: list[tuple[int, int]] = []
        self._path: Path | None = None
        self._files: dict[str, IO[bytes]] = {}

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_files": {}}

    def __len__(self) -> int:
        return len(self._places) + len(self._held)

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """The batches in their order; several iterations do not disturb each other."""
        return (self[at] for at in range(len(self)))

    def __getitem__(self, at: int) -> pa.RecordBatch:
        with pa.ipc.open_stream(self.data(at)) as stream:
            return stream.read_next_batch()

    def data(self, at: int) -> bytes:
        """A page as it was added."""
        if at >= len(self._places):
            return self._held[at - len(self._places)]
        start, length = self._places[at]
        file = self._file("rb")
        file.seek(start)
        return file.read(length)

    def add(self, data: bytes) -> int:
        """Appends a page, and says its number.

        Raises:
            WriteError: the disk is full.
        """
        self._held.append(data)
        self._held_bytes += len(data)
        if self._folder is not None and self._held_bytes > self._most:
            self._spill(self._folder)
        return len(self) - 1

    def move(self, folder: Path | None) -> None:
        """Moves what is in a file into another folder of the call, and whatever is large with it.

        Args:
            folder: the folder; None for memory, for a process of another machine.

        Raises:
            WriteError: the disk is full.
        """
        self._folder = folder
        if folder is None:
            self._held = [self.data(at) for at in range(len(self))]
            self._held_bytes, self._end = sum(map(len, self._held)), 0
            self._places, self._path, self._files, self._most = [], None, {}, IN_MEMORY
            return
        if self._path is not None:
            with files.writing("temporary files"):
                self._path = self._path.rename(folder / self._path.name)
        if self._held_bytes > _SENT:
            self._spill(folder)

    def _spill(self, folder: Path) -> None:
        with files.writing("temporary files"):
            if self._path is None:
                handle, name = tempfile.mkstemp(dir=folder, prefix="pages-")
                os.close(handle)
                self._path = Path(name)
            for data in self._held:
                left = memoryview(data)
                while left:
                    left = left[self._file("ab").write(left) :]
                self._places.append((self._end, len(data)))
                self._end += len(data)
        # What comes now goes to the file at once.
        self._held, self._held_bytes, self._most = [], 0, 0

    def _file(self, mode: str) -> IO[bytes]:
        if mode not in self._files:
            assert self._path is not None  # noqa: S101 - only what was spilled is read
            # What a full disk did not take must not be written once more when it is closed.
            self._files[mode] = self._path.open(mode, buffering=0 if mode == "ab" else -1)
            weakref.finalize(self, self._files[mode].close)
        return self._files[mode]
