"""`preflight resubmit`: re-import corrected rejects and failures only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Any

from preflight.cli.call_settings import settings_of
from preflight.cli.output_file import refuse_protected
from preflight.cli.progress import View, live_view
from preflight.cli.submit import connection, run_events, tell
from preflight.core.workspace import workspace
from preflight.pipeline import resubmission
from preflight.report import text
from preflight.report.wording import number, plural
from preflight.runs.corrections.brought import Corrections
from preflight.runs.delivery.events import Compared, Event, Events
from preflight.runs.guards import inputs_of_runs

_PLACE = (
    "folder", "force", "provider_values", "sandbox", "dry_run", "no_wait", "base_url", "run",
)  # fmt: skip

_HELD, _AGAIN = 3, 10
"""How many rows the summary names that are held back, and that are sent again."""


def run(corrected: str, **given: Any) -> int:
    """Sends the corrected rows, tells of it, and gives the exit code."""
    settings = settings_of({key: value for key, value in given.items() if key not in _PLACE})
    known: Iterator[str | Path] = chain([corrected], inputs_of_runs(settings.state_dir))
    refuse_protected(given, settings, known, folder=given["folder"])
    with workspace() as work, ExitStack() as stack:
        with live_view() as view:
            sent = resubmission.resubmit(
                Path(corrected),
                settings,
                connection(
                    settings,
                    given,
                    stack,
                    view,
                    options=given["provider_values"],
                    events=_events(view, run_events(view, given)),
                ),
                work=work,
                run_id=given["run"],
                folder=given["folder"],
                force=given["force"],
                dry_run=given["dry_run"],
                progress=view.stage,
                jobs=None,
            )
        return tell(sent, sent.settings, given)


def _events(view: View, others: Events) -> Events:
    """The event handler of a resubmission: it also prints a summary of the corrected file."""

    def show_event(event: Event) -> None:
        if isinstance(event, Compared):
            view.note(_summary(event.corrections))
        else:
            others(event)

    return show_event


def _summary(brought: Corrections) -> str:
    """The summary of a corrected file, for people."""
    parent = brought.parent
    known = plural(brought.rows - brought.new, "row")
    new = f", {number(brought.new)} new" if brought.new else ""
    cells, rows = (
        plural(brought.edited_cells, "cell"),
        plural(brought.edited, "row"),
    )
    of = f"run {parent.id} ({parent.source_name} to {parent.provider})"
    lines = [
        f"{brought.name}: {known} of {of}{new}; {text.assumptions(brought.layout)}",
        f"  corrected: {cells} in {rows}",
    ]
    if brought.damaged_cells:
        lines.append(
            f"  restored: {plural(brought.damaged_cells, 'cell')} in "
            f"{plural(brought.damaged, 'row')} that a spreadsheet had changed"
        )
    if brought.gone:
        lines.append(f"  missing columns, kept as they were: {', '.join(brought.gone)}")
    if brought.added:
        lines.append(
            f"  new columns: {', '.join(name or 'one without a name' for name in brought.added)}"
        )
    if brought.held:
        lines += [
            f"  held back: {plural(len(brought.held), 'row')}",
            *_rows(brought.held, _HELD, "report.json"),
        ]
    if brought.again:
        count = plural(len(brought.again), "row")
        lines += [
            f"  changed since they were sent, so sent again: {count}",
            *_rows(brought.again, _AGAIN, "corrections.csv"),
        ]
    return "\n".join(text.visible(line) for line in lines)


def _rows(rows: Sequence[tuple[int, int, str]], most: int, where: str) -> Iterator[str]:
    """A line for each row, up to a maximum."""
    yield from (f"    row {row} (line {line}): {why}" for row, line, why in rows[:most])
    if len(rows) > most:
        yield f"    … and {number(len(rows) - most)} more, see {where}"
