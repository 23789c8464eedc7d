"""`preflight check`: lint files, write nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from preflight.cli import next_step, reports, terminal
from preflight.cli.call_settings import settings_of
from preflight.cli.inputs import (
    Beside,
    check_inputs,
    complain_of,
    differences,
    inputs_of,
    unread_of,
)
from preflight.cli.progress import live_view
from preflight.config.settings import Settings
from preflight.core import urls
from preflight.core.workspace import workspace
from preflight.pipeline import accepted
from preflight.reading import archives
from preflight.reading.inputs import expand
from preflight.report import exit_codes, formats
from preflight.report.reported import Reported
from preflight.snapshots import snapshot_file


def run(paths: tuple[str, ...], *, watch: bool = False, **given: Any) -> int:
    """Lints the files, shows what was found, and gives the exit code.

    Args:
        paths: as typed.
        watch: whether to go on, and check again whenever one of the files was saved.
        given: the other options.
    """
    if not watch:
        return _checked(paths, given)
    from preflight.cli import watch as watching  # here: most calls do not

    if "-" in paths:
        raise click.UsageError("--watch cannot watch standard input; name a file")
    if any(urls.parse(path) for path in paths):
        raise click.UsageError("--watch cannot watch what is in a store; name a file")
    return watching.watch(lambda: _watched(paths, given), lambda: _checked(paths, given))


def _watched(paths: tuple[str, ...], given: Mapping[str, Any]) -> Iterator[str | Path]:
    """The files that a check depends on: its inputs, and what was named beside them."""
    for path in expand(paths).paths:
        yield archives.outer(path)
    for name in ("config", "baseline", "against"):
        if given[name] is not None:
            yield given[name]


def _checked(paths: tuple[str, ...], given: dict[str, Any]) -> int:
    settings = settings_of(given)
    if given["diff"]:
        refuse_format(settings)
    known = accepted.accepted(settings, os.environ)
    inputs = inputs_of(paths, settings, given)
    beside = Beside(
        baseline=known,
        against=None if settings.against is None else snapshot_file.read(settings.against),
    )
    with workspace() as work:
        with live_view() as view:
            results = check_inputs(inputs, settings, given, work, view, beside)
        files = [result.file for result in results if result.file is not None]
        unread, listings = unread_of(results), [file.listing for file in files]
        then = [] if terminal.is_quiet() else next_step.of_check(listings, paths)
        reported = Reported(files, fail_on=settings.fail_on, next_step=then, unread=unread)
        printed = differences(results, given) if given["diff"] else ""
        reports.tell(reported, settings, given, printed=printed)
    complain_of(unread)
    return exit_codes.of_check(listings, settings, unread)


def refuse_format(settings: Settings) -> None:
    """Refuses a diff in a format other than text.

    Raises:
        UsageError: the output format is one for programs.
    """
    if settings.output_format not in formats.FOR_PEOPLE:
        raise click.UsageError(
            "--diff prints text only; `preflight fix` writes the same into fixes.csv"
        )
