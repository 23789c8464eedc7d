"""In which state each row of a file ends: clean, rejected or dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from preflight.config.plan import Plan
from preflight.core.types import Bools, Ints, Severity

CLEAN, REJECTED, DROPPED = 0, 1, 2
RowStates = npt.NDArray[np.uint8]
"""One of CLEAN, REJECTED and DROPPED for each row of a file: row 1 stands at 0."""


@dataclass(frozen=True)
class ChunkStates:
    """The states of the rows of a chunk; each row is in one of them, or dropped.

    Attributes:
        rows: those that were linted.
        bad_before, bad_after: masks over them: those with an error before and after fixing.
        rejected: other rows that are rejected, fixed or not.
        dropped: the rows that are dropped, fixed or not.
    """

    rows: Ints
    bad_before: Bools
    bad_after: Bools
    rejected: Ints
    dropped: Ints


class RowStateFold:
    """Gathers the state of each row, as the file stands and after fixing.

    Attributes:
        before: as the file stands; known after `settle`.
        after: after fixing; known after `settle`.
    """

    def __init__(self) -> None:
        self._pieces: list[tuple[RowStates, RowStates]] = []
        self.before: RowStates = np.empty(0, dtype=np.uint8)
        self.after: RowStates = np.empty(0, dtype=np.uint8)

    def add(self, states: ChunkStates) -> None:
        """Takes in the rows of the next chunk."""
        self._pieces.append(_of_chunk(states))

    def settle(self) -> None:
        """Makes the states of all rows that were taken in; each row was taken in once."""
        nothing = np.empty(0, dtype=np.uint8)
        self.before = np.concatenate([nothing, *(before for before, _ in self._pieces)])
        self.after = np.concatenate([nothing, *(after for _, after in self._pieces)])
        self._pieces = []

    def condemn(self, plan: Plan, hits: Mapping[str, Bools]) -> None:
        """Puts rows into the state in which the rules about the table want them.

        Args:
            plan: with the rules.
            hits: for each code, a mask over all rows.
        """
        for code, hit in hits.items():
            rule = plan.rules[code]
            state = DROPPED if rule.drops else REJECTED
            if rule.drops or rule.severity is Severity.ERROR:
                for states in (self.before, self.after):
                    states[hit & (states != DROPPED)] = state

    def reject(self, rows: Ints) -> None:
        """Rejects rows, whatever their state was."""
        self._put(rows, REJECTED)

    def reject_clean(self) -> None:
        """Rejects all rows that are not dropped: the file as a whole is refused."""
        for states in (self.before, self.after):
            states[states == CLEAN] = REJECTED

    def _put(self, rows: Ints, state: int) -> None:
        for states in (self.before, self.after):
            states[rows - 1] = state


def _of_chunk(states: ChunkStates) -> tuple[RowStates, RowStates]:
    """A byte for each row of a chunk, before and after fixing."""
    every = np.concatenate([states.rows, states.rejected, states.dropped])
    first = int(every.min(initial=1 << 62))
    before, after = np.full((2, len(every)), CLEAN, dtype=np.uint8)
    before[states.rows[states.bad_before] - first] = REJECTED
    after[states.rows[states.bad_after] - first] = REJECTED
    for each in (before, after):
        each[states.rejected - first] = REJECTED
        each[states.dropped - first] = DROPPED
    return before, after
