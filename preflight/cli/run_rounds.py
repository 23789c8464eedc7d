"""The rounds of corrections of a run, as `preflight runs show` tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preflight.report.wording import number, outcome, plural
from preflight.runs import lineage
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.row_outcomes import RowOutcome

if TYPE_CHECKING:
    import pandas as pd


def rounds(ledger: Ledger, run: Run) -> list[str]:
    """The rounds of corrections that a run belongs to, and where their rows stand."""
    family = [member for member in ledger.family(run.id) if member.state is not RunState.REPLACED]
    settled = lineage.settled_rounds(ledger, run)
    if not settled:
        return []
    tables = {member.id: table for member, table in settled}
    lines = ["  rounds, the first one first:"]
    for member in family:
        places = _places(tables[member.id]) if member.id in tables else "not settled yet"
        lines.append(f"    {member.id}  {member.source_name}: {places}")
    stand = lineage.standings(settled)
    books = lineage.books(family[0], stand)
    added = f" and {plural(books.added, 'new row')}" if books.added else ""
    left = plural(books.open, "row") if books.open else "nothing"
    if books.suppressed:
        left += f"; {number(books.suppressed)} cannot be corrected (unsubscribed, bounced, blocked)"
    return [
        *lines,
        f"  after all rounds: {plural(books.rows, 'row')}{added} = {_places(stand)}",
        f"  left to correct: {left}",
    ]


def _places(table: pd.DataFrame) -> str:
    counts = table["place"].value_counts()
    return " + ".join(
        f"{number(int(counts[place]))} {outcome(str(place))}"
        for place in RowOutcome
        if place in counts
    )
