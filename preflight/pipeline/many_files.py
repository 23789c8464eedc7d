"""Several files, each checked by itself: in this process, or in others at the same time.

What comes out does not depend on the number of processes: a file's result is data, and results are
handed out in the order of the call.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.baseline.comparison import Comparison
from preflight.config import catalogue
from preflight.config.settings import Settings
from preflight.core import urls
from preflight.core.errors import (
    ConfigError,
    PreflightError,
    RuleError,
    UsageError,
    WriteError,
)
from preflight.core.processes import cores
from preflight.linting import across
from preflight.linting.analysis import Analysis
from preflight.linting.cell_values import CellValues, KeptCells
from preflight.linting.checked import Checked
from preflight.linting.found_cells import CellStore
from preflight.linting.kept_chunks import KeptChunks
from preflight.pipeline import check_fix_split
from preflight.pipeline.accepted import Accepted
from preflight.pipeline.between_processes import Unpacker, packed
from preflight.pipeline.workers import outcome, workers
from preflight.reading import archives
from preflight.report import documents
from preflight.report.listing import listing
from preflight.report.reported import ReportedFile, Unread
from preflight.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from preflight.pipeline.dask_cluster import Cluster

FileDone = Callable[[str], None]
STDIN = "-"
_SECONDS_A_FILE, _BYTES_A_SECOND = 0.07, 6e6
_WORTH = 5.0  # seconds of work below which starting processes does not pay
_OF_THE_CALL = (ConfigError, RuleError, WriteError)


@dataclass(frozen=True)
class Asked:
    """What is wanted of each file.

    Attributes:
        settings: of the call.
        work: a private folder.
        stdin_name: the name of standard input in reports.
        show_all: whether row findings are reported even if the header is wrong.
        cells: whether the cells that findings are about are wanted.
        difference: whether the changes of a fix are wanted, as text.
        show_values: whether that text shows values.
        across: whether contacts are compared with those of the other files.
        against: a snapshot that each is compared with; None for none.
        cluster: that analyzes them; None for this machine.
    """

    settings: Settings
    work: Path
    stdin_name: str | None = None
    show_all: bool = False
    cells: bool = True
    difference: bool = False
    show_values: bool = False
    across: bool = False
    against: Snapshot | None = None
    cluster: Cluster | None = None


@dataclass(frozen=True)
class FileResult:
    """A file of the call after its check.

    Attributes:
        file: with its findings; None if it could not be opened.
        unread: why it could not be opened; None if it could.
        difference: what fixing would change, as text, if wanted.
        keys: of its contacts, if wanted.
    """

    file: ReportedFile | None = None
    unread: Unread | None = None
    difference: str = ""
    keys: across.FileKeys | None = None


def check_each(
    paths: Sequence[str],
    asked: Asked,
    *,
    jobs: int | None = None,
    known: Accepted | None = None,
    done: FileDone,
) -> list[FileResult]:
    """Checks files, each by itself. One that cannot be opened does not stop the others.

    Args:
        paths: of the files, see `inputs.expand`.
        asked: what is wanted.
        jobs: how many processes work; None for as many as pay.
        known: the baseline, if there is one.
        done: called with the path of each file once it is checked.

    Raises:
        PreflightError: no file can be checked in this way, because of the config or the disk.
    """
    processes = min(len(paths), _paying(paths) if jobs is None else jobs)
    if asked.cluster is not None:
        processes = 1
    results = []
    with contextlib.closing(_results(paths, asked, processes)) as found:
        for path, result in zip(paths, found, strict=True):
            done(urls.shown(path))
            results.append(result)
    if asked.across:
        results = _compared(results, show_all=asked.show_all)
    if known is not None:
        alone = len(paths) == 1
        results = [_beside(one, known, alone=alone, show_all=asked.show_all) for one in results]
    return results


def _results(
    paths: Sequence[str], asked: Asked, processes: int
) -> Generator[FileResult, None, None]:
    if asked.cluster is not None and len(paths) > 1:
        from preflight.pipeline import files_on_cluster  # here: most calls do without

        if asked.cluster.is_remote or _paying(paths) > 1:
            yield from files_on_cluster.results(paths, asked, asked.cluster)
            return
    if processes <= 1:
        for at, path in enumerate(paths):
            yield checked(at, path, asked)
        return
    settings = asked.settings
    unpacker = Unpacker(catalogue.load(settings.rules))
    with workers(processes) as pool:
        # Standard input belongs to this process.
        waiting = deque(
            None if path == STDIN else pool.submit(_in_worker, at, path, asked)
            for at, path in enumerate(paths)
        )
        for at, path in enumerate(paths):
            future = waiting.popleft()
            if future is None:
                yield checked(at, path, asked)
                continue
            result = unpacker.value(outcome(future))
            if isinstance(result, PreflightError):
                raise result
            yield result


def _in_worker(at: int, path: str, asked: Asked) -> bytes:
    try:
        return packed(checked(at, path, asked))
    except PreflightError as error:
        return packed(error)


def checked(at: int, path: str, asked: Asked, *, name: str | None = None) -> FileResult:
    """One file.

    Args:
        at: its number in the call.
        path: of it.
        asked: what is wanted.
        name: of it in reports, if not its path.

    Raises:
        PreflightError: no file can be checked in this way.
    """
    place = asked.work / f"file-{at}"
    place.mkdir(mode=0o700)
    keys = asked.work / f"keys-{at}" if asked.across else None
    try:
        analyzed = check_fix_split.check(
            path,
            asked.settings,
            work=place,
            stdin_name=asked.stdin_name,
            name=name,
            against=asked.against,
            keys=keys,
            cluster=asked.cluster,
        )
        return _result(analyzed, asked, keys)
    except _OF_THE_CALL:
        raise
    except UsageError as error:
        name = (asked.stdin_name or path) if path == STDIN else urls.shown(path)
        reason = str(error).removeprefix(f"{name}: ")
        return FileResult(unread=Unread(name, reason))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _result(checked: Checked, asked: Asked, keys: Path | None) -> FileResult:
    """All that is wanted of a file, as data: its folder is removed then."""
    file = documents.of_file(checked, checked.books, show_all=asked.show_all)
    analysis = checked.analysis
    analysis.findings.move(asked.work)
    cells = KeptCells(CellStore())
    if asked.cells:
        cells = CellValues(analysis, checked.records("fetching")).detached(asked.work)
    difference = (
        check_fix_split.difference(checked, show_values=asked.show_values)
        if asked.difference
        else ""
    )
    released = dataclasses.replace(analysis, kept=KeptChunks(analysis.layout, analysis.plan))
    return FileResult(
        file=ReportedFile(dataclasses.replace(file.listing, analysis=released), cells),
        difference=difference,
        keys=None if keys is None else across.FileKeys(file.listing.path, keys, analysis.plan),
    )


def _compared(results: Sequence[FileResult], *, show_all: bool) -> list[FileResult]:
    """The results with the contacts that stand in several of the files."""
    compared = list(results)
    keyed = [(at, one.keys) for at, one in enumerate(results) if one.keys is not None]
    found = across.repeated([keys for _, keys in keyed])
    for number, (at, _) in enumerate(keyed):
        file = results[at].file
        if number in found and file is not None:
            analysis = across.with_findings(file.listing.analysis, found[number])
            compared[at] = dataclasses.replace(
                results[at], file=_relisted(file, analysis, show_all=show_all)
            )
    return compared


def _beside(result: FileResult, known: Accepted, *, alone: bool, show_all: bool) -> FileResult:
    """A result beside the baseline."""
    file = result.file
    if file is None:
        return result
    analysis = file.listing.analysis
    beside = known.beside(analysis, file.listing.path, file.cells, alone=alone)
    relisted = _relisted(file, analysis, show_all=show_all, compared=beside)
    return dataclasses.replace(result, file=relisted)


def _relisted(
    file: ReportedFile,
    analysis: Analysis,
    *,
    show_all: bool,
    compared: Comparison | None = None,
) -> ReportedFile:
    books = Checked(analysis.layout.source, analysis).books
    again = listing(file.listing.path, analysis, books, show_all=show_all, compared=compared)
    return ReportedFile(again, file.cells)


def _paying(paths: Sequence[str]) -> int:
    """How many processes pay: none beside this one if there is little to do."""
    seconds = 0.0
    for path in paths:
        seconds += _SECONDS_A_FILE
        with contextlib.suppress(OSError):
            seconds += 0 if path == STDIN else archives.outer(path).stat().st_size / _BYTES_A_SECOND
    return cores() if seconds >= _WORTH else 1
