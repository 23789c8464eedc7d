"""`preflight runs`: list what was sent."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preflight.cli.options import settings_of
from preflight.cli.submit import part_line
from preflight.core.errors import UsageError
from preflight.report import text
from preflight.runs import lineage, row_outcomes
from preflight.runs.ledger.database import FILE
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.row_outcomes import RowOutcome

if TYPE_CHECKING:
    import pandas as pd


def run(show: str | None, run: str | None, state_dir: Path | None) -> int:
    """Lists the runs, or shows one; always 0."""
    settings = settings_of({"state_dir": state_dir})
    if show is None and not (settings.state_dir / FILE).exists():
        click.echo(f"no runs in {text.visible(str(settings.state_dir))}", err=True)
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
                f"{text.plural(listed.source_rows, 'row')}  {listed.source_name}"
            )
            click.echo(text.visible(line))
    return 0


def _described(ledger: Ledger, run_id: str) -> str:
    run = ledger.run(run_id)
    lines = [
        f"run {run.id}: {run.source_name} to {run.provider}, {run.state}",
        *([f"  corrects run {run.parent}"] if run.parent else []),
        f"  before sending: {text.books(run.books)}",
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
    return "".join(f"{text.visible(line)}\n" for line in [*lines, *_family(ledger, run)])


def _family(ledger: Ledger, run: Run) -> list[str]:
    """The rounds of corrections that a run belongs to, and where their rows stand."""
    family = [member for member in ledger.family(run.id) if member.state is not RunState.REPLACED]
    settled = [
        (member, table) for member in family if (table := _outcomes(ledger, member)) is not None
    ]
    if len(family) == 1 or not settled or settled[0][0].id != family[0].id:
        return []
    lines = ["  rounds, the first one first:"]
    tables = {member.id: table for member, table in settled}
    for member in family:
        places = _places(tables[member.id]) if member.id in tables else "not settled yet"
        lines.append(f"    {member.id}  {member.source_name}: {places}")
    stand = lineage.standings(settled)
    books = lineage.books(family[0], stand)
    added = f" and {text.plural(books.added, 'new row')}" if books.added else ""
    left = text.plural(books.open, "row") if books.open else "nothing"
    return [
        *lines,
        f"  after all rounds: {text.plural(books.rows, 'row')}{added} = {_places(stand)}",
        f"  left to correct: {left}",
    ]


def _outcomes(ledger: Ledger, run: Run) -> pd.DataFrame | None:
    try:
        return row_outcomes.load(ledger.folder, run.id)
    except UsageError:
        return None


def _places(table: pd.DataFrame) -> str:
    counts = table["place"].value_counts()
    return " + ".join(
        f"{text.number(int(counts[place]))} {str(place).replace('_', ' ')}"
        for place in RowOutcome
        if place in counts
    )
