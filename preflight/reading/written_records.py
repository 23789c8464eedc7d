"""The records of a range as they stand in its text, so that most of them can be copied.

Nothing is parsed but the cells that are asked for.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Generator, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.core.patterns import matching
from preflight.core.types import Bools, Chunk, Flaw, Ints, Layout, Syntax
from preflight.reading.block_scanner import Block, Stretch
from preflight.reading.checked_records import CheckedRecords
from preflight.reading.ranges import Cut, RangeReader

_BLANK = b'""'  # a blank cell in quotes
_NO_PLACES: Ints = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class WrittenRecords:
    """Records that follow each other in a text; each array has one entry a record.

    Attributes:
        block: with their text.
        stretch: where each stands in it.
        rows, lines: the number and the physical line of each.
        good: those that are well-formed.
        regular: those of the good ones that are plain CSV, and were not read one by one.
        malformed: the others, see `Chunk.malformed`.
        noted: see `Chunk.noted`.
        newlines: see `Chunk.newlines`.
    """

    block: Block
    stretch: Stretch
    rows: Ints
    lines: Ints
    good: Bools
    regular: Bools
    malformed: pd.DataFrame
    noted: pd.DataFrame | None
    newlines: tuple[int, int, int]
    _delimiters: Ints
    _checked: CheckedRecords
    _syntax: Syntax

    @property
    def count(self) -> int:
        """How many records there are."""
        return len(self.rows)

    @property
    def blank(self) -> Bools:
        """The records that are blank."""
        mask = np.zeros(self.count, dtype=bool)
        rows = self.malformed["row"][self.malformed["flaw"] == Flaw.BLANK]
        mask[rows.to_numpy(dtype=np.int64) - int(self.rows[0])] = True
        return mask

    def chunk(self, which: Bools) -> Chunk:
        """A chunk of some of the good records, which are parsed, and of all malformed ones."""
        left_out = int(self.good.sum()) - int(which.sum())
        return Chunk(
            self._checked.table_of(which),
            self.rows[which],
            self.lines[which],
            self.malformed,
            self.noted,
            self.newlines,
            left_out,
        )

    @functools.cached_property
    def _first_delimiters(self) -> Ints:
        """The place in `_delimiters` of the first one of each record."""
        return np.searchsorted(self._delimiters, self.stretch.starts)

    @functools.cached_property
    def _has_quotes(self) -> Bools:
        edges = np.append(self.stretch.starts, self.stretch.consumed)
        has: Bools = np.diff(np.searchsorted(self.block.quotes, edges)) > 0
        return has

    def cells(self, records: Ints, column: int, width: int) -> tuple[Ints, Ints]:
        """Where the cells of a column begin and end in the text, their quotes included.

        Args:
            records: regular ones.
            column: from 0.
            width: how many columns there are.
        """
        first = self._first_delimiters[records] + column
        starts = self.stretch.starts[records] if not column else self._delimiters[first - 1] + 1
        last = column == width - 1
        stops = self.stretch.stops[records] if last else self._delimiters[first]
        return starts, stops

    def _quoted(self, starts: Ints, stops: Ints) -> Bools:
        """A mask of the cells that begin with a quote."""
        first = self.block.array[np.minimum(starts, len(self.block.array) - 1)]
        quoted: Bools = (stops > starts) & (first == ord(self._syntax.quote))
        return quoted

    @property
    def _special(self) -> str:
        """What must be quoted, but for a quote."""
        return rf"[{re.escape(self._syntax.delimiter)}\r\n]"

    def column(self, records: Ints, column: int, width: int) -> tuple[pa.Array, Bools]:
        """The cells of a column as text, and which of them are not what the cell is.

        Quotes around a cell are not part of the text; a doubled quote in it is not made one.

        Args:
            records: regular ones.
            column: from 0.
            width: how many columns there are.
        """
        starts, stops = self.cells(records, column, width)
        doubled = np.zeros(len(records), dtype=bool)
        if len(self.block.quotes):
            with_quotes = np.flatnonzero(self._has_quotes[records])
            within = starts[with_quotes], stops[with_quotes]
            quotes = np.diff(np.searchsorted(self.block.quotes, within), axis=0)[0]
            doubled[with_quotes] = quotes > 2
            starts[with_quotes] += quotes > 0
            stops[with_quotes] -= quotes > 0
        edges = np.empty(2 * len(records) + 1, dtype=np.int64)
        edges[:-1:2], edges[1::2] = starts, stops
        edges[-1] = edges[-2] if len(records) else 0
        buffers = [None, pa.py_buffer(edges), pa.py_buffer(self.block.text)]
        turns = pa.Array.from_buffers(pa.large_string(), len(edges) - 1, buffers)
        return turns.take(pa.array(np.arange(0, len(edges) - 1, 2))), doubled

    def holding(self, marks: Iterable[bytes]) -> Ints:
        """The records that hold one of some bytes; a record may stand there twice."""
        found = [_NO_PLACES]
        for mark in marks:
            if mark in self.block.text:
                at = np.flatnonzero(self.block.array[: self.stretch.consumed] == ord(mark))
                found.append(np.searchsorted(self.stretch.starts, at, side="right") - 1)
        return np.concatenate(found)

    def filled(self, records: Ints, column: int, width: int) -> int:
        """How many cells of a column are not blank; the arguments are those of `cells`."""
        starts, stops = self.cells(records, column, width)
        sizes = stops - starts
        blank = (sizes == 0) | ((sizes == len(_BLANK)) & self._quoted(starts, stops))
        return len(records) - int(np.count_nonzero(blank))

    def needless_quotes(self) -> Ints:
        """Where quotes stand that a cell of a regular record can do without."""
        quotes = self.block.quotes
        if not len(quotes):
            return _NO_PLACES
        owner = np.searchsorted(self.stretch.starts, quotes, side="right") - 1
        inside = (quotes < self.stretch.consumed) & self.regular[owner]
        quotes = quotes[inside]
        opening, closing = quotes[::2], quotes[1::2]
        # what is quoted and what is not, in turns, over the text itself
        edges = np.concatenate([[0], np.stack([opening + 1, closing], axis=1).ravel()])
        buffers = [None, pa.py_buffer(edges), pa.py_buffer(self.block.text)]
        turns = pa.Array.from_buffers(pa.large_binary(), len(edges) - 1, buffers)
        quoted = turns.take(pa.array(np.arange(1, len(edges) - 1, 2)))
        needed = np.array(matching(quoted, self._special), dtype=bool)
        # a doubled quote closes one piece of a cell and opens the next one
        doubled = np.flatnonzero(closing[:-1] + 1 == opening[1:])
        needed[doubled] = needed[doubled + 1] = True
        if len(doubled):
            needed = _spread(needed, doubled)
        return np.sort(np.concatenate([opening[~needed], closing[~needed]]))


def _spread(needed: Bools, doubled: Ints) -> Bools:
    """Needed by one piece of a cell is needed by all: `doubled` are those that the next goes on."""
    goes_on = np.zeros(len(needed), dtype=bool)
    goes_on[doubled] = True
    first = np.concatenate([[True], ~goes_on[:-1]])
    cell = np.cumsum(first) - 1
    spread: Bools = np.bincount(cell, needed)[cell] > 0
    return spread


class WrittenReader(RangeReader):
    """Reads the records of a file as they are written.

    Args:
        layout: of the file, which has a header and is no sheet of a workbook.
    """

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self._syntax = layout.syntax

    def records(self, range_bytes: int) -> Generator[WrittenRecords]:
        """All records, in the same ranges as `read_chunks`."""
        for cut in self.cuts(range_bytes):
            yield self.written(cut)

    def written(self, cut: Cut) -> WrittenRecords:
        """The records of a range that was cut just now."""
        here, block, stretch = cut.range, cut.block, cut.stretch
        checked = self.checked(cut)
        delimiters = block.delimiters(stretch)
        checked.mark_widths(block.field_counts(stretch, delimiters))
        rows = np.arange(here.row, here.row + here.count, dtype=np.int64)
        lines = here.line + stretch.line
        return WrittenRecords(
            block=block,
            stretch=stretch,
            rows=rows,
            lines=lines,
            good=checked.good(),
            regular=checked.regular(),
            malformed=checked.malformed(rows, lines),
            noted=checked.noted(rows, lines),
            newlines=self._newlines(block, stretch, first=here.row == 1),
            _delimiters=delimiters,
            _checked=checked,
            _syntax=self._syntax,
        )
