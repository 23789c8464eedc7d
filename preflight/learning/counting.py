"""Statistics: whether counts show that rows with a property are refused more often."""

from __future__ import annotations

import math
from dataclasses import dataclass

PRECISION = 0.75
"""The share of rows with a property that must be refused, with 95 % confidence, to propose it."""

CHANCE = 0.01
"""The highest probability of a proposal by chance alone, over all properties that were tried."""

_Z = 1.959964
"""The quantile of a two-sided interval of 95 %."""


def wilson(hits: int, rows: int) -> float:
    """The lower end of Wilson's 95 % interval for a share of `hits` in `rows`; 0 without hits."""
    if not hits:
        return 0.0
    share, square = hits / rows, _Z * _Z
    centre = share + square / (2 * rows)
    spread = _Z * math.sqrt(share * (1 - share) / rows + square / (4 * rows * rows))
    return max(0.0, (centre - spread) / (1 + square / rows))


LEAST = next(rows for rows in range(1, 1000) if wilson(rows, rows) >= PRECISION)
"""The smallest number of refused rows for a proposal, if no accepted row has the property."""


def chance(refused: int, rows: int, all_refused: int, all_rows: int) -> float:
    """The probability that at least so many of some rows are refused if they are drawn at random.

    The upper tail of the hypergeometric distribution: Fisher's exact test, one-sided.

    Args:
        refused: number of refused rows among those drawn.
        rows: number of rows drawn.
        all_refused: number of all refused rows.
        all_rows: number of all rows.
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
    """The evidence for a property.

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
        """The lower bound of the share of refused rows among those that have it, at 95 %."""
        return wilson(self.refused, self.refused + self.accepted)

    def holds(self, tried: int) -> bool:
        """Whether it is worth a proposal, after trying so many properties."""
        if self.floor < PRECISION:
            return False
        every = self.all_refused + self.all_accepted
        had = self.refused + self.accepted
        return tried * chance(self.refused, had, self.all_refused, every) <= CHANCE
