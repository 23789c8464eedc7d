"""Ranges of a text that hold whole records, and the records of a range as a chunk.

Two readers give the same records. The fast one finds record boundaries in blocks with array
operations, and parses each block with one call of pyarrow. The careful one reads record by record;
it reads only the records whose quoting the fast one cannot handle.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from preflight.core import csv_writer
from preflight.core.errors import SourceError
from preflight.core.names import is_helper
from preflight.core.types import Bools, Chunk, Layout, Syntax
from preflight.reading.block_scanner import PIECE, Block, Stretch
from preflight.reading.checked_records import CheckedRecords, is_blank_cell, parsed
from preflight.reading.records import RecordReader, inside_quotes
from preflight.reading.workbook import with_line_breaks

if TYPE_CHECKING:
    from preflight.core.stored_object import Openable

_ENDS = (b"\n", b"\r\n", b"\r")
_LF, _CR = 0x0A, 0x0D
_AHEAD_BYTES = 1 << 20
_MOST_LINES = 1 << 18
_COUNTED = 1 << 16
_LOOKED_AT = 4096


@dataclass(frozen=True, slots=True)
class TextRange:
    """Whole records of a text that follow each other: enough to read them, and nothing else.

    Attributes:
        offset: in the text, of the first.
        size: how many bytes to look at, from `offset` on; the last ones may belong to a record that
            is not whole and begins the next range.
        final: whether the text ends there.
        row: of the first record, from 1.
        line: the physical line on which it begins.
        undecodable: how many undecodable bytes there are in the text above.
        count: how many records there are, blank and malformed ones included.
    """

    offset: int
    size: int
    final: bool
    row: int
    line: int
    undecodable: int
    count: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A range with its text, and the place of each record in it."""

    range: TextRange
    block: Block
    stretch: Stretch


