"""The input of a fix, kept compressed beside its results."""

from __future__ import annotations

import gzip
import importlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from preflight.core import files
from preflight.core.errors import SourceError
from preflight.core.processes import WORTH
from preflight.core.types import Source
from preflight.writing import results_folder


@contextmanager
def kept(source: Source, staged: Path) -> Iterator[None]:
    """Keeps the input of a fix; a large one while the block runs.

    Compressing does not need the interpreter's lock, so a thread has the core that the block
    leaves.

    Args:
        source: the input.
        staged: the staging folder.

    Raises:
        SourceError: the input changed while it was read.
    """
    if source.size < WORTH:
        keep(source, staged)
        yield
        return
    with ThreadPoolExecutor(1, thread_name_prefix="preflight-original") as thread:
        keeping = thread.submit(keep, source, staged)
        yield
        keeping.result()


def keep(source: Source, staged: Path) -> None:
    """Writes the input of a fix, compressed, into its staging folder.

    Raises:
        SourceError: the input changed while it was read.
    """
    with (
        source.path.open("rb") as given,
        files.Replacement(staged / results_folder.ORIGINAL, durable=False) as new,
        _packing(new.file) as packed,
    ):
        digest, _ = files.copy_hashed(given, packed)
    if digest != source.sha256:
        raise SourceError(f"{source.name} changed while it was read; nothing was written")


def _packing(file: BinaryIO) -> gzip.GzipFile:
    """A stream that writes what it is given into a file, compressed."""
    try:
        igzip: Any = importlib.import_module("isal.igzip")
    except ImportError:  # it is not there for every system
        return gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=file, mtime=0)
    fast: gzip.GzipFile = igzip.IGzipFile("", "wb", compresslevel=2, fileobj=file, mtime=0)
    return fast
