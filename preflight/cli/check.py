"""`preflight check`: lint files, write nothing."""

from __future__ import annotations

import os
from typing import Any

import click

from preflight.cli import next_step, reports, terminal
from preflight.cli.options import settings_of, shows_values
from preflight.cli.output_file import refuse_protected
from preflight.cli.progress import live_view
from preflight.cli.screen import shown
from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.linting.checked import Checked
from preflight.pipeline import accepted, check_fix_split
from preflight.reading.source import expand
from preflight.report import diff, documents, exit_codes, formats, summary
from preflight.report.listing import listing
from preflight.report.reported import Reported
from preflight.snapshots import snapshot_file


def run(paths: tuple[str, ...], **given: Any) -> int:
    """Lints the files, shows what was found, and gives the exit code."""
    settings = settings_of(given)
    if given["diff"]:
        refuse_format(settings)
    known = accepted.accepted(settings, os.environ)
    inputs = expand(paths)
    refuse_protected(given, settings, inputs)
    against = None if given["against"] is None else snapshot_file.read(given["against"])
    with workspace() as work:
        with live_view() as view:
            entries, compared = [], ""
            for path in inputs:
                view.about(str(path))
                checked = check_fix_split.check(
                    path,
                    settings,
                    work=work,
                    stdin_name=given["stdin_filename"],
                    against=against,
                    progress=view.stage,
                )
                beside = known.compared(checked, alone=len(inputs) == 1) if known else None
                entry = documents.of_file(
                    checked, checked.books, show_all=given["show_all"], compared=beside
                )
                entries.append(entry)
                if given["diff"]:
                    compared += difference(checked, settings)
                    compared += shown(summary.lines(entry.listing), given["output_file"])
        listings = [entry.listing for entry in entries]
        then = [] if terminal.is_quiet() else next_step.of_check(listings, paths)
        reported = Reported(entries, fail_on=settings.fail_on, next_step=then)
        reports.tell(reported, settings, given, printed=compared)
    return exit_codes.of_check(listings, settings)


def refuse_format(settings: Settings) -> None:
    """Refuses a diff in a format other than text.

    Raises:
        UsageError: the output format is one for programs.
    """
    if settings.output_format not in formats.FOR_PEOPLE:
        raise click.UsageError(
            "--diff prints text only; `preflight fix` writes the same into fixes.csv"
        )


def difference(checked: Checked, settings: Settings) -> str:
    """What fixing a file would change, cell by cell; "" if it would change nothing."""
    names = {code: rule.name for code, rule in checked.analysis.plan.rules.items()}
    shown = shows_values(settings)
    header = listing(checked.source.name, checked.analysis, checked.books).names_are_values
    pieces = []
    for changes in check_fix_split.changes(checked):
        listed = changes.assign(column_name="") if header and not shown else changes
        pieces.append(diff.cells(listed, names, show_values=shown))
    name = checked.source.name
    return diff.heading(name, f"{name}, fixed") + "".join(pieces) if any(pieces) else ""
