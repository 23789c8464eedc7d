"""The files of a call: what its paths stand for, and each of them checked."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preflight.cli import terminal
from preflight.cli.call_settings import shows_values
from preflight.cli.engine import cluster_of
from preflight.cli.output_file import refuse_protected
from preflight.cli.progress import View
from preflight.cli.screen import shown
from preflight.config.settings import Settings
from preflight.core import urls
from preflight.core.redact import visible
from preflight.pipeline import check_fix_split
from preflight.pipeline.accepted import Accepted
from preflight.pipeline.many_files import Asked, FileResult, check_each
from preflight.reading import archives
from preflight.reading.inputs import Skipped, expand
from preflight.report import documents, formats, several, summary
from preflight.report.reported import Unread
from preflight.report.wording import number
from preflight.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from preflight.pipeline.dask_cluster import Cluster

_NAMED = 3
_WITHOUT_CELLS = frozenset({"grouped", "concise"})
"""Formats that show no cell where there are several files."""


@dataclass(frozen=True)
class Beside:
    """What each file is compared with, besides the other files.

    Attributes:
        baseline: None for none.
        against: a snapshot of its source; None for none.
    """

    baseline: Accepted | None = None
    against: Snapshot | None = None


NOTHING_BESIDE = Beside()


def inputs_of(paths: Sequence[str], settings: Settings, given: Mapping[str, Any]) -> list[str]:
    """The single files that paths stand for; says what was skipped in directories.

    Raises:
        SourceError: a directory or a pattern stands for nothing.
        UsageError: a report would replace one of them.
    """
    found = expand(paths)
    here = [path for path in found.paths if urls.parse(path) is None]
    on_disk = [path if path == "-" else archives.outer(path) for path in here]
    refuse_protected(given, settings, on_disk)
    if note := _skipped(found.skipped):
        terminal.note(note)
    return found.paths


def _skipped(skipped: Skipped) -> str:
    """What was passed over in directories; "" if nothing was."""
    said = []
    for one, many, paths in (
        ("results folder", "results folders", skipped.results),
        ("hidden file or folder", "hidden files or folders", skipped.hidden),
        ("file of another type", "files of other types", skipped.others),
    ):
        if paths:
            first = ", ".join(map(visible, sorted(paths)[:_NAMED]))
            more = ", …" if len(paths) > _NAMED else ""
            name = one if len(paths) == 1 else many
            said.append(f"{number(len(paths))} {name} ({first}{more})")
    return f"skipped: {'; '.join(said)}" if said else ""


def check_inputs(
    inputs: Sequence[str],
    settings: Settings,
    given: Mapping[str, Any],
    work: Path,
    view: View,
    beside: Beside = NOTHING_BESIDE,
) -> list[FileResult]:
    """Checks each input: a single one with its records at hand, several as data.

    Args:
        inputs: see `inputs_of`.
        settings: of the call.
        given: the options of the call.
        work: a private folder.
        view: shows how far it is.
        beside: what each is compared with.

    Raises:
        UsageError: the only input cannot be opened, or a setting does not fit it.
    """
    with cluster_of(given, work) as cluster:
        return _checked(inputs, settings, given, work, view, beside, cluster)


def _checked(
    inputs: Sequence[str],
    settings: Settings,
    given: Mapping[str, Any],
    work: Path,
    view: View,
    beside: Beside,
    cluster: Cluster | None,
) -> list[FileResult]:
    """See `check_inputs`."""
    asked = Asked(
        settings=settings,
        work=work,
        stdin_name=given["stdin_filename"],
        show_all=bool(given["show_all"]),
        cells=_wants_cells(settings, given) or bool(beside.baseline and beside.baseline.key),
        difference=bool(given["diff"]),
        show_values=shows_values(settings),
        across=bool(given.get("across")),
        against=beside.against,
        cluster=cluster,
    )
    if len(inputs) > 1:
        checked_files = itertools.count(1)

        def done(path: str) -> None:
            view.about(f"{next(checked_files)} of {len(inputs)} files, the last one {path}")

        return check_each(inputs, asked, jobs=given.get("jobs"), known=beside.baseline, done=done)
    (path,) = inputs
    view.about(urls.shown(path))
    checked = check_fix_split.check(
        path,
        settings,
        work=work,
        stdin_name=asked.stdin_name,
        against=asked.against,
        progress=view.stage,
        jobs=given.get("jobs"),
        cluster=cluster,
    )
    difference = ""
    if asked.difference:
        difference = check_fix_split.difference(checked, show_values=asked.show_values)
    compared = beside.baseline.compared(checked) if beside.baseline is not None else None
    file = documents.of_file(checked, checked.books, show_all=asked.show_all, compared=compared)
    return [FileResult(file=file, difference=difference)]


def _wants_cells(settings: Settings, given: Mapping[str, Any]) -> bool:
    """Whether a report of several files shows cells, or their shapes."""
    if any(report.format not in _WITHOUT_CELLS for report in given["reports"]):
        return True
    short = settings.output_format in formats.FOR_PEOPLE and (
        terminal.is_quiet() or settings.statistics or given["diff"]
    )
    return not short and settings.output_format not in _WITHOUT_CELLS


def differences(results: Sequence[FileResult], given: Mapping[str, Any]) -> str:
    """What fixing would change, and a summary: of the file, or of several."""
    files = [result.file.listing for result in results if result.file is not None]
    if len(results) == 1:
        lines = [line for listing in files for line in summary.lines(listing)]
    else:
        lines = several.lines(files, unread_of(results))
    return "".join(result.difference for result in results) + shown(lines, given["output_file"])


def unread_of(results: Sequence[FileResult]) -> list[Unread]:
    """The files that could not be opened."""
    return [result.unread for result in results if result.unread is not None]


def complain_of(unread: Sequence[Unread]) -> None:
    """Says on stderr, as of any error, which files could not be opened."""
    for one in unread:
        terminal.complain(f"preflight: {visible(f'{one.path}: {one.reason}')}")
