"""The rows of a second table in a file, below the header that a rule found for it."""

from __future__ import annotations

import numpy as np

from preflight.core.types import Chunk, Flaw, Ints


class FurtherTable:
    """Remembers from chunk to chunk that another table has begun; it lasts to the end of a file."""

    def __init__(self) -> None:
        self._begun = False

    def below(self, chunk: Chunk, headers: Ints) -> tuple[Ints, Ints]:
        """The rows of a chunk that are of another table, and their lines.

        Blank records are of no table.

        Args:
            chunk: the chunks are given in their order.
            headers: its rows that are headers of other tables.
        """
        records = chunk.malformed[chunk.malformed["flaw"] != Flaw.BLANK]
        if not self._begun and not len(headers):
            return headers, headers
        first = 0 if self._begun else int(headers.min())
        self._begun = True
        rows = np.concatenate([chunk.rows, records["row"].to_numpy(dtype=np.int64)])
        lines = np.concatenate([chunk.lines, records["line"].to_numpy(dtype=np.int64)])
        theirs = (rows > first) & ~np.isin(rows, headers)
        return rows[theirs], lines[theirs]
