"""The family of a run, which is the run and its corrections: where each row stands after all runs.

A row that was refused in one run may be accepted in the next. A row that was accepted stays so,
whatever a later run reports about a copy of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd

from preflight.config import catalogue
from preflight.core.errors import UsageError
from preflight.core.exchange import Reason
from preflight.core.row_id import NAME
from preflight.runs import row_outcomes
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.row_outcomes import RowOutcome

TAKEN = (RowOutcome.ACCEPTED, RowOutcome.SUBMITTED, RowOutcome.UNATTRIBUTED, RowOutcome.UNKNOWN)
"""Outcomes of rows that the provider has taken, or may have taken."""


@dataclass(frozen=True)
class FamilyBooks:
    """Where the rows of a family stand: those of its first file, and those added since.

    Attributes:
        rows: number of rows in the first file.
        added: number of rows that corrected files added.
        places: number of rows for each outcome; they sum to `rows + added`.
        suppressed: number of rejected rows that nobody can correct: unsubscribed, bounced, blocked.
    """

    rows: int
    added: int
    places: Mapping[RowOutcome, int]
    suppressed: int

    @property
    def open(self) -> int:
        """The number of rows that are rejected, not accepted since, and can be corrected."""
        rejected = self.places[RowOutcome.REJECTED_HERE] + self.places[RowOutcome.REJECTED_THERE]
        return rejected - self.suppressed


@dataclass(frozen=True)
class Round:
    """A settled run of a family.

    Attributes:
        run: its ID.
        source: the name of its file.
        places: number of its rows for each outcome that one of them has.
    """

    run: str
    source: str
    places: Mapping[str, int]


def rounds(ledger: Ledger, run: Run) -> tuple[Round, ...]:
    """The settled rounds of a run that is corrected or corrects one, the first round first."""
    if len(ledger.family(run.id)) == 1:
        return ()
    found = []
    for member, table in settled_rounds(ledger, run):
        counts = table["place"].value_counts()
        places = {place.value: int(counts[place]) for place in RowOutcome if place in counts}
        found.append(Round(member.id, member.source_name, places))
    return tuple(found)


def standings(verdicts: Sequence[tuple[Run, pd.DataFrame]]) -> pd.DataFrame:
    """Where each row of a family stands.

    Args:
        verdicts: the outcomes of the runs, the first run first; see
            `row_outcomes.RowOutcomes.table`.

    Returns:
        A frame indexed by row ID, in the order in which the rows first appeared: the columns of the
        outcome that counts, and `run` str.
    """
    pieces = [table.assign(run=run.id, age=age) for age, (run, table) in enumerate(verdicts)]
    every = pd.concat(pieces, ignore_index=True)
    # Taken counts more than refused, and refused more than dropped. Of several takings the first
    # counts, because the later ones are about copies; of several refusals the last.
    taken, dropped = every["place"].isin(TAKEN), every["place"] == RowOutcome.DROPPED
    # A row that was held back because of an earlier run adds nothing.
    comparing = catalogue.codes(lambda rule: rule.verdict is not None)
    stale = every["codes"].str.split().map(lambda codes: not comparing.isdisjoint(codes))
    weight = np.select([stale, dropped, ~taken], [-1, 0, 1], default=2)
    order = np.where(taken | dropped | stale, -every["age"], every["age"])
    first = every.drop_duplicates("origin")["origin"]
    best = every.assign(weight=weight, order=order).sort_values(
        ["weight", "order"], kind="stable", ascending=False
    )
    best = best.drop_duplicates("origin").set_index("origin").reindex(first)
    return best.drop(columns=["weight", "order", "age"])


def settled_rounds(ledger: Ledger, run: Run) -> list[tuple[Run, pd.DataFrame]]:
    """The settled runs of a family with the outcomes of their rows, the first run first.

    Empty where the first run is not settled yet: the others say nothing of its rows.
    """
    family = [member for member in ledger.family(run.id) if member.state is not RunState.REPLACED]
    settled = []
    for member in family:
        with suppress(UsageError):
            settled.append((member, row_outcomes.load(ledger.folder, member.id)))
    return settled if settled and settled[0][0].id == family[0].id else []


def books(root: Run, stand: pd.DataFrame) -> FamilyBooks:
    """The books of a family.

    Args:
        root: its first run.
        stand: the result of `standings`.
    """
    places = stand["place"].value_counts()
    counted = {place: int(places.get(place.value, 0)) for place in RowOutcome}
    refused = stand["place"] == RowOutcome.REJECTED_THERE
    suppressed = int((refused & (stand["reason"] == Reason.SUPPRESSED.value)).sum())
    return FamilyBooks(root.source_rows, len(stand) - root.source_rows, counted, suppressed)


def row_of(name: str) -> int:
    """The row number in a row ID; 0 if it is not a row ID."""
    match = NAME.fullmatch(name)
    return int(match[2]) if match else 0
