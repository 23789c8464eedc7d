"""A run and its corrections, taken together: where each row stands after all rounds.

A row that was refused in one round may be accepted in the next; a row that was accepted stays so,
whatever a later round found out about a copy of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from preflight.config import catalogue
from preflight.core.row_id import NAME
from preflight.runs.ledger.run import Run
from preflight.runs.row_outcomes import RowOutcome

TAKEN = (RowOutcome.ACCEPTED, RowOutcome.SUBMITTED, RowOutcome.UNATTRIBUTED, RowOutcome.UNKNOWN)
"""Places of rows that the provider has taken, or may have."""


@dataclass(frozen=True)
class FamilyBooks:
    """Where the rows of a family stand: those of its first file, and those added since.

    Attributes:
        rows: of the first file.
        added: rows that a corrected file brought, and that the first one has not.
        places: for each place how many of all these rows; they sum to `rows + added`.
    """

    rows: int
    added: int
    places: Mapping[RowOutcome, int]

    @property
    def open(self) -> int:
        """How many rows were refused, here or there, and have not been accepted since."""
        return self.places[RowOutcome.REJECTED_HERE] + self.places[RowOutcome.REJECTED_THERE]


def standings(verdicts: Sequence[tuple[Run, pd.DataFrame]]) -> pd.DataFrame:
    """Where each row of a family stands.

    Args:
        verdicts: of the runs of a family, the first run first; see `row_outcomes.Verdicts.table`.

    Returns:
        A frame by the rows' names: the columns of the verdict that counts, and `run` str, in the
        order in which the rows came.
    """
    pieces = [table.assign(run=run.id, age=age) for age, (run, table) in enumerate(verdicts)]
    every = pd.concat(pieces, ignore_index=True)
    # What was taken counts before what was refused, and that before what was dropped. Of takings
    # the first word counts, for a later one is about a copy; of refusals the last.
    taken, dropped = every["place"].isin(TAKEN), every["place"] == RowOutcome.DROPPED
    # A row that was held back because of an earlier round says nothing new.
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


def books(root: Run, stand: pd.DataFrame) -> FamilyBooks:
    """The books of a family.

    Args:
        root: its first run.
        stand: what `standings` gives.
    """
    places = stand["place"].value_counts()
    counted = {place: int(places.get(place.value, 0)) for place in RowOutcome}
    return FamilyBooks(root.source_rows, len(stand) - root.source_rows, counted)


def row_of(name: str) -> int:
    """The number of a row in the file that it is named by; 0 for what is no name."""
    found = NAME.fullmatch(name)
    return int(found[2]) if found else 0
