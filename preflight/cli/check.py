"""`preflight check`: lint files, write nothing."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import click

from preflight.cli import next_step, terminal
from preflight.cli.options import (
    emit,
    settings_of,
    shows_values,
)
from preflight.cli.output_file import refuse_protected
from preflight.cli.progress import live_view
from preflight.cli.screen import shown, width
from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.linting.checked import Checked
from preflight.pipeline import check_fix_split
from preflight.reading.source import expand
from preflight.report import as_json, diff, exit_codes, grouped, several, summary, text
from preflight.report.lines import Line, line
from preflight.report.listing import Listing, listing, own_tokens


def run(paths: tuple[str, ...], **given: Any) -> int:
    """Lints the files, shows what was found, and gives the exit code."""
    settings = settings_of(given)
    if given["diff"]:
        refuse_format(settings)
    inputs = expand(paths)
    refuse_protected(given, settings, inputs)
    with workspace() as work, live_view() as view:
        entries, compared = [], ""
        for path in inputs:
            view.about(str(path))
            checked = check_fix_split.check(
                path, settings, work=work, stdin_name=given["stdin_filename"], progress=view.stage
            )
            entries.append((checked, _listing(checked, settings, given)))
            if given["diff"]:
                compared += difference(checked, settings)
                compared += shown(summary.lines(entries[-1][1]), given["output_file"])
        listings = [file_listing for _, file_listing in entries]
        then = [] if terminal.is_quiet() else next_step.of_check(listings, paths)
        findings = compared or _render(entries, settings, given, then)
    tell(findings, listings, settings, given)
    return exit_codes.of_check(listings, settings)


def tell(
    findings: str, listings: Sequence[Listing], settings: Settings, given: Mapping[str, Any]
) -> None:
    """Prints the findings, or writes them into --output-file and prints the summary alone."""
    path = given["output_file"]
    emit(findings, path, private=shows_values(settings))
    if path is not None and not terminal.is_quiet():
        heads = [entry for file in listings for entry in summary.lines(file)]
        emit(shown([*heads, line(f"findings: {path}", indent=2)], None), None)


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
        settings.output_format in ("full", "json")
        and not given["diff"]
        and not settings.statistics
        and not terminal.is_quiet()
    )
    return listing(
        checked.source.name,
        checked.analysis,
        checked.books,
        show_all=given["show_all"],
        cells=(lambda findings: check_fix_split.cells(checked, findings)) if wanted else None,
    )


def _render(
    entries: Sequence[tuple[Checked, Listing]],
    settings: Settings,
    given: dict[str, Any],
    then: Sequence[Line],
) -> str:
    """The findings of some files in the format of the settings; `then` is what to do now."""
    values, path = shows_values(settings), given["output_file"]
    listings = [file_listing for _, file_listing in entries]
    if settings.output_format == "json":
        return as_json.document(listings, own_tokens(), show_values=values)
    if len(entries) > 1 and settings.output_format == "grouped" and not settings.statistics:
        return shown([*several.lines(listings), *then], path)
    pieces = []
    for checked, file_listing in entries:
        if terminal.is_quiet() and not settings.statistics:
            pieces.append(shown(summary.brief(file_listing, file_listing.books), path))
            continue
        if settings.statistics:
            pieces.append(text.statistics(file_listing))
        elif settings.output_format == "full":
            pieces.append(text.full(file_listing, show_values=values))
        elif settings.output_format == "concise":
            pieces.append(text.concise(file_listing))
        else:
            screen = grouped.screen(
                file_listing,
                functools.partial(check_fix_split.cells, checked),
                show_values=values,
                next_step=then,
                width=width(path),
            )
            pieces.append(shown(screen, path))
            continue
        pieces.append(shown(summary.lines(file_listing), path))
    if settings.statistics:
        pieces.append(text.judges())
    return "".join(pieces)
