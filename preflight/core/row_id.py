"""The row ID: the permanent name of a row.

It is made of the digest of the file that the row was first read from, and its number there. It
survives fixing, splitting, a provider's report, and a person's corrections: rows of a file with the
helper column `preflight__id` keep their IDs.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.arrow import matches
from preflight.core.names import bare_name
from preflight.core.types import Chunk, Ints, Layout

ID = "preflight__id"
DIGITS = 16
"""How many digits of the digest a row ID has."""

NAME = re.compile(rf"([0-9a-f]{{{DIGITS}}}):([1-9][0-9]{{0,17}})")
_PATTERN = f"^(?:{NAME.pattern})$"


def row_id(sha256: str, row: int) -> str:
    """The ID of a row of a file.

    Args:
        sha256: the digest of the file's bytes, as hex digits.
        row: its number in the file.
    """
    return f"{sha256[:DIGITS]}:{row}"


class RowIds:
    """Makes the IDs of the rows of a file.

    Args:
        layout: of the file.
    """

    def __init__(self, layout: Layout) -> None:
        self._sha256 = layout.source.sha256
        names = [bare_name(name).casefold() for name in layout.header]
        self._position = names.index(ID) if ID in names else None

    def of(self, chunk: Chunk, rows: Ints) -> np.ndarray:
        """The IDs of some records of a chunk, as an object array.

        A cell of the helper column is used if it has the form of an ID. Malformed records have no
        reliable columns.

        Args:
            chunk: as read; its records are in row order.
            rows: numbers of its records, which may be malformed.
        """
        numbers = pa.array(rows, pa.int64()).cast(pa.string())
        named = pc.binary_join_element_wise(self._sha256[:DIGITS], numbers, ":")
        ids: np.ndarray = named.to_numpy(zero_copy_only=False)
        if self._position is None or not len(chunk.rows):
            return ids
        cells = chunk.table.column(self._position)
        has_id = matches(cells, _PATTERN)
        at = np.searchsorted(chunk.rows, rows).clip(max=len(chunk.rows) - 1)
        carried = (chunk.rows[at] == rows) & has_id[at]
        ids[carried] = cells.to_numpy(zero_copy_only=False)[at[carried]]
        return ids
