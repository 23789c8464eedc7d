"""Several files over a Dask cluster: each as a whole by one worker, as many as there are threads.

A worker does what a process of this machine does with a file of several, and hands over all of it
as data. What it cannot do as well as this machine is done here when its turn comes: a file that is
large, whose ranges all workers share, one that cannot be opened, so that the message is that of
this machine, and what only this machine sees.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import stat
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from preflight.config import catalogue
from preflight.core import files, urls
from preflight.core.errors import PreflightError
from preflight.core.workspace import workspace
from preflight.linting.cell_values import KeptCells
from preflight.linting.checked import CHUNK_BYTES
from preflight.pipeline import many_files
from preflight.pipeline.between_processes import Unpacker, packed
from preflight.pipeline.many_files import Asked, FileResult
from preflight.reading import archives
from preflight.report.reported import ReportedFile

if TYPE_CHECKING:
    from preflight.pipeline.dask_cluster import Cluster

_LARGE = 4 * CHUNK_BYTES
"""A text of more bytes is shared among all workers."""
_UNDER_WAY = 4  # files for each thread: who waits for one of them first keeps the others at work


class Unit(NamedTuple):
    """A file that a worker checks as a whole.

    Attributes:
        path: from anywhere.
        name: as typed.
        seen: its size and when it was written, as this machine sees it; None if it is in a store.
    """

    path: str
    name: str
    seen: tuple[int, int] | None


class _Done(NamedTuple):
    result: FileResult
    keys: bytes | None


def results(
    paths: Sequence[str], asked: Asked, cluster: Cluster
) -> Generator[FileResult, None, None]:
    """Checks files, in their order.

    Args:
        paths: of the files.
        asked: what is wanted of each.
        cluster: that does it.

    Raises:
        PreflightError: no file can be checked in this way, or the cluster is gone.
    """
    settings = asked.settings
    unpacker = Unpacker(catalogue.load(settings.rules))
    sent = cluster.submit(given, packed(_from_anywhere(asked)))
    waiting: deque[Any] = deque()
    units = map(_unit, paths, itertools.repeat(asked))
    under_way = cluster.threads() * _UNDER_WAY

    def submitted() -> Iterator[Any]:
        for unit in units:
            yield None if unit is None else cluster.submit(checked_there, sent, unit)

    following = submitted()
    for at, path in enumerate(paths):
        waiting.extend(itertools.islice(following, under_way - len(waiting)))
        future = waiting.popleft()
        data = None if future is None else cluster.result(future)
        yield (
            many_files.checked(at, path, asked)
            if data is None
            else _taken(unpacker.value(data), at, asked)
        )


def given(asked: bytes) -> bytes:
    """What is wanted, as data of the cluster: sent once to each worker."""
    return asked


def checked_there(asked: bytes, unit: Unit) -> bytes | None:
    """A file as a worker checks it, packed; None if that is not for a worker to do.

    Raises:
        PreflightError: no file can be checked in this way.
    """
    with workspace() as work:
        wanted: Asked = dataclasses.replace(Unpacker({}).value(asked), work=work)
        try:
            if not _is_for_one(unit):
                return None
        except (OSError, PreflightError):
            return None
        result = many_files.checked(0, unit.path, wanted, name=unit.name)
        if result.file is None:
            return None
        _move(result.file, None)
        keys = None if result.keys is None else result.keys.path.read_bytes()
        return packed(_Done(result, keys))


def _taken(done: _Done, at: int, asked: Asked) -> FileResult:
    """The result of a worker, with what is large in the folder of this call."""
    result = done.result
    if result.file is not None:
        _move(result.file, asked.work)
    if result.keys is None or done.keys is None:
        return result
    path = asked.work / f"keys-{at}"
    files.write(path, done.keys, durable=False)
    return dataclasses.replace(result, keys=dataclasses.replace(result.keys, path=path))


def _move(file: ReportedFile, folder: Path | None) -> None:
    """See `Pages.move`."""
    file.listing.analysis.findings.move(folder)
    if isinstance(file.cells, KeptCells):
        file.cells.move(folder)


def _unit(path: str, asked: Asked) -> Unit | None:
    """A file as workers find it; None if it is for this machine.

    A schema of the user's own is code that only this machine has to have.
    """
    if path == many_files.STDIN or asked.settings.schema is not None:
        return None
    if (url := urls.parse(path)) is not None:
        return None if url.query else Unit(path, path, None)
    try:
        about = archives.outer(path).stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(about.st_mode):
        return None
    return Unit(os.path.abspath(path), path, (about.st_size, about.st_mtime_ns))  # noqa: PTH100


def _is_for_one(unit: Unit) -> bool:
    """Whether a worker sees the file that was meant, and it is not for all of them.

    Raises:
        OSError, PreflightError: it does not see it.
    """
    if (url := urls.parse(unit.path)) is not None:
        if Path(url.name).suffix.lower() not in archives.TEXTS:
            return True  # it has to be unpacked, and so is read as a whole
        from preflight.core import object_store  # here: most calls read files

        size = object_store.connected(url).version().size
        return size is not None and size <= _LARGE
    about = archives.outer(unit.path).stat()
    is_text = archives.member_of(unit.path) is None and (
        Path(unit.path).suffix.lower() in archives.TEXTS
    )
    if is_text and about.st_size > _LARGE:
        return False
    return (about.st_size, about.st_mtime_ns) == unit.seen


def _from_anywhere(asked: Asked) -> Asked:
    """What is wanted, as workers take it: they may have another working directory."""
    rules = tuple(path.absolute() for path in asked.settings.rules)
    settings = dataclasses.replace(asked.settings, rules=rules)
    return dataclasses.replace(asked, settings=settings, cluster=None)
