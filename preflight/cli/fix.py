"""`preflight fix`: lint, apply safe fixes, write the clean rows and the rejects."""

from __future__ import annotations

import dataclasses
import functools
import os
from typing import Any

from preflight.cli import next_step, reports, screen
from preflight.cli.check import difference, refuse_format
from preflight.cli.options import settings_of
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


def run(path: str, **given: Any) -> int:
    """Fixes the file, or shows what would be changed, and gives the exit code."""
    settings = settings_of(_own(given))
    refuse_protected(given, settings, [path], folder=given["folder"])
    known = accepted.accepted(settings, os.environ)
    if given["diff"]:
        return _compared(path, settings, given)
    with workspace() as work:
        with live_view() as view:
            fixed = check_fix_split.fix(
                path,
                settings,
                work=work,
                folder=given["folder"],
                force=given["force"],
                stdin_name=given["stdin_filename"],
                progress=view.stage,
            )
        beside = known.compared(fixed.checked) if known else None
        reported = documents.of_fix(fixed, show_all=given["show_all"], compared=beside)
        told = functools.partial(_lines, fixed, reported.files[0].listing)
        reported = dataclasses.replace(reported, fail_on=settings.fail_on, told=told)
        reports.tell(reported, settings, given)
    return exit_codes.of_fix(fixed, settings, beside)


def _compared(path: str, settings: Settings, given: dict[str, Any]) -> int:
    """Shows what would be changed, and writes nothing; 1 if anything would be."""
    refuse_format(settings)
    with workspace() as work:
        with live_view() as view:
            checked = check_fix_split.check(
                path, settings, work=work, stdin_name=given["stdin_filename"], progress=view.stage
            )
            compared = difference(checked, settings)
        file = documents.of_file(checked, checked.books)
        told = compared + screen.shown(summary.lines(file.listing), given["output_file"])
        reported = Reported([file], fail_on=settings.fail_on)
        reports.tell(reported, settings, given, printed=told)
    return 1 if compared and not settings.exit_zero else 0


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
