"""The reports of a call: the one that it prints or writes into a file, and those of --report."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from preflight.cli import job_summary, screen, terminal
from preflight.cli.call_settings import shows_values
from preflight.cli.options import emit
from preflight.config.settings import Settings
from preflight.core.redact import visible
from preflight.report import assumed, formats, summary, text
from preflight.report.lines import Line, line
from preflight.report.listing import own_tokens
from preflight.report.reported import Display, Reported
from preflight.report.wording import hidden

if TYPE_CHECKING:
    from preflight.cli.options import ReportFile


def tell(
    reported: Reported, settings: Settings, given: Mapping[str, Any], *, printed: str = ""
) -> None:
    """Writes the reports of --report; then prints that of --output-format, or writes it too.

    Args:
        reported: what is in the reports.
        settings: of the call.
        given: the options of the call.
        printed: is printed instead of the report; "" to print the report.
    """
    values, path = shows_values(settings), given["output_file"]
    others: tuple[ReportFile, ...] = given["reports"]
    for other in others:
        pieces = formats.pieces(other.format, reported, _display(other.path, values))
        emit(pieces, other.path, private=values)
    emit(printed or _printed(reported, settings, path), path, private=values)
    if settings.output_format == "github":
        job_summary.append(formats.pieces("markdown", reported, _display(path, values)))
    if path is not None and not terminal.is_quiet():
        emit(screen.shown(_summary(reported, settings, path), None), None)
    _notes(reported, settings, others)


def _notes(reported: Reported, settings: Settings, others: Iterable[ReportFile]) -> None:
    """What is said on stderr: how the files were read, what is hidden, and the reports written."""
    if terminal.is_verbose():
        for listing in reported.listings:
            terminal.note("".join(f"{entry.plain}\n" for entry in assumed.lines(listing)).rstrip())
    held_back = sum(listing.held_back for listing in reported.listings)
    if held_back and "csv" in (settings.output_format, *(other.format for other in others)):
        terminal.note(f"{hidden(held_back)}, because the header is wrong; show them with `--all`")
    for other in others:
        terminal.note(visible(f"report: {other.path} ({other.format})"))


def _display(path: Path | None, values: bool) -> Display:
    """How a report is shown in a file; None for stdout."""
    return Display(
        show_values=values,
        token=own_tokens(),
        shown=functools.partial(screen.shown, path=path),
        width=screen.width(path),
        located=_located,
    )


def _located(path: str) -> str:
    """A path from the root of the repository, if a platform says where that is."""
    root = os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR")
    if not root or "://" in path:
        return path
    whole = Path(os.path.normpath(Path.cwd() / path))
    return str(whole.relative_to(root)) if whole.is_relative_to(root) else path


def _printed(reported: Reported, settings: Settings, path: Path | None) -> Iterator[str]:
    """The report of --output-format, which --statistics and --quiet shorten for people."""
    display = _display(path, shows_values(settings))
    for_people = settings.output_format in formats.FOR_PEOPLE
    if for_people and settings.statistics and reported.told is None:
        for listing in reported.listings:
            yield text.statistics(listing)
            yield display.shown(summary.lines(listing))
        yield text.judges()
    elif for_people and terminal.is_quiet():
        for listing in reported.listings:
            yield display.shown(summary.brief(listing, reported.books(listing)))
    else:
        yield from formats.pieces(settings.output_format, reported, display)


def _summary(reported: Reported, settings: Settings, path: Path) -> list[Line]:
    """What a command prints whose report goes into a file."""
    if reported.told is not None:
        return list(reported.told(settings.output_format == "full"))
    heads = [entry for listing in reported.listings for entry in summary.lines(listing)]
    return [*heads, line(f"findings: {path}", indent=2)]
