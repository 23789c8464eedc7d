"""The picture of a file that is being compared: a snapshot, and where what it counts stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from preflight.snapshots.row_blocks import RowBlocks
from preflight.snapshots.snapshot import Snapshot

FILLED, VALID = "filled", "valid"
"""What is counted by blocks of rows."""


@dataclass(frozen=True)
class Trace:
    """Where something stands in a column.

    Attributes:
        row, line: of the first cell.
        last: the row of the last cell.
    """

    row: int
    line: int
    last: int


@dataclass(frozen=True)
class Picture:
    """A snapshot, with what only the one who reads the file knows.

    Attributes:
        snapshot: of the file.
        traces: where each format and each order of day and month stands, by the position of the
            column, from 1, and its name.
        blocks: where cells are FILLED, and where filled ones are VALID, by the position of the
            column, from 1.
    """

    snapshot: Snapshot
    traces: Mapping[tuple[int, str], Trace]
    blocks: Mapping[tuple[int, str], RowBlocks]
