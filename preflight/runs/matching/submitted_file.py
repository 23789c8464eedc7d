"""Reads a file that was sent without preflight as a part, to join a failure report to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from preflight.core import csv_writer
from preflight.core.errors import UsageError
from preflight.core.exchange import Part
from preflight.core.row_id import RowIds
from preflight.core.row_map import RowMap
from preflight.core.types import Chunk, Column, Ints, Layout
from preflight.core.workspace import spooled
from preflight.reading.chunks import read_chunks
from preflight.reading.raw_records import cut_to_width


@dataclass(frozen=True)
class Submitted:
    """A file that was sent, as a part.

    Attributes:
        part: all records of the file in order, with its own header.
        names: the row ID of each row of the part, see `row_id`.
        raws: the text of malformed records, by row number.
        rows: number of records in the file, with empty lines, which the part does not have.
    """

    part: Part
    names: np.ndarray
    raws: Mapping[int, str]
    rows: int


def part_of(layout: Layout, columns: Sequence[Column], *, work: Path) -> Submitted:
    """Reads a submitted file as a part.

    Malformed records are rows of the part too, padded or cut to the header's width, because a
    provider's row numbers count them. Empty lines are not, because readers of CSV skip them; the
    numbers in `row_map` count them, as everywhere.

    Args:
        layout: of the file, as `scan` found it.
        columns: of the file, see `column_mapping.resolve`.
        work: a private folder for the part, which outlives the result.

    Raises:
        UsageError: it is not a table with a header.
    """
    if layout.content != "table" or not layout.header:
        raise UsageError(
            f"{layout.source.name} is not a CSV with a header; name the file that was sent"
        )
    digest, named = hashlib.sha256(), RowIds(layout)
    maps: list[RowMap] = []
    names, raws, count = [np.empty(0, dtype=object)], dict[int, str](), 0
    with spooled(work, "submitted") as (path, file):
        header = csv_writer.line(layout.header)
        file.write(header)
        digest.update(header)
        for chunk in read_chunks(layout):
            table, chunk_rows, chunk_lines = _all_records(chunk, layout)
            body = csv_writer.body(csv_writer.records(table.columns))
            file.write(body)
            digest.update(body)
            maps.append(RowMap.of(chunk_rows, chunk_lines))
            names.append(named.of(chunk, chunk_rows))
            raws |= dict(zip(chunk.malformed["row"].tolist(), chunk.malformed["raw"], strict=True))
            count += chunk.count
        size = file.tell()
    part = Part(
        number=1,
        path=path,
        sha256=digest.hexdigest(),
        size=size,
        header=layout.header,
        fields=tuple(column.field for column in columns[: len(layout.header)]),
        map=RowMap.joined(maps),
    )
    return Submitted(part, np.concatenate(names), raws, count)


def _all_records(chunk: Chunk, layout: Layout) -> tuple[pa.Table, Ints, Ints]:
    """The records of a chunk, malformed ones included, with their rows and lines."""
    odd = chunk.malformed[chunk.malformed["raw"].str.strip() != ""]
    if odd.empty:
        return chunk.table, chunk.rows, chunk.lines
    columns = cut_to_width(odd["raw"], layout.syntax, len(layout.header))
    more = pa.table(columns, chunk.table.column_names)
    rows = np.concatenate([chunk.rows, odd["row"].to_numpy(dtype=np.int64)])
    lines = np.concatenate([chunk.lines, odd["line"].to_numpy(dtype=np.int64)])
    order = np.argsort(rows, kind="stable")
    both = pa.concat_tables([chunk.table.cast(more.schema), more])
    return both.take(order), rows[order], lines[order]
