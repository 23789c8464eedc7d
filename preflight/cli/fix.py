"""`preflight fix`: lint, apply safe fixes, write the clean rows and the rejects."""

from __future__ import annotations

import dataclasses
import functools
import os
from pathlib import Path
from typing import Any

import click

from preflight.cli import next_step, reports
from preflight.cli.call_settings import settings_of
from preflight.cli.check import refuse_format
from preflight.cli.engine import written
from preflight.cli.inputs import (
    check_inputs,
    complain_of,
    differences,
    inputs_of,
    unread_of,
)
from preflight.cli.output_file import refuse_protected
from preflight.cli.progress import live_view
from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.pipeline import accepted, check_fix_split
from preflight.report import documents, exit_codes, results, summary
from preflight.report.lines import Line
from preflight.report.listing import Listing
from preflight.report.reported import Reported
from preflight.writing.writer import FixedFile


def run(paths: tuple[str, ...], **given: Any) -> int:
    """Fixes the file, or shows what would be changed, and gives the exit code."""
    settings = settings_of(_own(given))
    known = accepted.accepted(settings, os.environ)
    if given["diff"]:
        return _compared(paths, settings, given)
    if len(paths) > 1:
        raise click.UsageError(
            "fix writes the results of one file; call it for each, or show with --diff what it "
            "would change in all of them"
        )
    (path,) = paths
    folder = given["folder"]
    refuse_protected(given, settings, [path], folder=folder if isinstance(folder, Path) else None)
    with workspace() as work:
        fixed = written(check_fix_split.fix, path, settings, given, work)
        beside = known.compared(fixed.checked) if known else None
        reported = documents.of_fix(fixed, show_all=given["show_all"], compared=beside)
        told = functools.partial(_lines, fixed, reported.files[0].listing)
        reported = dataclasses.replace(reported, fail_on=settings.fail_on, told=told)
        reports.tell(reported, settings, given)
    return exit_codes.of_fix(fixed, settings, beside)


def _compared(paths: tuple[str, ...], settings: Settings, given: dict[str, Any]) -> int:
    """Shows what would be changed, and writes nothing; 1 if anything would be."""
    refuse_format(settings)
    inputs = inputs_of(paths, settings, given)
    with workspace() as work:
        with live_view() as view:
            results = check_inputs(inputs, settings, given, work, view)
        files = [result.file for result in results if result.file is not None]
        unread = unread_of(results)
        reported = Reported(files, fail_on=settings.fail_on, unread=unread)
        reports.tell(reported, settings, given, printed=differences(results, given))
    complain_of(unread)
    if unread:
        return exit_codes.COULD_NOT_RUN
    changed = any(result.difference for result in results)
    return exit_codes.FAILED if changed and not settings.exit_zero else exit_codes.PASSED


def _own(given: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key not in ("folder", "force")}


def _lines(fixed: FixedFile, listing: Listing, everything: bool) -> list[Line]:
    """What was fixed and rejected, the books, the results, and what to do now."""
    return [
        *results.lines(fixed, listing, everything=everything),
        summary.balance(fixed.books),
        *results.written(results.files(fixed)),
        *next_step.of_fix(fixed),
    ]
