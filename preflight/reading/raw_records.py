"""Cut single records, malformed ones too, into cells: by the rules the file was read with.

A record that has too many or too few fields, or whose quote never closes, is kept as it is written.
Whoever needs its cells has them from here: rejects.csv, the part that a submitted file is, the rows
that corrections are compared with, and the rules that look into such records.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.types import Ints, Syntax
from preflight.reading.records import RecordReader

_BREAKS = ("\n", "\r")


def cut(raw: str, syntax: Syntax) -> list[str]:
    """The cells of one record; none of an empty one.

    A quote that never closes, or runs away over too many lines, closes at the end of its physical
    line.

    Args:
        raw: the record as written, without its line end.
        syntax: of the file.
    """
    if not syntax.escape and syntax.quote not in raw and not any(mark in raw for mark in _BREAKS):
        return raw.split(syntax.delimiter) if raw else []
    text, reader = raw.encode("utf-8", "surrogatepass"), _reader(syntax)
    record = reader.read(text, 0, final=True)
    if record.flaw is not None:
        record = reader.read(_closed(text[: record.stop], syntax), 0, final=True)
    return [cell.decode("utf-8", "surrogatepass") for cell in record.fields]


def cut_to_width(raws: Iterable[str], syntax: Syntax, width: int) -> list[list[str]]:
    """The cells of some records, each with so many: blank ones added, those too many left out."""
    return [(cut(raw, syntax) + [""] * width)[:width] for raw in raws]


def cut_by_width(
    raws: pd.Series[str], fields: Ints, syntax: Syntax
) -> Iterator[tuple[Ints, list[pa.Array]]]:
    """Records of one width together, for a file may have nothing but malformed ones.

    Args:
        raws: records with a wrong number of fields, as written.
        fields: how many each has.
        syntax: of the file.

    Yields:
        Which of the records they are, and their cells: a string array for each column.
    """
    for width in np.unique(fields):
        at = np.flatnonzero(fields == width)
        quoted = raws.iloc[at].str.contains(syntax.quote, regex=False).to_numpy() | syntax.escape
        for some, columns in ((at[quoted], _one_by_one), (at[~quoted], _at_once)):
            if len(some):
                yield some, columns(raws.iloc[some], syntax)


def _one_by_one(raws: pd.Series[str], syntax: Syntax) -> list[pa.Array]:
    records = [cut(raw, syntax) for raw in raws]
    return [pa.array(cells, pa.string()) for cells in zip(*records, strict=True)]


def _at_once(raws: pd.Series[str], syntax: Syntax) -> list[pa.Array]:
    lists = pc.split_pattern(pa.array(raws.to_numpy(dtype=object), pa.string()), syntax.delimiter)
    cells, width = lists.flatten(), len(lists[0])
    return [cells.take(pa.array(np.arange(at, len(cells), width))) for at in range(width)]


def _closed(line: bytes, syntax: Syntax) -> bytes:
    """A line that ends within quotes, with the quote that it lacks."""
    backslashes = len(line) - len(line.rstrip(b"\\"))
    # The last one has nothing to escape, and must not escape the quote.
    literal = b"\\" if syntax.escape and backslashes % 2 else b""
    return line + literal + syntax.quote.encode("ascii")


@functools.cache
def _reader(syntax: Syntax) -> RecordReader:
    return RecordReader(syntax, 0, lambda _: False)
