"""`preflight check`: lint files, write nothing."""

from __future__ import annotations

from typing import Any

import click

from preflight.cli.options import (
    emit,
    settings_of,
    shows_values,
)
from preflight.cli.output_file import refuse_protected
from preflight.cli.progress import live_view
from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.linting.checked import Checked
from preflight.pipeline import check_fix_split
from preflight.reading.source import expand
from preflight.report import as_json, diff, exit_codes, text
from preflight.report.listing import Listing, listing, own_tokens


def run(paths: tuple[str, ...], **given: Any) -> int:
    """Lints the files, shows what was found, and gives the exit code."""
    settings = settings_of(given)
    if given["diff"]:
        refuse_format(settings)
    inputs = expand(paths)
    refuse_protected(given, settings, inputs)
    with workspace() as work, live_view() as view:
        listings, compared = [], ""
        for path in inputs:
            checked = check_fix_split.check(
                path, settings, work=work, stdin_name=given["stdin_filename"], progress=view.stage
            )
            listings.append(_listing(checked, settings, given))
            if given["diff"]:
                compared += difference(checked, settings) + text.summary(listings[-1])
    shown = compared or render(listings, settings, quiet=given["quiet"])
    emit(shown, given["output_file"], private=shows_values(settings))
    return exit_codes.of_check(listings, settings)


def refuse_format(settings: Settings) -> None:
    """Refuses a diff in a format other than text.

    Raises:
        UsageError: the output format is JSON.
    """
    if settings.output_format == "json":
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


def _listing(checked: Checked, settings: Settings, given: dict[str, Any]) -> Listing:
    wanted = (
        settings.output_format != "concise"
        and not given["diff"]
        and not settings.statistics
        and not given["quiet"]
    )
    return listing(
        checked.source.name,
        checked.analysis,
        checked.books,
        show_all=given["show_all"],
        cells=(lambda findings: check_fix_split.cells(checked, findings)) if wanted else None,
    )


def render(listings: list[Listing], settings: Settings, *, quiet: bool = False) -> str:
    """The findings of some files in the format of the settings."""
    if settings.output_format == "json":
        return as_json.document(listings, own_tokens(), show_values=shows_values(settings))
    pieces = []
    for file_listing in listings:
        if settings.statistics:
            pieces.append(text.statistics(file_listing))
        elif not quiet and settings.output_format == "full":
            pieces.append(text.full(file_listing, show_values=shows_values(settings)))
        elif not quiet:
            pieces.append(text.concise(file_listing))
        pieces.append(text.summary(file_listing))
    if settings.statistics:
        pieces.append(text.judges())
    return "".join(pieces)