class RangeReader:
    """Cuts a text into ranges, and reads the records of a range.

    A range can be read by another reader, in another process, and in any order. A file with a
    helper column is one that preflight wrote for people: its cells are read without the apostrophes
    that keep a spreadsheet from running them.

    Args:
        layout: of the file, which has a header.
        careful: whether the careful reader reads every record.
    """

    def __init__(self, layout: Layout, *, careful: bool = False) -> None:
        self._layout = layout
        self._careful = careful
        self._offset = layout.data_offset  # of the block at hand
        self._ragged_before = False  # a guess for the next range, which changes no result
        self._width = len(layout.header)
        self._records = RecordReader(
            layout.syntax,
            self._width,
            lambda at: _closes(layout.text, self._offset + at + 1, layout.syntax),
        )
        self._hollow = _hollow_bytes(layout.syntax)
        self._for_people = any(map(is_helper, layout.header))

    def cuts(self, range_bytes: int) -> Generator[Cut]:
        """The ranges of the text in order, each of about `range_bytes`, at least 1.

        Where lines are short, as blank ones are, a range has fewer bytes: memory goes by records.
        """
        layout, rest, final = self._layout, b"", False
        offset, row, line, undecodable = self.beginning()
        with layout.text.open("rb") as file:
            file.seek(offset)
            while not final:
                # more each time, so that a huge record is not scanned again and again
                coming = file.read(range_bytes * max(1, -(-len(rest) // range_bytes)))
                final = not coming
                for block, stretch in self.blocks(rest, coming, offset, final=final):
                    if count := len(stretch.starts):
                        size = len(block.text)
                        here = TextRange(offset, size, final, row, line, undecodable, count)
                        yield Cut(here, block, stretch)
                        row += count
                        line += int(stretch.line[-1] + stretch.span[-1])
                        if len(layout.bad_offsets):
                            undecodable += len(block.marks(stretch.consumed))
                    rest = block.text[stretch.consumed :]
                    offset += stretch.consumed

    def beginning(self) -> tuple[int, int, int, int]:
        """The offset, the row, the line and the undecodable bytes above of the first record."""
        layout = self._layout
        undecodable = _marks_above(layout) if len(layout.bad_offsets) else 0
        return layout.data_offset, 1, layout.data_line, undecodable

    def blocks(
        self, rest: bytes, coming: bytes, offset: int, *, final: bool
    ) -> Iterator[tuple[Block, Stretch]]:
        """The records of a piece of the text: one block, or several where lines are short.

        Args:
            rest: the beginning of a record that is not whole, or nothing.
            coming: what is behind it.
            offset: of the rest.
            final: whether the text ends there.
        """
        left = memoryview(coming)
        few = _breaks(coming) <= _MOST_LINES
        while True:
            more = len(left) if few else _first_lines(left, max(_MOST_LINES, _breaks(rest)))
            text, left = rest + left[:more], left[more:]
            block, stretch = self._found(text, offset, final=final)
            yield block, stretch
            rest, offset = text[stretch.consumed :], offset + stretch.consumed
            if not left:
                return

    def surely_filled(self, cut: Cut, most: int) -> int:
        """How many records of a range are not blank by their bytes alone.

        Counts at most `most`, among the first ones of the range.
        """
        starts, stops = (
            edge[:_LOOKED_AT].tolist() for edge in (cut.stretch.starts, cut.stretch.stops)
        )
        found = 0
        for start, stop in zip(starts, stops, strict=True):
            if found == most:
                break
            found += not self._hollow[cut.block.array[start:stop]].all()
        return found

    def read(self, here: TextRange) -> Chunk:
        """The records of a range; errors as of `cut`."""
        return self.chunk_of(self.cut(here))

    def cut(self, here: TextRange) -> Cut:
        """A range with its text, which another reader may have cut.

        Raises:
            SourceError: its records are not there any more, because somebody changed the file.
        """
        with self._layout.text.open("rb") as file:
            file.seek(here.offset)
            text = file.read(here.size)
        block, stretch = self._found(text, here.offset, final=here.final)
        if len(text) != here.size or len(stretch.starts) != here.count:
            raise SourceError(f"{self._layout.source.name} changed while it was read")
        return Cut(here, block, stretch)

    def _found(self, text: bytes, offset: int, *, final: bool) -> tuple[Block, Stretch]:
        """The records of a text that stands at an offset."""
        self._offset = offset
        block = Block(text, self._layout.syntax, final=final)
        return block, block.stretch(self._records, careful=self._careful)

    def checked(self, cut: Cut) -> CheckedRecords:
        """The records of a range that was cut just now, with their flaws but for their widths."""
        here, block, stretch = cut.range, cut.block, cut.stretch
        self._offset = here.offset
        checked = CheckedRecords(block.text, stretch, self._records, self._layout)
        if len(self._layout.bad_offsets):
            marks = block.marks(stretch.consumed)
            checked.mark_undecodable(marks, self._layout.bad_offsets, here.undecodable)
        if not self._careful:
            checked.read_blank(block, self._hollow)
        checked.mark_read()
        return checked

    def chunk_of(self, cut: Cut) -> Chunk:
        """The records of a range that was cut just now."""
        here, block, stretch = cut.range, cut.block, cut.stretch
        checked = self.checked(cut)
        table = self._table(block, stretch, checked)
        if self._for_people:
            columns = [csv_writer.plain(column) for column in table.columns]
            table = pa.table(columns, schema=table.schema)
        rows = np.arange(here.row, here.row + here.count, dtype=np.int64)
        lines = here.line + stretch.line
        good = checked.good()
        malformed, noted = checked.malformed(rows, lines), checked.noted(rows, lines)
        newlines = self._newlines(block, stretch, first=here.row == 1)
        chunk = Chunk(table, rows[good], lines[good], malformed, noted, newlines)
        return chunk if self._layout.source.sheet is None else with_line_breaks(chunk)

    def _newlines(self, block: Block, stretch: Stretch, *, first: bool) -> tuple[int, int, int]:
        """The line ends of the records, and of what is above the first of the file.

        The last record of a file may have none.
        """
        lengths = stretch.ends - stretch.stops
        counts = [int(np.count_nonzero(lengths)), 0, 0]
        if b"\r" in block.text:
            counts[1] = int(np.count_nonzero(lengths == 2))
            counts[2] = int(np.count_nonzero(block.array[stretch.stops[lengths == 1]] == _CR))
            counts[0] -= counts[1] + counts[2]
        above = _end_above(self._layout) if first else None
        if above is not None:
            counts[_ENDS.index(above)] += 1
        return counts[0], counts[1], counts[2]

    def _table(self, block: Block, stretch: Stretch, checked: CheckedRecords) -> pa.Table:
        if self._careful:
            return checked.table()
        syntax = self._layout.syntax
        if not self._ragged_before:
            table = parsed(checked.good_text(), int(checked.good().sum()), self._width, syntax)
            if table is not None:
                return table
        self._ragged_before = checked.mark_widths(block.field_counts(stretch))
        table = parsed(checked.good_text(), int(checked.good().sum()), self._width, syntax)
        return checked.table() if table is None else table


def _breaks(text: bytes) -> int:
    """How many characters of a text break a line."""
    # `bytes.count` takes longer where there are many
    array = np.frombuffer(text, dtype=np.uint8)
    pieces = [array[start : start + PIECE] for start in range(0, len(array), PIECE)]
    marks = (_LF, _CR) if b"\r" in text else (_LF,)
    return sum(int(np.count_nonzero(piece == mark)) for piece in pieces for mark in marks)


def _first_lines(text: memoryview, most: int) -> int:
    """The size of the beginning of a text that has so many line breaks, or fewer."""
    for start in range(0, len(text), _COUNTED):
        piece = bytes(text[start : start + _COUNTED])
        breaks = _breaks(piece)
        if breaks > most:
            array = np.frombuffer(piece, dtype=np.uint8)
            return start + int(np.flatnonzero((array == _LF) | (array == _CR))[most])
        most -= breaks
    return len(text)


def _closes(text: Openable, offset: int, syntax: Syntax) -> bool:
    """Whether the quoted field around `offset` closes before the end of the file."""
    quote = syntax.quote.encode("ascii")
    inside = inside_quotes(syntax)
    run = b""
    with text.open("rb") as file:
        file.seek(offset)
        while block := file.read(_AHEAD_BYTES):
            read = run + block
            if not syntax.escape and quote not in read:
                continue  # far faster than the pattern
            match = inside.match(read)
            run = read[match.end() if match else 0 :]
            if len(run) > 1:
                return True
    return run == quote


def _end_above(layout: Layout) -> bytes | None:
    """The line end before the data records, if there is one."""
    with layout.text.open("rb") as file:
        file.seek(max(layout.data_offset - 2, layout.text_offset))
        above = file.read(layout.data_offset - file.tell())
    return next((end for end in (b"\r\n", b"\n", b"\r") if above.endswith(end)), None)


def _marks_above(layout: Layout) -> int:
    """How many undecodable bytes are above the data records."""
    with layout.text.open("rb") as file:
        file.seek(layout.text_offset)
        above = file.read(layout.data_offset - layout.text_offset)
    return len(Block(above, layout.syntax, final=True).marks(len(above)))


def _hollow_bytes(syntax: Syntax) -> Bools:
    """Which bytes can be in a blank record: all that are not surely part of a value."""
    hollow = np.ones(256, dtype=np.bool_)
    for byte in range(128):
        character = chr(byte)
        written = character in (syntax.delimiter, syntax.quote)
        hollow[byte] = written or is_blank_cell(character)
    return hollow
