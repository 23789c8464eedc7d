"""Records with a hash, in parts by its range: on disk past a size, and as many as there are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from preflight.core.pages import Pages

_IN_MEMORY = 16 << 20
"""How many bytes are held in memory before they go to a file; no result depends on it."""
_BITS = 6
"""Of a hash, those that tell its part."""


class Partitions:
    """Records whose field `high` is a hash; those with equal hashes are in one part.

    Args:
        record: the type of the records.
        folder: a private folder; None to hold all in memory.
    """

    def __init__(self, record: np.dtype, folder: Path | None = None) -> None:
        self._record, self._folder = record, folder
        self._held: list[np.ndarray] = []
        self._held_bytes, self._count = 0, 0
        self._pages: list[list[int]] = [[] for _ in range(1 << _BITS)]
        self._file = Pages(folder)

    def __len__(self) -> int:
        """The number of records."""
        return self._count

    def add(self, records: np.ndarray) -> None:
        """Adds records.

        Raises:
            WriteError: the disk is full.
        """
        self._held.append(records)
        self._held_bytes += records.nbytes
        self._count += len(records)
        if self._folder is not None and (self.is_spread or self._held_bytes > _IN_MEMORY):
            for held in self._held:
                self._spread(held)
            self._held, self._held_bytes = [], 0

    @property
    def is_spread(self) -> bool:
        """Whether they are on disk, in parts."""
        return len(self._file) > 0

    def _spread(self, records: np.ndarray) -> None:
        parts = _parts(records)
        order = np.argsort(parts, kind="stable")
        records = records[order]
        bounds = np.searchsorted(parts[order], np.arange((1 << _BITS) + 1))
        for part, pages in enumerate(self._pages):
            some = records[bounds[part] : bounds[part + 1]]
            if len(some):
                pages.append(self._file.add(some.tobytes()))

    def part(self, number: int) -> np.ndarray:
        """The records of a part, in the order in which they were added."""
        pieces = [np.frombuffer(self._file.data(at), self._record) for at in self._pages[number]]
        pieces += [held[_parts(held) == number] for held in self._held]
        return np.concatenate([np.empty(0, self._record), *pieces])

    def whole(self) -> np.ndarray:
        """All records that are held in memory, in the order in which they were added."""
        return np.concatenate([np.empty(0, self._record), *self._held])


def together(*partitions: Partitions) -> Iterator[tuple[np.ndarray, ...]]:
    """The records of each, part by part in the order of hashes; all at once if none is on disk."""
    if not any(each.is_spread for each in partitions):
        yield tuple(each.whole() for each in partitions)
        return
    for number in range(1 << _BITS):
        yield tuple(each.part(number) for each in partitions)


def _parts(records: np.ndarray) -> np.ndarray:
    """The part of each record."""
    parts: np.ndarray = (records["high"] >> np.uint64(64 - _BITS)).astype(np.uint8)
    return parts
