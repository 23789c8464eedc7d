"""`preflight split`: cut a file on record boundaries."""

from __future__ import annotations

from typing import Any

from preflight.cli import next_step, screen, terminal
from preflight.cli.call_settings import settings_of
from preflight.cli.engine import written
from preflight.cli.options import emit
from preflight.core.workspace import workspace
from preflight.pipeline import check_fix_split
from preflight.report import exit_codes, results, summary
from preflight.report.listing import listing
from preflight.report.wording import number, plural
from preflight.writing.writer import FixedFile


def run(path: str, **given: Any) -> int:
    """Cuts the file, says into what, and gives the exit code."""
    own = {
        key: value
        for key, value in given.items()
        if key not in ("folder", "force", "stdin_filename")
    }
    settings = settings_of(own)
    with workspace() as work:
        cut = written(check_fix_split.split, path, settings, given, work)
        _tell(cut)
    return exit_codes.of_fix(cut, settings)


def _tell(cut: FixedFile) -> None:
    """Says into what the file was cut, while the private copies of results in a store are there."""
    file_listing = listing(cut.checked.source.name, cut.checked.analysis, cut.books)
    if terminal.is_quiet():
        emit(screen.shown(summary.brief(file_listing, cut.books), None), None)
        return
    parts = [
        (cut.named(part.path), f"{plural(part.rows, 'row')}, {number(part.size)} bytes")
        for part in cut.parts
    ]
    paths = [*parts, *results.files(cut)]
    told = [*summary.lines(file_listing), *results.written(paths), *next_step.of_split(cut)]
    emit(screen.shown(told, None), None)
