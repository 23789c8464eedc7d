"""Cut single records, malformed ones too, into cells: by the rules the file was read with.

A record that has too many or too few fields, or whose quote never closes, is kept as it is written.
Whoever needs its cells has them from here: rejects.csv, the part that a submitted file is, the rows
that corrections are compared with, and the rules that look into such records.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.arrow import matches, strings
from preflight.core.types import Ints, Syntax
from preflight.reading.records import RecordReader


def cut(raw: str, syntax: Syntax) -> list[str]:
    """The cells of one record; none of an empty one.

    A quote that never closes, or runs away over too many lines, closes at the end of its physical
    line.

    Args:
        raw: the record as written, without its line end.
        syntax: of the file.
    """
    if not re.search(_not_plain(syntax), raw):
        return raw.split(syntax.delimiter) if raw else []
    text, reader = raw.encode("utf-8", "surrogatepass"), _reader(syntax)
    record = reader.read(text, 0, final=True)
    if record.flaw is not None:
        record = reader.read(_closed(text[: record.stop], syntax), 0, final=True)
    return [cell.decode("utf-8", "surrogatepass") for cell in record.fields]


def cut_to_width(raws: pd.Series[str], syntax: Syntax, width: int) -> list[pa.Array]:
    """The cells of some records, each with so many: blank ones added, those too many left out.

    Returns:
        A string array for each column.
    """
    texts = pa.array(raws.to_numpy(dtype=object), pa.string())
    if not len(texts):
        return [texts] * width
    odd = matches(texts, _not_plain(syntax))
    plain = _plain_to_width(texts.filter(pa.array(~odd)), syntax.delimiter, width)
    if not odd.any():
        return plain
    records = [cut(raw, syntax)[:width] for raw in texts.filter(pa.array(odd)).to_pylist()]
    order = pa.array(np.argsort(np.argsort(odd, kind="stable"), kind="stable"))
    return [
        pa.concat_arrays([cells, _column(records, at)]).take(order)
        for at, cells in enumerate(plain)
    ]


def _plain_to_width(texts: pa.Array, delimiter: str, width: int) -> list[pa.Array]:
    """The same for plain records."""
    lists = pc.split_pattern(texts, delimiter, max_splits=width)
    starts, cells = lists.offsets.to_numpy()[:-1], lists.values
    counts = pc.list_value_length(lists).to_numpy()
    return [
        cells.take(pa.array(starts + at, mask=counts <= at)).fill_null("") for at in range(width)
    ]


def _column(records: list[list[str]], at: int) -> pa.Array:
    """A column of records, blank in those that are too short for it."""
    return pa.array([cells[at] if at < len(cells) else "" for cells in records], pa.string())


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
        odd = matches(strings(raws.iloc[at]), _not_plain(syntax))
        for some, columns in ((at[odd], _one_by_one), (at[~odd], _at_once)):
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
def _not_plain(syntax: Syntax) -> str:
    """A pattern, for RE2 too, of records that more than delimiters cut into cells.

    A quote within a cell that does not begin with it is a character like others.
    """
    before = "[ \t]*" if syntax.spaced else ""
    escape = r"|\\" if syntax.escape else ""
    return rf"(?:^|{re.escape(syntax.delimiter)}){before}{re.escape(syntax.quote)}|[\r\n]{escape}"


@functools.cache
def _reader(syntax: Syntax) -> RecordReader:
    return RecordReader(syntax, 0, lambda _: False)
