"""`preflight submit`: check, fix, split and send a file."""

from __future__ import annotations

import dataclasses
import functools
import os
import shlex
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from preflight.cli import next_step, reports, screen, terminal
from preflight.cli.call_settings import settings_of
from preflight.cli.output_file import refuse_protected
from preflight.cli.part_lines import part_lines
from preflight.cli.progress import View, live_view
from preflight.config.settings import Settings
from preflight.core.errors import Stopped
from preflight.core.exchange import Reason
from preflight.core.workspace import workspace
from preflight.pipeline import delivery
from preflight.pipeline.connection import Connection, sandbox_starter
from preflight.report import documents, exit_codes, results, summary, text
from preflight.report.lines import Line, line
from preflight.report.listing import listing
from preflight.report.wording import number, plural
from preflight.runs.delivery.events import Begun, Event, Events
from preflight.runs.matching.match_lines import is_technical
from preflight.writing import results_folder
from preflight.writing.writer import FixedFile

_PLACE = (
    "folder",
    "force",
    "to",
    "provider_values",
    "sandbox",
    "dry_run",
    "no_wait",
    "base_url",
    "again",
)


def run(path: str, **given: Any) -> int:
    """Takes the file down the whole line, tells of it, and gives the exit code."""
    own = {key: value for key, value in given.items() if key not in _PLACE}
    settings = settings_of(own, provider=given["to"])
    refuse_protected(given, settings, [path], folder=given["folder"])
    with workspace() as work, ExitStack() as stack:
        with live_view() as view:
            sent = delivery.submit(
                path,
                given["to"],
                settings,
                connection(settings, given, stack, view, options=given["provider_values"]),
                work=work,
                folder=given["folder"],
                force=given["force"],
                stdin_name=given["stdin_filename"],
                dry_run=given["dry_run"],
                again=given["again"],
                progress=view.stage,
                jobs=None,
            )
        return tell(sent, settings, given)


def run_events(view: View, given: Mapping[str, Any]) -> Events:
    """The event handler of a run: it also says how to resume it."""

    def show_event(event: Event) -> None:
        if isinstance(event, Begun):
            line = f"run {event.run}: if it is interrupted, go on with {again(event.run, given)}"
            view.note(text.visible(line))
        else:
            view.event(event)

    return show_event


def again(run: str, given: Mapping[str, Any]) -> str:
    """The command that resumes a run, with the options of this call that it needs."""
    words = ["preflight", "resume", run]
    words += ["--state-dir", str(given["state_dir"])] if given["state_dir"] else []
    words += ["--base-url", given["base_url"]] if given["base_url"] else []
    return f"`{shlex.join(words)}`"


def connection(
    settings: Settings,
    given: Mapping[str, Any],
    stack: ExitStack,
    view: View,
    *,
    options: Mapping[str, str] | None = None,
    events: Events | None = None,
) -> Connection:
    """How a call reaches its provider.

    Args:
        settings: with the state folder, where stand-ins keep their data.
        given: the options of the call.
        stack: stops the stand-ins when it is closed.
        view: of the call.
        options: the provider's own.
        events: instead of `run_events`.
    """

    def say_where(url: str) -> None:
        view.note(f"sandbox: local stand-ins at {url}, nothing leaves this machine")

    return Connection(
        options=options or {},
        environ=os.environ,
        base_url=given["base_url"],
        sandbox=given["sandbox"],
        stand_ins=sandbox_starter(settings.state_dir, os.environ, stack, say_where),
        wait=not given["no_wait"],
        events=events or run_events(view, given),
    )


def tell(sent: delivery.SettledRun, settings: Settings, given: Mapping[str, Any]) -> int:
    """Prints the results of a run in the format of the settings; returns the exit code."""
    try:
        show(sent, settings, given)
    finally:  # also if the report cannot be written
        if sent.stopped is not None:
            _print_stopped(sent, sent.stopped, given)
    return exit_codes.of_run(sent, settings)


def show(sent: delivery.SettledRun, settings: Settings, given: Mapping[str, Any]) -> None:
    """Prints the results of a run in the format of the settings."""
    told = functools.partial(_lines, sent)
    reported = documents.of_run(sent)
    reports.tell(
        dataclasses.replace(reported, fail_on=settings.fail_on, told=told), settings, given
    )


def _lines(sent: delivery.SettledRun, everything: bool) -> list[Line]:
    """The results of a run, for people."""
    entries = []
    fixed = sent.fixed.books if sent.fixed is not None and sent.run is None else None
    if sent.fixed is not None:
        file_listing = listing(
            sent.checked.source.name,
            sent.checked.analysis,
            sent.fixed.books,
            compared=sent.compared,
        )
        entries += results.lines(sent.fixed, file_listing, everything=everything)
    elif sent.run is None:
        name, layout = sent.checked.source.name, sent.checked.layout
        rows = plural(sent.books.rows, "row")
        entries.append(line((name, "bold"), f": {rows}, {text.assumptions(layout)}"))
    title = sent.checked.analysis.plan.profile.title
    entries += _sending(sent, title, everything=everything)
    entries.append(summary.balance(fixed or sent.books))
    if sent.pending and not fixed:
        pending = f"{plural(sent.pending, 'row')} of the unknown not sent yet"
        entries.append(line(pending, indent=9))
    return [*entries, *results.written(_files(sent)), *next_step.of_run(sent)]


