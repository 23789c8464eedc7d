"""Reads records in which text follows a closing quote, if only one way to read them fits.

`"Hall 7" booth, left side"` may be one cell or two. A field may end at any quote in front of a
delimiter, and quotes may belong to the text. All ways that give as many fields as the header has
are tried; in each column known by its kind the cell must be one of that kind. If a single way is
left, and nothing in it looks like the border of two cells, it is the record. The quotes inside stay
in the text: one where they are doubled or escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.core.types import Column, Ints, Syntax
from preflight.linting.unquoted_delimiter import can_hold

_MOST_WAYS = 32
_LONGEST = 10_000
_BREAKS = re.compile(r"[\r\n]")
_BLANKS = re.compile(r"[ \t]*")


class _Field(NamedTuple):
    """A field as written, and its text.

    Attributes:
        written: with its quotes.
        text: what it means.
        plain: whether its quotes are as they should be.
        likely: whether nothing in it looks like the border of another field.
    """

    written: str
    text: str
    plain: bool
    likely: bool = True


@dataclass(frozen=True)
class Requoted:
    """The records that can be read in only one way.

    Attributes:
        at: their positions among the given records, in order.
        cells: for each column of the header, an object array of their cells.
        changes: for each record the columns whose field was not plain: position, as written, text.
    """

    at: Ints
    cells: tuple[np.ndarray, ...]
    changes: tuple[tuple[tuple[int, str, str], ...], ...]


def requoted(raws: pd.Series[str], columns: Sequence[Column], syntax: Syntax) -> Requoted:
    """Reads the records that can be read in only one way.

    Args:
        raws: records, as written.
        columns: of the header.
        syntax: of the file; with escapes, no record is read.
    """
    owners: list[int] = []
    ways: list[list[_Field]] = []
    for number, raw in enumerate(raws):
        if not syntax.escape and len(raw) <= _LONGEST and not _BREAKS.search(raw):
            found = _ways(raw, syntax, len(columns))
            owners += [number] * len(found)
            ways += found
    fits = np.ones(len(ways), dtype=bool)
    for column, fields in zip(columns, zip(*ways, strict=True), strict=bool(ways)):
        fits &= can_hold(column, pa.array([field.text for field in fields], pa.string()))
    owner = np.array(owners, dtype=np.int64)[fits]
    fitting = [way for way, fit in zip(ways, fits, strict=True) if fit]
    which, first, count = np.unique(owner, return_index=True, return_counts=True)
    only = [fitting[place] for place in first]
    sure = (count == 1) & np.array([all(field.likely for field in way) for way in only], dtype=bool)
    single = [way for way, is_sure in zip(only, sure, strict=True) if is_sure]
    texts = [np.array([way[at].text for way in single], object) for at in range(len(columns))]
    changes = [
        tuple((at, field.written, field.text) for at, field in enumerate(way) if not field.plain)
        for way in single
    ]
    return Requoted(which[sure], tuple(texts), tuple(changes))


def _ways(raw: str, syntax: Syntax, width: int) -> list[list[_Field]]:
    """The ways to read a record as so many fields; none if there are too many of them."""
    # from the last field to the first: a field that starts too far right is never followed
    begun: list[tuple[int, list[_Field]]] = [(0, [])]
    whole: list[list[_Field]] = []
    while begun:
        at, fields = begun.pop()
        for end, field in _fields_at(raw, at, syntax):
            way = [*fields, field]
            if end == len(raw):
                whole += [way] if len(way) == width else []
            elif len(way) < width:
                begun.append((end + 1, way))
        if len(begun) + len(whole) > _MOST_WAYS:
            return []
    return whole


def _fields_at(raw: str, at: int, syntax: Syntax) -> Iterator[tuple[int, _Field]]:
    """The fields that may start at an offset, each with the offset of its end."""
    quote, delimiter = syntax.quote, syntax.delimiter
    start = _after_blanks(raw, at) if syntax.spaced else at
    end = raw.find(delimiter, start)
    end = len(raw) if end < 0 else end
    written = raw[at:end]
    if not raw.startswith(quote, start):
        unquoted = quote not in written
        yield end, _Field(written, written, unquoted, unquoted)
        return
    if written.count(quote) > 1 and not written.rstrip().endswith(quote):
        yield end, _Field(written, written, plain=False)
    closing = raw.find(quote, start + 1)
    while closing > 0:
        end = _after_blanks(raw, closing + 1)
        inside = raw[start + 1 : closing]
        if end == len(raw) or raw.startswith(delimiter, end):
            # what looks like the border of two quoted cells is one
            if quote + delimiter + quote in inside:
                return
            single = inside.replace(quote * 2, "")
            likely = delimiter + quote not in single
            yield end, _Field(raw[at:end], _text(inside, quote), quote not in single, likely)
        closing = raw.find(quote, closing + 1)


def _after_blanks(raw: str, at: int) -> int:
    match = _BLANKS.match(raw, at)
    return match.end() if match else at


def _text(inside: str, quote: str) -> str:
    """What is inside the quotes, with its own quotes neither doubled nor escaped."""
    escaped = "\\" + quote
    if quote not in inside.replace(escaped, "").replace(quote * 2, ""):
        inside = inside.replace(escaped, quote)
    return inside.replace(quote * 2, quote)
