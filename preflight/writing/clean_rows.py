"""Clean rows, ready to be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from preflight.config.column_mapping import OutputColumn
from preflight.core import csv_writer
from preflight.core.errors import UsageError
from preflight.core.types import Bools, Chunk, Ints


@dataclass(frozen=True)
class CleanRows:
    """Clean rows as CSV records.

    Attributes:
        body: the records, one after the other, each with its line end.
        sizes: how many bytes each has.
        rows: the number of each row in the input.
        lines: the line of each row in the input.
    """

    body: memoryview
    sizes: Ints
    rows: Ints
    lines: Ints

    def texts(self) -> pa.Array:
        """Each record, `large_binary`; not copied."""
        ends = np.concatenate([[0], np.cumsum(self.sizes)])
        buffers = [None, pa.py_buffer(ends), pa.py_buffer(self.body)]
        return pa.Array.from_buffers(pa.large_binary(), len(self.sizes), buffers)

    def too_large(self, columns: Sequence[OutputColumn], max_bytes: int | None) -> Bools:
        """A mask of the rows that are too large for any part, even alone under the header."""
        if max_bytes is None:
            return np.zeros(len(self.rows), dtype=bool)
        header = len(csv_writer.line([column.header for column in columns]))
        mask: Bools = header + self.sizes > max_bytes
        return mask


def rendered_rows(chunk: Chunk, keep: Bools, columns: Sequence[OutputColumn]) -> CleanRows:
    """The kept rows of a fixed chunk, with the columns that are sent.

    Raises:
        UsageError: there are rows to write, and the provider takes none of their columns.
    """
    if not columns:
        if keep.any():
            raise UsageError(
                "the provider takes none of the columns; name them with --map 'Their header=field'"
            )
        nothing = np.empty(0, dtype=np.int64)
        return CleanRows(memoryview(b""), nothing, nothing, nothing)
    table = chunk.table.select([str(column.position) for column in columns])
    kept = table if keep.all() else table.filter(pa.array(keep))
    records = csv_writer.records(kept.combine_chunks().columns)
    body, sizes = csv_writer.body(records), csv_writer.sizes(records)
    return CleanRows(body, sizes, chunk.rows[keep], chunk.lines[keep])
