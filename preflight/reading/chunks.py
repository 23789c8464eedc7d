"""Layout to chunks: every cell as text, nothing inferred, in constant memory."""

from __future__ import annotations

from collections.abc import Generator

from preflight.core.errors import SourceError
from preflight.core.names import is_helper
from preflight.core.types import Bools, Chunk, Layout
from preflight.reading.ranges import RangeReader
from preflight.reading.written_records import WrittenReader, WrittenRecords

_WORTH = 0.5
"""Of a chunk of which this share of the rows is wanted, all is parsed."""


def read_chunks(
    layout: Layout, *, chunk_bytes: int = 8 << 20, careful: bool = False
) -> Generator[Chunk]:
    """Read the data records of a laid-out file, in order, in chunks of about `chunk_bytes`.

    Every record after the header has a row number, including blank and malformed ones, and is in
    the `table` or the `malformed` frame of exactly one chunk. The result does not depend on
    `chunk_bytes`, except for where chunks end. Memory is bounded by a small multiple of
    `chunk_bytes` and of the longest record.

    With several flaws in one record the first of these counts: unclosed or runaway, undecodable,
    blank, misquoted, short or long. Of an unclosed or runaway quote only the physical line on
    which its record starts is malformed; reading continues with the next line. A runaway is a
    quoted field over more than 100 lines, or over three and more of which most of those wholly
    inside have as many delimiters as the header, if nothing proves that it is a cell; or one with
    text after its closing quote, over lines of which one is a record by itself; see `records`.

    Args:
        layout: the result of `scan`; without a header nothing is read.
        chunk_bytes: how much text to read at a time, in bytes; at least 1.
        careful: read every record with the careful reader. Slow; the result is the same.
    """
    if not layout.header:
        return
    reader = RangeReader(layout, careful=careful)
    for cut in reader.cuts(chunk_bytes):
        yield reader.chunk_of(cut)


def read_some(layout: Layout, wanted: Bools, *, chunk_bytes: int = 8 << 20) -> Generator[Chunk]:
    """Read the records that are wanted; other well-formed ones may be left out, see `Chunk`.

    Args:
        layout: of the file.
        wanted: for each row of the file whether it is wanted.
        chunk_bytes: as of `read_chunks`, whose chunks these are.

    Raises:
        SourceError: there are more rows, because somebody changed the file.
    """
    if (
        layout.source.sheet is not None
        or len(layout.header) < 2
        or any(map(is_helper, layout.header))
    ):
        yield from read_chunks(layout, chunk_bytes=chunk_bytes)
        return
    for written in WrittenReader(layout).records(chunk_bytes):
        yield written.chunk(_to_parse(written, wanted, layout))


def _to_parse(written: WrittenRecords, wanted: Bools, layout: Layout) -> Bools:
    if written.rows[-1] > len(wanted):
        raise SourceError(f"{layout.source.name} changed while it was read")
    parsed = written.good & wanted[written.rows - 1]
    return parsed if parsed.sum() < _WORTH * written.count else written.good


def is_read(layout: Layout) -> bool:
    """Whether a file has records to read: it is a table with a header."""
    return layout.content == "table" and bool(layout.header)
