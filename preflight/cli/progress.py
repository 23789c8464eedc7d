"""Progress bars on stderr, if it is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from preflight.core.redact import visible
from preflight.runs.delivery.events import Event, PartEnded, Polled, Sending, Unverified, Waiting

if TYPE_CHECKING:
    from preflight.linting.checked import Progress


def _nothing(stage: str, done: int, total: int | None) -> None:
    """Shows nothing."""


@contextmanager
def progress_bars(*, quiet: bool = False) -> Iterator[Progress]:
    """A function for the `progress` of a pipeline function."""
    if quiet or not sys.stderr.isatty():
        yield _nothing
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),  # it may have words of a provider
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, object] = {}

        def show_stage(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield show_stage


def event_lines(progress: Progress, *, quiet: bool = False) -> Callable[[Event], None]:
    """A function for the `events` of a run: it draws bars, and prints notes.

    Without bars it prints each reason to wait once, so that nobody thinks that preflight hangs.
    """
    ended: set[int] = set()
    waits: set[str] = set()
    parts = 0

    def show_event(event: Event) -> None:
        nonlocal parts
        if isinstance(event, Sending):
            parts = event.parts
            progress("sending", event.part.number - 1, parts)
        elif isinstance(event, Polled) and event.outcome.processed is not None:
            progress(
                f"part {event.part.number} there", event.outcome.processed, event.outcome.total
            )
        elif isinstance(event, PartEnded):
            ended.add(event.part.number)
            progress("done", len(ended), parts)
        elif isinstance(event, Waiting):
            progress(f"waiting: {event.why}"[:60], len(ended), parts or None)
            if event.why not in waits and not (quiet or sys.stderr.isatty()):
                click.echo(f"waiting: {visible(event.why)}", err=True)
            waits.add(event.why)
        elif isinstance(event, Unverified):
            click.echo(
                "note: the accepted rows were not compared with the members of the list: "
                f"{visible(event.why)}",
                err=True,
            )

    return show_event
