"""In which state each row of a file ends: clean, rejected or dropped."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from preflight.config.plan import Plan
from preflight.core.types import Bools, Ints, Severity

CLEAN, REJECTED, DROPPED = 0, 1, 2
RowStates = npt.NDArray[np.uint8]
"""One of CLEAN, REJECTED and DROPPED for each row of a file: row 1 stands at 0."""


class RowStateFold:
    """Gathers the state of each row, as the file stands and after fixing.

    Attributes:
        before: as the file stands; known after `settle`.
        after: after fixing; known after `settle`.
    """

    def __init__(self) -> None:
        self._pieces: list[tuple[Ints, Bools, Bools]] = []
        self._dropped: list[Ints] = []
        self.before: RowStates = np.empty(0, dtype=np.uint8)
        self.after: RowStates = np.empty(0, dtype=np.uint8)

    def add(self, rows: Ints, bad_before: Bools, bad_after: Bools) -> None:
        """Takes in some rows, and masks over them: those with an error before and after fixing."""
        self._pieces.append((rows, bad_before, bad_after))

    def add_rejected(self, rows: Ints) -> None:
        """Takes in rows that are rejected, fixed or not."""
        self.add(rows, *np.ones((2, len(rows)), dtype=bool))

    def add_dropped(self, rows: Ints) -> None:
        """Takes in rows that are dropped, fixed or not."""
        self._dropped.append(rows)

    def settle(self) -> None:
        """Makes the states of all rows that were taken in; each row was taken in once."""
        total = sum(len(rows) for rows, *_ in self._pieces) + sum(map(len, self._dropped))
        self.before, self.after = np.full((2, total), CLEAN, dtype=np.uint8)
        for rows, bad_before, bad_after in self._pieces:
            self.before[rows[bad_before] - 1] = REJECTED
            self.after[rows[bad_after] - 1] = REJECTED
        for rows in self._dropped:
            self._put(rows, DROPPED)
        self._pieces, self._dropped = [], []

    def condemn(self, plan: Plan, hits: Mapping[str, Ints]) -> None:
        """Puts rows into the state in which the rules about the table want them.

        Args:
            plan: with the rules.
            hits: for each code, the rows.
        """
        for code, rows in hits.items():
            rule = plan.rules[code]
            state = DROPPED if rule.drops else REJECTED
            if rule.drops or rule.severity is Severity.ERROR:
                for states in (self.before, self.after):
                    states[rows[states[rows - 1] != DROPPED] - 1] = state

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
