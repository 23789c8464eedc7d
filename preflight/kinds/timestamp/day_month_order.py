"""Whether a column's dates are written day first or month first, by the column's own evidence.

`21/04/2026` cannot be month first, and `04/21/2026` cannot be day first. One such cell settles its
column, in any row, even one with errors. If the column has both, nothing is settled.
"""

from __future__ import annotations

import functools
import re

import pandas as pd

from preflight.kinds.timestamp.parser import DAY_FIRST, EITHER, MONTH_FIRST

BOTH = "both"
SETTLED = (DAY_FIRST, MONTH_FIRST)
ORDER = "order"


class DayMonthOrders:
    """The evidence of each column of a file, collected from its distinct cells chunk by chunk."""

    def __init__(self) -> None:
        self._shown: dict[int, set[str]] = {}

    def add(self, position: int, cells: pd.DataFrame) -> None:
        """Adds cells of a column.

        Args:
            position: of the column.
            cells: the result of the kind's `judge`; one without a column `order` is no evidence.
        """
        if ORDER in cells:
            self._shown.setdefault(position, set()).update(cells[ORDER].unique())

    def merge(self, other: DayMonthOrders) -> None:
        """Adds the evidence of other cells of the file."""
        for position, shown in other._shown.items():
            self._shown.setdefault(position, set()).update(shown)

    def settled(self) -> dict[int, str]:
        """For each column with an ambiguous date, what its other cells prove.

        DAY_FIRST, MONTH_FIRST, or BOTH; a column without evidence is not included.
        """
        evidence = {at: _evidence(shown) for at, shown in self._shown.items() if EITHER in shown}
        return {at: order for at, order in evidence.items() if order}


def _evidence(shown: set[str]) -> str:
    proven = shown.intersection(SETTLED)
    return BOTH if len(proven) > 1 else next(iter(proven), "")


@functools.cache
def customary(region: str) -> str:
    """How dates are usually written in a region, for a guess: DAY_FIRST or MONTH_FIRST.

    From the short date of the region's main language in CLDR; "" if the year comes first there, or
    the region is not known.

    Args:
        region: ISO 3166 code, or "".
    """
    from babel import Locale, UnknownLocaleError

    if not region:
        return ""
    try:
        pattern = Locale.parse(f"und_{region}").date_formats["short"].pattern
    except (UnknownLocaleError, ValueError):
        return ""
    letters = re.sub(r"[^dMy]", "", pattern)
    return {"d": DAY_FIRST, "M": MONTH_FIRST}.get(letters[:1], "")
