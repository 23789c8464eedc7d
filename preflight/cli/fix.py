"""`preflight fix`: lint, apply safe fixes, write the clean rows and the rejects."""

from __future__ import annotations

from typing import Any

from preflight.cli import next_step, screen, terminal
from preflight.cli.check import difference, refuse_format, tell
from preflight.cli.options import (
    emit,
    settings_of,
    shows_values,
)
from preflight.cli.output_file import refuse_protected
from preflight.cli.progress import live_view
from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.pipeline import check_fix_split
from preflight.report import documents, exit_codes, results, summary
from preflight.report.lines import Line
from preflight.report.listing import listing
from preflight.writing.writer import FixedFile


def run(path: str, **given: Any) -> int:
    """Fixes the file, or shows what would be changed, and gives the exit code."""
    settings = settings_of(_own(given))
    refuse_protected(given, settings, [path], folder=given["folder"])
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
        shown = _shown(fixed, settings, given)
        emit(shown, given["output_file"], private=shows_values(settings))
        if given["output_file"] is not None and not terminal.is_quiet():
            emit(screen.shown(_lines(fixed, settings, given), None), None)
    return exit_codes.of_fix(fixed, settings)


def _compared(path: str, settings: Settings, given: dict[str, Any]) -> int:
    """Shows what would be changed, and writes nothing; 1 if anything would be."""
    refuse_format(settings)
    with workspace() as work, live_view() as view:
        checked = check_fix_split.check(
            path, settings, work=work, stdin_name=given["stdin_filename"], progress=view.stage
        )
        compared = difference(checked, settings)
    file_listing = listing(checked.source.name, checked.analysis, checked.books)
    told = compared + screen.shown(summary.lines(file_listing), given["output_file"])
    tell(told, [file_listing], settings, given)
    return 1 if compared and not settings.exit_zero else 0


def _own(given: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key not in ("folder", "force")}


def _shown(fixed: FixedFile, settings: Settings, given: dict[str, Any]) -> str:
    values = shows_values(settings)
    if settings.output_format == "json":
        return documents.of_fix(fixed, show_values=values, show_all=given["show_all"])
    return screen.shown(_lines(fixed, settings, given), given["output_file"])


def _lines(fixed: FixedFile, settings: Settings, given: dict[str, Any]) -> list[Line]:
    """What was fixed and rejected, the books, the results, and what to do now."""
    file_listing = listing(
        fixed.checked.source.name, fixed.checked.analysis, fixed.books, show_all=given["show_all"]
    )
    if terminal.is_quiet():
        return summary.brief(file_listing, fixed.books)
    return [
        *results.lines(fixed, file_listing, everything=settings.output_format == "full"),
        summary.balance(fixed.books),
        *results.written(results.files(fixed)),
        *next_step.of_fix(fixed),
    ]
