"""`preflight runs`: list what was sent."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import click

from preflight.cli.call_settings import settings_of
from preflight.cli.terminal import fitted, is_shown_to_people, note
from preflight.cli.typed import GOING_ON, state_folder
from preflight.core.redact import visible
from preflight.providers.destination import OWN, named
from preflight.report.wording import books, number, plural
from preflight.runs.ledger import places
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run, RunState, StoredPart

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def run(show: str | None, run: str | None, state_dir: Path | None) -> int:
    """Lists the runs, or shows one; always 0."""
    settings = settings_of({"state_dir": state_dir}, runs_code=False)
    if show is not None:
        if run is None:
            raise click.UsageError("`runs show` needs the ID of a run; `preflight runs` lists them")
        place, _ = places.found(settings.state_dir, run)
        from preflight.cli import next_step  # here: the list needs no tables

        with Ledger(place) as ledger:
            click.echo(_described(ledger, run), nl=False)
            latest = [known for known in ledger.family(run) if known.state != RunState.REPLACED]
            step = next_step.of_kept_run(latest[-1] if latest else ledger.run(run))
        if step:
            note(f"next: {step}")
        return 0
    listed = places.runs(settings.state_dir)
    if not listed:
        note(f"no runs in {visible(str(settings.state_dir))}")
    for _, known in listed:
        click.echo(_line(known, time.time()))
    if listed:
        newest = listed[0][1]
        name = "resume" if newest.state in GOING_ON else "runs show"
        note(f"next: preflight {name} {newest.id}{state_folder()}")
    return 0


def _line(run: Run, now: float) -> str:
    """A run in the list; on a narrow terminal it goes on below."""
    to = run.provider if run.address == OWN else f"{run.provider} ({_place(run)})"
    line = visible(
        f"{run.id}  {run.state:<8}  {age(now - run.created)}  {to}  {_outcome(run)}"
        f"  {run.source_name}"
    )
    width = shutil.get_terminal_size().columns
    if not is_shown_to_people() or len(line) <= width:
        return line
    return fitted(line, width)


def _place(run: Run) -> str:
    """Where a run went that did not go to the provider itself."""
    return "sandbox" if run.is_rehearsal else run.address


def _outcome(run: Run) -> str:
    """Where the rows of a run ended, in a few words."""
    rows = plural(run.source_rows, "row")
    if run.ended is None:
        return f"{rows}: not settled yet"
    places_of = {
        "accepted": run.ended.accepted,
        "rejected": run.ended.rejected_here + run.ended.rejected_there,
        "unknown": run.ended.unknown,
    }
    if run.ended.submitted:
        places_of["sent, no result"] = run.ended.submitted
    return f"{rows}: " + ", ".join(f"{number(count)} {name}" for name, count in places_of.items())


def age(seconds: float) -> str:
    """How long ago something was, in its largest unit."""
    for length, unit in _UNITS:
        if seconds >= length:
            count = int(seconds // length)
            return f"{number(count)} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


def _described(ledger: Ledger, run_id: str) -> str:
    from preflight.cli.run_rounds import rounds  # here: the list needs no tables

    run = ledger.run(run_id)
    lines = [
        f"run {run.id}: {run.source_name} to {run.provider}, {run.state}",
        *(_elsewhere(run) if run.address != OWN else []),
        *([f"  corrects run {run.parent}"] if run.parent else []),
        f"  before sending: {books(run.books)}",
        *([f"  after sending: {books(run.ended)}"] if run.ended else []),
        f"  results: {run.folder}",
    ]
    for stored in ledger.parts(run_id):
        lines.append(f"  {part_line(stored)}")
        lines += [f"    {stored.reason}"] if stored.reason else []
        lines += [
            f"    attempt {attempt.attempt}, {attempt.step}: {attempt.state}"
            + (f" ({attempt.message})" if attempt.message else "")
            for attempt in ledger.attempts(run_id, stored.part.number)
        ]
    return "".join(f"{visible(line)}\n" for line in [*lines, *rounds(ledger, run)])


def _elsewhere(run: Run) -> list[str]:
    """What to know of a run that did not go to the provider itself."""
    if run.is_rehearsal:
        return [f"  a rehearsal in the sandbox: {run.provider} got nothing"]
    return [f"  at {named(run.provider, run.address)}, not at {run.provider} itself"]


def part_line(stored: StoredPart) -> str:
    """The state of a part, as one line."""
    job = f", job {stored.job}" if stored.job else ""
    status = f", {stored.outcome.status}" if stored.outcome else ""
    rows = plural(stored.part.rows, "row")
    return f"part {stored.part.number}: {rows}, {stored.standing}{job}{status}"
