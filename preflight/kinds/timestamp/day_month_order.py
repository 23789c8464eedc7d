"""Whether a column's dates are written day first or month first, by the column's own evidence.

`21/04/2026` cannot be written month first, nor `04/21/2026` day first: one such cell settles its
column, wherever it stands, whatever is wrong with its row. Cells that prove both settle nothing.
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
    """The evidence of the columns of a file, folded from its distinct cells chunk by chunk."""

    def __init__(self) -> None:
        self._shown: dict[int, set[str]] = {}

    def add(self, position: int, cells: pd.DataFrame) -> None:
        """Take in some cells of a column.

        Args:
            position: of the column.
            cells: as its kind judged them; those of a kind without a column `order` show nothing.
        """
        if ORDER in cells:
            self._shown.setdefault(position, set()).update(cells[ORDER].unique())

    def settled(self) -> dict[int, str]:
        """For each column with a date that leaves both readings, what its other cells prove.

        DAY_FIRST, MONTH_FIRST, or BOTH; a column whose cells prove nothing is left out.
        """
        found = {at: _evidence(shown) for at, shown in self._shown.items() if EITHER in shown}
        return {at: order for at, order in found.items() if order}


def _evidence(shown: set[str]) -> str:
    proven = shown.intersection(SETTLED)
    return BOTH if len(proven) > 1 else next(iter(proven), "")


@functools.cache
def customary(region: str) -> str:
    """How dates are written in a region, for a guess: DAY_FIRST or MONTH_FIRST.

    By the short date of the region's main language in CLDR; "" where the year stands first there,
    or nobody said which region it is.

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
