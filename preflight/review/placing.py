"""Finds the file of rejects that a person means by a path, a folder or a run."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from preflight.config.settings import Settings
from preflight.core import files
from preflight.core.errors import NothingToReview, SourceError, UsageError
from preflight.core.names import is_helper
from preflight.pipeline import check_fix_split
from preflight.pipeline.call import Call
from preflight.reading.scan import scan
from preflight.reading.source import open_source
from preflight.runs.ledger import places
from preflight.runs.ledger.run import RunState
from preflight.writing import results_folder, undo_record


@dataclass(frozen=True)
class Place:
    """Where the rejects are that a person means.

    Attributes:
        path: of the file.
        settings: to read it with: those of the call are about the input, if it was one.
        run: the ID of the run that was named, if one was.
    """

    path: Path
    settings: Settings
    run: str | None = None


def place(given: str, settings: Settings, call: Call) -> Place:
    """The file of rejects that a person means by a path, a folder or a run.

    An input is fixed first, unless its results are there.

    Raises:
        NothingToReview: there are no rejects.
        UsageError: there is no such file, folder or run, or the run has not ended.
    """
    path = Path(given)
    if path.is_dir():
        return Place(_in_folder(path), settings)
    if path.exists():
        found = _of_file(path, settings, call)
        return Place(found, settings if found == path else _of_results(settings))
    if not any(run.id == given for _, run in places.runs(settings.state_dir)):
        raise SourceError(
            f"{given}: no such file, folder or run; name a rejects.csv, the folder that holds one, "
            "or a run of `preflight runs`"
        )
    _, run = places.found(settings.state_dir, given)
    if run.state is not RunState.FINISHED:
        raise UsageError(
            f"run {run.id} has not ended, so it is not known which rows were rejected; "
            f"first call `preflight resume {run.id}`"
        )
    return Place(_in_folder(run.folder), _of_results(settings), run.id)


def _of_results(settings: Settings) -> Settings:
    """The settings without those that say how an input is written."""
    return dataclasses.replace(settings, encoding=None, delimiter=None, header_row=None, sheet=None)


def _in_folder(folder: Path) -> Path:
    for name in (results_folder.FAILURES, results_folder.REJECTS):
        if (folder / name).is_file():
            return folder / name
    if (folder / results_folder.REPORT).is_file():
        raise NothingToReview(f"{folder} holds no rejects: there is nothing to review")
    raise SourceError(
        f"{folder} has no rejects.csv and no failures.csv; name the folder that "
        "`preflight fix` or `preflight submit` wrote"
    )


def _of_file(path: Path, settings: Settings, call: Call) -> Path:
    """The file itself if it holds rejects; else that of its results."""
    source = open_source(path, spool=call.work, sheet=settings.sheet)
    layout = scan(
        source,
        spool=call.work,
        known=is_helper,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        header_row=settings.header_row,
    )
    if any(map(is_helper, layout.header)):
        return path
    folder = results_folder.default_folder(str(path))
    if (folder / results_folder.UNDO).is_file():
        known = undo_record.load(folder).sha256
        if known == source.sha256:
            return _in_folder(folder)
    work = call.work / "fix"
    files.folder(work)
    check_fix_split.fix(path, settings, work=work, progress=call.progress)
    return _in_folder(folder)
