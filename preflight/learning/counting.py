"""How sure one can be, from counts, that a property goes with being refused."""

from __future__ import annotations

import math
from dataclasses import dataclass

PRECISION = 0.75
"""Of the rows with a property at least this share must be refused, 95 % sure, to propose it."""

CHANCE = 0.01
"""The most that the chance of a finding may be if nothing tells the rows apart, however many
properties were looked at."""

_Z = 1.959964
"""Of a two-sided interval of 95 %."""


def wilson(hits: int, rows: int) -> float:
    """The lower end of Wilson's interval of 95 % for a share of `hits` in `rows`; 0 of none."""
    if not hits:
        return 0.0
    share, square = hits / rows, _Z * _Z
    centre = share + square / (2 * rows)
    spread = _Z * math.sqrt(share * (1 - share) / rows + square / (4 * rows * rows))
    return max(0.0, (centre - spread) / (1 + square / rows))


LEAST = next(rows for rows in range(1, 1000) if wilson(rows, rows) >= PRECISION)
"""How many refused rows a property needs at least, if no accepted row has it."""


def chance(refused: int, rows: int, all_refused: int, all_rows: int) -> float:
    """How likely so many of some rows are refused, or more, if they were drawn blindly.

    The upper tail of the hypergeometric distribution: Fisher's exact test, one-sided.

    Args:
        refused: of the drawn rows.
        rows: how many are drawn.
        all_refused: of all rows.
        all_rows: how many there are.
    """
    highest = min(rows, all_refused)
    return min(
        1.0,
        sum(
            math.exp(
                _choose(all_refused, hits)
                + _choose(all_rows - all_refused, rows - hits)
                - _choose(all_rows, rows)
            )
            for hits in range(max(refused, rows - (all_rows - all_refused)), highest + 1)
        ),
    )


def _choose(rows: int, drawn: int) -> float:
    """The logarithm of the binomial coefficient."""
    return math.lgamma(rows + 1) - math.lgamma(drawn + 1) - math.lgamma(rows - drawn + 1)


@dataclass(frozen=True, slots=True)
class Support:
    """What speaks for a property.

    Attributes:
        refused: refused rows that have it, of `all_refused`.
        accepted: accepted rows that have it, of `all_accepted`.
    """

    refused: int
    accepted: int
    all_refused: int
    all_accepted: int

    @property
    def floor(self) -> float:
        """The share of refused rows among those that have it, at least, 95 % sure."""
        return wilson(self.refused, self.refused + self.accepted)

    def holds(self, tried: int) -> bool:
        """Whether it is worth a proposal, after looking at so many properties."""
        if self.floor < PRECISION:
            return False
        every = self.all_refused + self.all_accepted
        had = self.refused + self.accepted
        return tried * chance(self.refused, had, self.all_refused, every) <= CHANCE
