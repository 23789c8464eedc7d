"""The records of a block, and the flaw of each."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyarrow import csv as pa_csv

from preflight.core.invisible import BLANK
from preflight.core.types import Bools, Flaw, Ints, Layout, Syntax
from preflight.reading.block_scanner import Block, Stretch
from preflight.reading.records import Record, RecordReader

_GOOD = -1
_FLAWS = list(Flaw)
_UNDECODABLE, _BLANK = _FLAWS.index(Flaw.UNDECODABLE), _FLAWS.index(Flaw.BLANK)
_SHORT, _LONG = _FLAWS.index(Flaw.SHORT), _FLAWS.index(Flaw.LONG)
_STRAY, _MISQUOTED = _FLAWS.index(Flaw.STRAY), _FLAWS.index(Flaw.MISQUOTED)
_NARROWINGS = 64
_BOM = b"\xef\xbb\xbf"
# A row of such cells would be blank after fixing, so it counts as blank from the start.
_BLANK_CELL = re.compile(BLANK)
_MARK = re.compile("[\udc00-\udcff]")


def is_blank_cell(text: str) -> bool:
    """Whether a row of such cells would be blank after fixing."""
    return bool(_BLANK_CELL.fullmatch(text))


class CheckedRecords:
    """The records of one block, and the flaw of each."""

    def __init__(
        self, text: bytes, stretch: Stretch, records: RecordReader, layout: Layout
    ) -> None:
        width = len(layout.header)
        self._text = text
        self._syntax = layout.syntax
        self._stretch = stretch
        self._records = records
        self._width = width
        self._read = dict(stretch.read)
        count = len(stretch.starts)
        self._flaws = np.full(count, _GOOD, dtype=np.int8)
        self._counts = np.full(count, width, dtype=np.int64)
        self._offsets = np.full(count, -1, dtype=np.int64)
        for index, record in self._read.items():
            if record.flaw is not None:
                self._flaws[index] = _FLAWS.index(record.flaw)

    def good(self) -> Bools:
        good: Bools = self._flaws == _GOOD
        return good

    def regular(self) -> Bools:
        """The good records that are plain CSV, and that nobody had to read one by one."""
        regular = self.good()
        regular[list(self._read)] = False
        return regular

    def mark_undecodable(self, marks: Ints, bad_offsets: Ints, before: int) -> None:
        """Marks records with an undecodable byte; the first byte is number `before` of the file."""
        owner = np.searchsorted(self._stretch.starts, marks, side="right") - 1
        hit, first = np.unique(owner, return_index=True)
        self._offsets[hit] = bad_offsets[before + first]
        for index in hit.tolist():
            self._read_again(index)
            if self._flaws[index] == _GOOD:
                self._flaws[index] = _UNDECODABLE

    def read_blank(self, block: Block, hollow: Bools) -> None:
        """Reads the records whose bytes can all be in a blank record."""
        left = np.flatnonzero(self._flaws == _GOOD)
        for step in range(_NARROWINGS):
            at = self._stretch.starts[left] + step
            inside = at < self._stretch.stops[left]
            if not inside.any():
                break
            keep = ~inside
            keep[inside] = hollow[block.array[at[inside]]]
            left = left[keep]
        empty = self._stretch.starts[left] == self._stretch.stops[left]
        if empty.any():
            # There may be millions, of which nothing else needs to be known.
            alike = left[empty]
            self._counts[alike] = self._read_again(int(alike[0])).width
            self._flaws[alike] = _BLANK
            left = left[~empty]
        seen: dict[bytes, Record] = {}
        for index in left.tolist():
            raw = self._raw(index)
            if raw not in seen:
                seen[raw] = self._read_again(index)
            self._read[index] = seen[raw]

    def mark_read(self) -> None:
        """Checks blankness and width of the records that were read one by one."""
        for index, record in self._read.items():
            self._counts[index] = record.width
            if self._flaws[index] == _GOOD:
                if all(is_blank_cell(field.decode()) for field in record.fields):
                    self._flaws[index] = _BLANK
                elif record.misquoted:
                    self._flaws[index] = _MISQUOTED
                elif record.width != self._width:
                    self._flaws[index] = _SHORT if record.width < self._width else _LONG

    def mark_widths(self, counts: Ints) -> bool:
        """Checks the width of all other records; returns whether any is wrong."""
        others = self.good()
        others[list(self._read)] = False
        self._counts[others] = counts[others]
        short = others & (counts < self._width)
        long = others & (counts > self._width)
        self._flaws[short] = _SHORT
        self._flaws[long] = _LONG
        return bool(short.any() or long.any())

    def table(self, which: Bools | None = None) -> pa.Table:
        """The good records, or some of them, each read on its own."""
        good = self.good() if which is None else which
        rows = [
            [field.decode() for field in (self._read.get(index) or self._read_again(index)).fields]
            for index in np.flatnonzero(good).tolist()
        ]
        columns = list(zip(*rows, strict=True)) if rows else [()] * self._width
        return pa.table({str(i): pa.array(c, pa.string()) for i, c in enumerate(columns)})

    def table_of(self, which: Bools) -> pa.Table:
        """Some of the good records, after all flaws were marked."""
        table = parsed(self.good_text(which), int(which.sum()), self._width, self._syntax)
        return self.table(which) if table is None else table

    def good_text(self, which: Bools | None = None) -> memoryview:
        """CSV text of the good records, or of some: as written, but with regular quoting."""
        good = self.good() if which is None else which
        requoted = np.array(
            [i for i, record in self._read.items() if good[i] and not record.regular],
            dtype=np.int64,
        )
        if good.all() and not len(requoted):
            return memoryview(self._text)[: self._stretch.consumed]
        plain = good.copy()
        plain[requoted] = False
        edges = np.flatnonzero(np.diff(plain, prepend=False, append=False)).reshape(-1, 2)
        pieces = [
            (first, self._text[self._stretch.starts[first] : self._stretch.ends[last - 1]])
            for first, last in edges.tolist()
        ]
        pieces += [(index, self._quoted(self._read[index].fields)) for index in requoted.tolist()]
        return memoryview(b"".join(text for _, text in sorted(pieces)))

    def malformed(self, rows: Ints, lines: Ints) -> pd.DataFrame:
        """`Chunk.malformed`: the records that are not good."""
        which = np.flatnonzero(~self.good())
        return self._described(which, self._flaws[which], rows, lines)

    def noted(self, rows: Ints, lines: Ints) -> pd.DataFrame | None:
        """`Chunk.noted`: the good records with a stray quote."""
        good = self.good()
        which = [index for index, record in self._read.items() if record.stray and good[index]]
        if not which:
            return None
        return self._described(np.array(sorted(which)), np.full(len(which), _STRAY), rows, lines)

    def _described(
        self, which: Ints, flaws: npt.NDArray[np.integer], rows: Ints, lines: Ints
    ) -> pd.DataFrame:
        names = pa.array([str(flaw) for flaw in _FLAWS])
        frame: pd.DataFrame = pa.table(
            {
                "row": rows[which],
                "line": lines[which],
                "flaw": names.take(pa.array(flaws)),
                "fields": self._counts[which],
                "expected": np.full(len(which), self._width, dtype=np.int64),
                "lines": self._stretch.span[which],
                "offset": self._offsets[which],
                "raw": self._raws(which),
            }
        ).to_pandas()
        return frame

    def _read_again(self, index: int) -> Record:
        text = self._text[self._stretch.starts[index] : self._stretch.ends[index]]
        record = self._read.get(index) or self._records.read(text, 0, final=True)
        self._read[index] = record
        return record

    def _quoted(self, fields: list[bytes]) -> bytes:
        quote = self._syntax.quote.encode("ascii")
        cells = (b"%b%b%b" % (quote, field.replace(quote, quote * 2), quote) for field in fields)
        return self._syntax.delimiter.encode("ascii").join(cells) + b"\n"

    def _raw(self, index: int) -> bytes:
        return self._text[self._stretch.starts[index] : self._stretch.stops[index]]

    def _raws(self, which: Ints) -> pa.Array:
        if (self._offsets[which] >= 0).any():
            raws = (self._raw(i).decode("utf-8", "surrogatepass") for i in which.tolist())
            return pa.array([_MARK.sub(_escaped, raw) for raw in raws], pa.string())
        # each record and the gap to the next one, in turns, over the text itself: nothing is copied
        edges = np.empty(2 * len(which) + 1, dtype=np.int64)
        edges[:-1:2] = self._stretch.starts[which]
        edges[1::2] = self._stretch.stops[which]
        edges[-1] = edges[-2] if len(which) else 0
        buffers = [None, pa.py_buffer(edges), pa.py_buffer(self._text)]
        turns = pa.Array.from_buffers(pa.large_string(), len(edges) - 1, buffers)
        return turns.take(pa.array(np.arange(0, 2 * len(which), 2)))


def parsed(text: memoryview, rows: int, width: int, syntax: Syntax) -> pa.Table | None:
    """The text as a table of strings; None if a record has another width."""
    names = [str(i) for i in range(width)]
    if not rows:
        return pa.table({name: pa.array([], pa.string()) for name in names})
    if text[: len(_BOM)] == _BOM:  # read_csv removes one
        text = memoryview(_BOM + text)
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(pa.py_buffer(text)),
            read_options=pa_csv.ReadOptions(column_names=names, block_size=len(text) + 1),
            parse_options=pa_csv.ParseOptions(
                delimiter=syntax.delimiter,
                quote_char=syntax.quote,
                double_quote=True,
                escape_char=False,
                newlines_in_values=True,
                ignore_empty_lines=False,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[],
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table if table.num_rows == rows else None


def _escaped(mark: re.Match[str]) -> str:
    return f"\\x{ord(mark[0]) - 0xDC00:02x}"
