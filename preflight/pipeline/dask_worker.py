"""What the workers of a Dask cluster do: pure functions of a job and a piece of a text.

A worker reads the text itself, so it has to see it: in a store, or as a file of the same machine or
a shared disk. To a store it has its own access; nothing of that is in a task.
"""

from __future__ import annotations

import functools
import pickle
import platform
import threading
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from preflight.config import catalogue
from preflight.core import object_store
from preflight.core.errors import SourceError, UsageError
from preflight.core.stored_object import Openable, StoredObject
from preflight.linting.chunk_result import ChunkResult, Job
from preflight.linting.row_rules import RowRules
from preflight.pipeline.between_processes import Unpacker, packed
from preflight.pipeline.local_engine import Task, analyzer_of
from preflight.reading.speculative_cuts import Run, Slab, SlabReader

_ALIKE = ("contact-preflight", "distributed", "numpy", "pandas", "phonenumbers", "pyarrow")


def versions() -> dict[str, str]:
    """The versions of what has to be the same in all processes of a call."""
    found = {"Python": platform.python_version()}
    for name in _ALIKE:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


class SharedJob(NamedTuple):
    """A job as it is sent to the workers.

    Attributes:
        rules: the folders and files of further rules.
        job: packed, see `between_processes`.
        seen: what this machine sees of the text, see `_seen`.
    """

    rules: tuple[Path, ...]
    job: bytes
    seen: object


def shared(rules: Sequence[Path], job: Job) -> bytes:
    """A job, packed for workers that may have another working directory."""
    here = tuple(path.absolute() for path in rules)
    return pickle.dumps(SharedJob(here, packed(job), _seen(job.layout.text)))


def given(job: bytes) -> bytes:
    """A job, as data of the cluster: sent once, and once more if the worker that has it dies."""
    return job


def guesses(job: bytes, slab: Slab) -> list[list[Run]]:
    """The records of a slab, see `SlabReader.guesses`.

    Raises:
        SourceError: the worker does not see the text.
    """
    return _opened(job, threading.get_ident()).slabs.guesses(slab)


def analyzed(job: bytes, task: Task) -> bytes:
    """What is found in a range, packed.

    Raises:
        SourceError: somebody changed the file, or the worker does not see it.
    """
    return packed(_opened(job, threading.get_ident()).analyzed(task))


class _Opened(NamedTuple):
    slabs: SlabReader
    analyzed: Callable[[Task], ChunkResult]


@functools.lru_cache(maxsize=16)
def _opened(shared_job: bytes, _thread: int) -> _Opened:
    """The readers and the rules of a job, made once in each thread."""
    found: SharedJob = pickle.loads(shared_job)  # noqa: S301 - from the call that this works for
    job: Job = Unpacker(catalogue.load(found.rules)).value(found.job)
    name, text = job.layout.source.name, job.layout.text
    try:
        seen = _seen(text)
    except OSError:
        raise SourceError(
            f"{name}: a worker does not see {text}; put the file, and TMPDIR, on a disk that all "
            "of them share"
        ) from None
    except (SourceError, UsageError) as error:
        raise SourceError(f"on a worker, {error}") from None
    if seen != found.seen:
        raise SourceError(f"{name}: a worker sees another file of that name, or it was changed")
    tail = RowRules(job.plan, job.layout).tail
    return _Opened(SlabReader(job.layout, tail), analyzer_of(job))


def _seen(text: Openable) -> object:
    """What a machine sees of a text, which is the same on all of them if the text is.

    Raises:
        OSError: it does not see the file.
        SourceError, UsageError: it has no access to the object.
    """
    if isinstance(text, StoredObject):
        return text.url.text, object_store.connected(text.url).version().pinned
    about = text.stat()
    return str(text), about.st_size, about.st_mtime_ns