def _sending(sent: delivery.SettledRun, provider: str, *, everything: bool) -> list[Line]:
    if sent.run is None and sent.fixed is not None:
        return [line(_unsent(sent.fixed, sent), indent=2)]
    rows = sum(stored.part.rows for stored in sent.parts)
    by_hand = f"to {provider}, by hand"
    run = sent.run.id if sent.run else ""
    parts = f"{plural(rows, 'row')} in {plural(len(sent.parts), 'part')}"
    entries = [line(f"to {provider}, run {run}: {parts}" if run else by_hand, indent=2)]
    entries += part_lines(sent.parts, run, everything=everything)
    if sent.books.rejected_there:
        refused = plural(sent.books.rejected_there, "row")
        entries.append(line(f"rejected by {provider}: ", (refused, "bold red"), indent=2))
        entries += [line(_refusal(sent, code), indent=4, hang=12) for code in sent.refusals]
        if warned := _warned_accepted(sent):
            entries.append(line(warned, indent=4))
    if sent.unattributed:
        unknown = f"{number(sent.unattributed):>7}  {provider} does not say which"
        entries.append(line(unknown, indent=4))
    if sent.unmatched:
        lost = f"{plural(sent.unmatched, 'report line')} match no row that was sent"
        entries.append(line(lost, indent=4))
    notes = [note for note in sent.notes if not is_technical(note)]
    return [*entries, *(line(f"note: {note}", indent=4) for note in notes)]


def _unsent(fixed: FixedFile, sent: delivery.SettledRun) -> str:
    """Why nothing was sent, and what to do."""
    books = fixed.books
    if sent.gate is not None:
        return (
            f"nothing was sent: {number(books.rejected)} of {plural(books.rows, 'row')} rejected, "
            f"more than --max-bad {sent.gate} allows; "
            f"correct them in {results_folder.REJECTS}, or raise --max-bad"
        )
    if not sent.dry_run:
        return "nothing was sent: no row is clean"
    parts = plural(len(fixed.parts), "part")
    return f"dry run, nothing was sent: would send {plural(books.clean, 'row')} in {parts}"


def _refusal(sent: delivery.SettledRun, code: str) -> str:
    """A reason of the provider: its rows, its class, and how many of them had a warning."""
    count, reason = sent.refusals[code]
    line = f"{number(count):>7}  {code}  ({reason})"
    prediction = sent.predicted.get(code)
    if prediction is None or reason is Reason.CONFIG:
        return line
    by = ", ".join(f"{rule} {number(rows)}" for rule, rows in prediction.by.items())
    warned = f"{number(prediction.predicted)} of {number(prediction.rows)}"
    return f"{line}  {warned} had a warning before sending" + (f": {by}" if by else "")


def _warned_accepted(sent: delivery.SettledRun) -> str:
    """How many accepted rows had a warning of the rules that predicted a refusal; "" if none."""
    rules = {
        rule: rows
        for prediction in sent.predicted.values()
        for rule, rows in prediction.accepted.items()
    }
    if not rules:
        return ""
    by = ", ".join(f"{rule} {number(rows)}" for rule, rows in sorted(rules.items()))
    return f"warnings of the same rules on {plural(sent.books.accepted, 'accepted row')}: {by}"


def _files(sent: delivery.SettledRun) -> list[tuple[str, str]]:
    folder = sent.folder
    if sent.run is None and sent.fixed is not None:
        return results.files(sent.fixed)
    sending = "were sent" if not sent.pending else "are being sent; not all of them were yet"
    named = [
        (results_folder.CLEAN, f"the rows that {sending}"),
        (results_folder.PARTS, f"the parts that {sending}"),
        *([(results_folder.FIXES, "every cell that was changed")] if sent.changes else []),
        *(
            [
                (
                    results_folder.FAILURES,
                    "the rows rejected by preflight and by the provider, to correct and re-import",
                )
            ]
            if sent.books.rejected_here + sent.books.rejected_there
            else []
        ),
        (results_folder.CORRECTIONS, "every cell that was corrected or restored"),
        (results_folder.UNMATCHED, "the report lines that match no row"),
        (results_folder.PAGE, "all of it, to open in a browser"),
        (results_folder.REPORT, "all of it, for programs"),
    ]
    return [(screen.near(folder / name), what) for name, what in named if (folder / name).exists()]


def _print_stopped(sent: delivery.SettledRun, stopped: Stopped, given: Mapping[str, Any]) -> None:
    terminal.complain(f"preflight: {text.visible(str(stopped))}")
    run = sent.run.id if sent.run else ""
    line = f"results so far: {screen.near(sent.folder)}; go on with {again(run, given)}"
    terminal.complain(text.visible(line))
