"""Layout to chunks: every cell as text, nothing inferred, in constant memory.

Two readers give the same records. The fast one finds record boundaries in blocks with array
operations, and parses each block with one call of pyarrow. The careful one reads record by record;
it reads only the records whose quoting the fast one cannot handle.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pyarrow import csv as pa_csv

from preflight.core.invisible import BLANK
from preflight.core.types import Bools, Chunk, Flaw, Ints, Layout, Syntax
from preflight.reading.block_scanner import Block, Stretch
from preflight.reading.records import Record, RecordReader, inside_quotes
from preflight.reading.workbook import with_line_breaks

_GOOD = -1
_FLAWS = list(Flaw)
_UNDECODABLE, _BLANK = _FLAWS.index(Flaw.UNDECODABLE), _FLAWS.index(Flaw.BLANK)
_SHORT, _LONG = _FLAWS.index(Flaw.SHORT), _FLAWS.index(Flaw.LONG)
_STRAY, _MISQUOTED = _FLAWS.index(Flaw.STRAY), _FLAWS.index(Flaw.MISQUOTED)
_NARROWINGS = 64
_ENDS = (b"\n", b"\r\n", b"\r")
_CR = 0x0D
_AHEAD_BYTES = 1 << 20
_BOM = b"\xef\xbb\xbf"
# A row of such cells would be blank after fixing, so it counts as blank from the start.
_BLANK_CELL = re.compile(BLANK)
_MARK = re.compile("[\udc00-\udcff]")


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
    chunks = _Reader(layout, careful=careful).chunks(chunk_bytes)
    yield from chunks if layout.source.sheet is None else map(with_line_breaks, chunks)


class _Reader:
    def __init__(self, layout: Layout, *, careful: bool) -> None:
        self._layout = layout
        self._careful = careful
        self._offset = layout.data_offset  # in the text, of the block at hand
        self._row = 1
        self._line = layout.data_line
        self._bad_before = _marks_above(layout) if len(layout.bad_offsets) else 0
        self._ragged_before = False
        self._width = len(layout.header)
        self._records = RecordReader(
            layout.syntax,
            self._width,
            lambda at: _closes(layout.text, self._offset + at + 1, layout.syntax),
        )
        self._hollow = _hollow_bytes(layout.syntax)
        self._header_end = _end_above(layout)

    def chunks(self, chunk_bytes: int) -> Generator[Chunk]:
        with self._layout.text.open("rb") as file:
            file.seek(self._offset)
            rest = b""
            final = False
            while not final:
                # more each time, so that a huge record is not scanned again and again
                more = file.read(max(chunk_bytes, len(rest)))
                final = not more
                text = rest + more
                block = Block(text, self._layout.syntax, final=final)
                stretch = block.stretch(self._records, careful=self._careful)
                if len(stretch.starts):
                    yield self._chunk(block, stretch)
                rest = text[stretch.consumed :]
                self._offset += stretch.consumed

    def _chunk(self, block: Block, stretch: Stretch) -> Chunk:
        count = len(stretch.starts)
        checked = _CheckedRecords(block.text, stretch, self._records, self._layout)
        if len(self._layout.bad_offsets):
            self._bad_before = checked.mark_undecodable(
                block.marks(stretch.consumed), self._layout.bad_offsets, self._bad_before
            )
        if not self._careful:
            checked.read_blank(block, self._hollow)
        checked.mark_read()
        table = self._table(block, stretch, checked)
        rows = np.arange(self._row, self._row + count, dtype=np.int64)
        lines = self._line + stretch.line
        self._row += count
        self._line += int(stretch.line[-1] + stretch.span[-1])
        good = checked.good()
        malformed, noted = checked.malformed(rows, lines), checked.noted(rows, lines)
        return Chunk(
            table, rows[good], lines[good], malformed, noted, self._newlines(block, stretch)
        )

    def _newlines(self, block: Block, stretch: Stretch) -> tuple[int, int, int]:
        """The line ends of the records; the last record of a file may have none."""
        lengths = stretch.ends - stretch.stops
        counts = [int(np.count_nonzero(lengths)), 0, 0]
        if b"\r" in block.text:
            counts[1] = int(np.count_nonzero(lengths == 2))
            counts[2] = int(np.count_nonzero(block.array[stretch.stops[lengths == 1]] == _CR))
            counts[0] -= counts[1] + counts[2]
        if self._header_end is not None:
            counts[_ENDS.index(self._header_end)] += 1
            self._header_end = None
        return counts[0], counts[1], counts[2]

    def _table(self, block: Block, stretch: Stretch, checked: _CheckedRecords) -> pa.Table:
        if self._careful:
            return checked.table()
        syntax = self._layout.syntax
        if not self._ragged_before:
            table = _parse(checked.good_text(), int(checked.good().sum()), self._width, syntax)
            if table is not None:
                return table
        self._ragged_before = checked.mark_widths(block.field_counts(stretch))
        table = _parse(checked.good_text(), int(checked.good().sum()), self._width, syntax)
        return checked.table() if table is None else table


class _CheckedRecords:
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

    def mark_undecodable(self, marks: Ints, bad_offsets: Ints, before: int) -> int:
        """Marks records with an undecodable byte; the first byte is number `before` of the file.

        Returns the number of undecodable bytes up to the end of the block.
        """
        owner = np.searchsorted(self._stretch.starts, marks, side="right") - 1
        hit, first = np.unique(owner, return_index=True)
        self._offsets[hit] = bad_offsets[before + first]
        for index in hit.tolist():
            self._read_again(index)
            if self._flaws[index] == _GOOD:
                self._flaws[index] = _UNDECODABLE
        return before + len(marks)

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
                if all(_BLANK_CELL.fullmatch(field.decode()) for field in record.fields):
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

    def table(self) -> pa.Table:
        """The good records, each read on its own."""
        rows = [
            [field.decode() for field in (self._read.get(index) or self._read_again(index)).fields]
            for index in np.flatnonzero(self.good()).tolist()
        ]
        columns = list(zip(*rows, strict=True)) if rows else [()] * self._width
        return pa.table({str(i): pa.array(c, pa.string()) for i, c in enumerate(columns)})

    def good_text(self) -> memoryview:
        """CSV text of the good records: as written, but with regular quoting."""
        good = self.good()
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


def _parse(text: memoryview, rows: int, width: int, syntax: Syntax) -> pa.Table | None:
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


def _closes(path: Path, offset: int, syntax: Syntax) -> bool:
    """Whether the quoted field around `offset` closes before the end of the file."""
    quote = syntax.quote.encode("ascii")
    inside = inside_quotes(syntax)
    run = b""
    with path.open("rb") as file:
        file.seek(offset)
        while block := file.read(_AHEAD_BYTES):
            text = run + block
            if not syntax.escape and quote not in text:
                continue  # far faster than the pattern
            match = inside.match(text)
            run = text[match.end() if match else 0 :]
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
        hollow[byte] = written or bool(_BLANK_CELL.fullmatch(character))
    return hollow


def _escaped(mark: re.Match[str]) -> str:
    return f"\\x{ord(mark[0]) - 0xDC00:02x}"
