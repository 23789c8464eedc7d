"""The rows of a second table in a file, below the header that a rule found for it."""

from __future__ import annotations

import numpy as np

from preflight.core.types import Chunk, Flaw, Ints


def below(chunk: Chunk, headers: Ints, *, begun: bool) -> tuple[Ints, Ints]:
    """The rows of a chunk that are of another table, and their lines.

    Another table lasts to the end of the file. Blank records are of no table.

    Args:
        chunk: the chunk.
        headers: its rows that are headers of other tables.
        begun: whether another table has begun before the chunk.
    """
    if not begun and not len(headers):
        return headers, headers
    records = chunk.malformed[chunk.malformed["flaw"] != Flaw.BLANK]
    first = 0 if begun else int(headers.min())
    rows = np.concatenate([chunk.rows, records["row"].to_numpy(dtype=np.int64)])
    lines = np.concatenate([chunk.lines, records["line"].to_numpy(dtype=np.int64)])
    theirs = (rows > first) & ~np.isin(rows, headers)
    return rows[theirs], lines[theirs]
