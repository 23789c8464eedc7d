"""An object of a store that is read where it is, piece by piece, as if it were a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from preflight.core import object_store
from preflight.core.files import Opened
from preflight.core.object_store import Pinned
from preflight.core.urls import Url

_AHEAD = 8 << 20


@dataclass(frozen=True)
class StoredObject:
    """One version of an object, read where it is: as data, for any process that has access to it.

    Attributes:
        url: of the object, without a query.
        st_size: its length, in bytes.
        pinned: its version.
    """

    url: Url
    st_size: int
    pinned: Pinned

    def open(self, _mode: Literal["rb"] = "rb", /) -> Opened:
        """It, open at its beginning; nothing is read yet."""
        return _OpenObject(self)

    def stat(self) -> StoredObject:
        """What is known of it."""
        return self


Openable = Path | StoredObject
"""What is read from any offset, as often as it takes."""


class _OpenObject:
    """An object that is open: what is read after a `seek` is fetched as it was asked for.

    Who goes on reading from there wants most of it, and gets it from larger pieces.
    """

    def __init__(self, stored: StoredObject) -> None:
        self._stored = stored
        self._store = object_store.connected(stored.url)
        self._at, self._piece, self._start = 0, b"", 0

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many; none at the end.

        Raises:
            SourceError: they cannot be read, or somebody changed the object.
        """
        begun = self._at - self._start
        found = self._piece[begun : begun + size]
        stop = min(self._at + size, self._stored.st_size)
        if self._at + len(found) < stop:
            start = self._at + len(found)
            ahead = min(2 * len(self._piece), _AHEAD)
            until = min(max(stop, start + ahead), self._stored.st_size)
            self._piece, self._start = self._store.read(start, until, self._stored.pinned), start
            found += self._piece[: stop - start]
        self._at += len(found)
        return found

    def seek(self, offset: int, /) -> int:
        """Goes to an offset."""
        if offset != self._at:
            self._at, self._piece, self._start = offset, b"", offset
        return offset

    def tell(self) -> int:
        """The offset."""
        return self._at

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._piece = b""
