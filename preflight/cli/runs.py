"""`preflight runs`: list what was sent."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from preflight.cli.options import settings_of
from preflight.core.redact import visible
from preflight.report.wording import books, plural
from preflight.runs.ledger.database import FILE
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import StoredPart


def run(show: str | None, run: str | None, state_dir: Path | None) -> int:
    """Lists the runs, or shows one; always 0."""
    settings = settings_of({"state_dir": state_dir})
    if show is None and not (settings.state_dir / FILE).exists():
        click.echo(f"no runs in {visible(str(settings.state_dir))}", err=True)
        return 0
    with Ledger(settings.state_dir) as ledger:
        if show is not None:
            if run is None:
                raise click.UsageError(
                    "`runs show` needs the ID of a run; `preflight runs` lists them"
                )
            click.echo(_described(ledger, run), nl=False)
            return 0
        for listed in ledger.runs():
            when = datetime.fromtimestamp(listed.created, UTC).strftime("%Y-%m-%d %H:%M UTC")
            line = (
                f"{listed.id}  {listed.state:<9} {listed.provider:<12} {when}  "
                f"{plural(listed.source_rows, 'row')}  {listed.source_name}"
            )
            click.echo(visible(line))
    return 0


def _described(ledger: Ledger, run_id: str) -> str:
    from preflight.cli.run_rounds import rounds  # here: the list needs no tables

    run = ledger.run(run_id)
    lines = [
        f"run {run.id}: {run.source_name} to {run.provider}, {run.state}",
        *([f"  corrects run {run.parent}"] if run.parent else []),
        f"  before sending: {books(run.books)}",
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


def part_line(stored: StoredPart) -> str:
    """The state of a part, as one line."""
    job = f", job {stored.job}" if stored.job else ""
    status = f", {stored.outcome.status}" if stored.outcome else ""
    rows = plural(stored.part.rows, "row")
    return f"part {stored.part.number}: {rows}, {stored.standing}{job}{status}"
