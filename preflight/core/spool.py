"""A list of values on disk, for what a call finds and needs again, however large the file is."""

from __future__ import annotations

import io
import pickle
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import pyarrow as pa

from preflight.core import files

T = TypeVar("T")

_IN_MEMORY = 4 << 20
"""How many bytes are held in memory before they go to a file."""


def packed(value: object) -> bytes:
    """A value as it stands in a spool."""
    buffer = io.BytesIO()
    _Packer(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()


def unpacked(data: bytes) -> Any:
    """A value that this process has packed."""
    return pickle.loads(data)  # noqa: S301 - see above


class _Packer(pickle.Pickler):
    """Packs an array of texts as one text with offsets: pickle would take them one by one."""

    def reducer_override(self, value: object) -> Any:
        if type(value) is np.ndarray and value.dtype == object and value.ndim == 1:
            try:
                texts = pa.array(value, from_pandas=False)
            except (pa.ArrowException, UnicodeError):
                return NotImplemented  # it holds something else
            if pa.types.is_string(texts.type):
                return _objects, (texts,)
        return NotImplemented


def _objects(texts: pa.Array) -> np.ndarray:
    objects: np.ndarray = texts.to_numpy(zero_copy_only=False)
    return objects


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
