"""The mark of a row that `preflight review` wrote: while it fits, no spreadsheet touched the row.

Its row ID then is certain however much was edited, and what differs from the first file is what a
person wanted, leading zeros that are gone included.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

MARK = "preflight__mark"
"""The helper column."""
_DIGITS = 16


def mark(name: str, labels: Sequence[str], cells: Sequence[str]) -> str:
    """The mark of a row.

    Args:
        name: its row ID.
        labels: of its own columns, in any order; blank cells do not count.
        cells: of these columns.
    """
    filled = sorted((label, cell) for label, cell in zip(labels, cells, strict=True) if cell)
    return hashlib.sha256(repr((name, filled)).encode()).hexdigest()[:_DIGITS]
