"""A file that was sent without preflight, as the part that a failure report can be joined to."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from preflight import csvout
from preflight.columns import resolve
from preflight.errors import UsageError
from preflight.merging.failures_file import cut
from preflight.model import Chunk, Ints, Layout, Part
from preflight.profile import Profile
from preflight.reading.chunks import read_chunks
from preflight.reading.scan import scan
from preflight.reading.source import open_source


def part_of(
    path: str | Path,
    profile: Profile,
    *,
    work: Path,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
    mapping: Mapping[str, str] | None = None,
) -> Part:
    """The part that a submitted file is: all its records, in their order.

    Malformed records are rows of the part as well, filled up or cut off to the header's width, for
    a provider's row numbers count them. Empty lines are none, for readers of CSV pass them over;
    in the numbers of `row_map` they count, as everywhere.

    Args:
        path: of the file, as it was sent.
        profile: knows the fields that its header names.
        work: a private folder for the part, which outlives the result.
        encoding, delimiter, header_row, mapping: the user's word, see `scan` and `resolve`.

    Raises:
        UsageError: it cannot be opened, or is no table with a header.
    """
    source = open_source(path, spool=work)
    layout = scan(
        source,
        spool=work,
        known=profile.knows,
        encoding=encoding,
        delimiter=delimiter,
        header_row=header_row,
    )
    if layout.content != "table" or not layout.header:
        raise UsageError(f"{source.name}: no CSV with a header: a submitted file was looked for")
    columns = resolve(layout.header, profile, mapping)[: len(layout.header)]
    handle, copy = tempfile.mkstemp(dir=work, prefix="submitted-", suffix=".csv")
    digest = hashlib.sha256()
    rows, lines = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    with os.fdopen(handle, "wb") as file:
        header = csvout.line(layout.header)
        file.write(header)
        digest.update(header)
        for chunk in read_chunks(layout):
            table, chunk_rows, chunk_lines = _all_records(chunk, layout)
            body = csvout.body(csvout.records(table.columns))
            file.write(body)
            digest.update(body)
            rows.append(chunk_rows)
            lines.append(chunk_lines)
        size = file.tell()
    return Part(
        number=1,
        path=Path(copy),
        sha256=digest.hexdigest(),
        size=size,
        header=layout.header,
        fields=tuple(column.field for column in columns),
        row_map=np.concatenate(rows),
        lines=np.concatenate(lines),
    )


def _all_records(chunk: Chunk, layout: Layout) -> tuple[pa.Table, Ints, Ints]:
    """The records of a chunk, malformed ones included, with their rows and lines."""
    odd = chunk.aside[chunk.aside["raw"].str.strip() != ""]
    if odd.empty:
        return chunk.table, chunk.rows, chunk.lines
    width = len(layout.header)
    heads = [cut(raw, layout.delimiter, 1) or [[]] for raw in odd["raw"]]
    records = [(fields + [""] * width)[:width] for (fields,) in heads]
    names = chunk.table.column_names
    more = pa.table(
        [pa.array([record[at] for record in records], pa.string()) for at in range(width)], names
    )
    rows = np.concatenate([chunk.rows, odd["row"].to_numpy(dtype=np.int64)])
    lines = np.concatenate([chunk.lines, odd["line"].to_numpy(dtype=np.int64)])
    order = np.argsort(rows, kind="stable")
    both = pa.concat_tables([chunk.table.cast(more.schema), more])
    return both.take(order), rows[order], lines[order]
