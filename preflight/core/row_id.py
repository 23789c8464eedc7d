"""What a row is called for good.

A row's name is the digest of the file that it was first read from and its number there. It survives
fixing, splitting, a provider's report, and a person's corrections: a file that carries names in
the helper column `preflight__id` keeps them.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow.compute as pc

from preflight.core.names import bare_name
from preflight.core.types import Chunk, Ints, Layout

ID = "preflight__id"
DIGITS = 16
"""How many digits of the digest a name has."""

NAME = re.compile(rf"([0-9a-f]{{{DIGITS}}}):([1-9][0-9]{{0,17}})")
_PATTERN = f"^(?:{NAME.pattern})$"


def row_id(sha256: str, row: int) -> str:
    """The name of a row of a file.

    Args:
        sha256: of the file's bytes, as hex digits.
        row: its number in the file.
    """
    return f"{sha256[:DIGITS]}:{row}"


class RowIds:
    """Names the rows of a file.

    Args:
        layout: of the file.
    """

    def __init__(self, layout: Layout) -> None:
        self._sha256 = layout.source.sha256
        names = [bare_name(name).casefold() for name in layout.header]
        self._position = names.index(ID) if ID in names else None

    def of(self, chunk: Chunk, rows: Ints) -> np.ndarray:
        """The names of some records of a chunk, as an object array.

        What stands in the helper column counts where it has the form of a name; a malformed record
        has no column that can be trusted.

        Args:
            chunk: as read; its records are in row order.
            rows: numbers of its records, malformed ones among them perhaps.
        """
        names = np.array([row_id(self._sha256, row) for row in rows], dtype=object)
        if self._position is None or not len(chunk.rows):
            return names
        cells = chunk.table.column(self._position)
        named = np.asarray(pc.match_substring_regex(cells, _PATTERN).to_numpy(), dtype=bool)
        at = np.searchsorted(chunk.rows, rows).clip(max=len(chunk.rows) - 1)
        carried = (chunk.rows[at] == rows) & named[at]
        names[carried] = cells.to_numpy(zero_copy_only=False)[at[carried]]
        return names
