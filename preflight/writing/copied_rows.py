"""The second pass over a text that is copied: what no fix touches stays as it is written.

Where the results have the columns of the input, in its order, and the same dialect, a clean row is
its own bytes. So only those rows are parsed that go into other files, or are to be written anew;
of the others the cells that fixes change are replaced in the text.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from preflight.config.plan import Plan
from preflight.core import csv_writer
from preflight.core.text_edits import Edits, edited, same, together
from preflight.core.types import Bools, Ints, Layout, Syntax
from preflight.linting.analysis import Analysis
from preflight.linting.apply_fixes import FixedChunk, fixed_chunk
from preflight.linting.fixer import ColumnFixes
from preflight.linting.kept_chunks import AgainChunk, KeptChunk
from preflight.linting.repair_records import RecordRepairs
from preflight.linting.row_rules import without_rows
from preflight.linting.row_states import CLEAN, RowStates
from preflight.reading.written_records import WrittenRecords
from preflight.writing.clean_rows import CleanRows, rendered_rows

_LF = ord("\n")
_TYPE = pa.large_binary()


def can_copy(analysis: Analysis) -> bool:
    """Whether the rows of a file can be copied from its text into the results."""
    layout = analysis.layout
    plain = layout.syntax == Syntax()
    positions = [column.sources for column in analysis.output_columns]
    width = len(layout.header)
    # A row of a single blank cell has to be quoted, and would be an empty line here.
    same_columns = width > 1 and positions == [(at,) for at in range(width)]
    return plain and same_columns and layout.source.sheet is None


@dataclass(frozen=True)
class TextPass:
    """The second pass over the ranges of a text.

    Attributes:
        analysis: the result of the first pass.
    """

    analysis: Analysis

    @property
    def _layout(self) -> Layout:
        return self.analysis.layout

    @property
    def _plan(self) -> Plan:
        return self.analysis.plan

    @functools.cached_property
    def _repairs(self) -> RecordRepairs:
        return RecordRepairs(self._plan, self._layout)

    def fixed(
        self, written: WrittenRecords, kept: KeptChunk, after: RowStates
    ) -> tuple[FixedChunk, CleanRows]:
        """What a range adds to the results.

        Args:
            written: its records.
            kept: what was found in them.
            after: the state of each row of the file.

        Returns:
            The range as a chunk, in which the clean rows that are copied are missing; and all of
            its clean rows.

        Raises:
            SourceError: the file was changed in the meantime.
        """
        first = int(written.rows[0])
        clean = after[written.rows - 1] == CLEAN
        copied = clean & written.regular
        again = self._again(written, kept, written.good & ~copied)
        fixed = fixed_chunk(self.analysis, again, written.lines[kept.rows - first], after)
        anew = rendered_rows(fixed.chunk, fixed.keep, self.analysis.output_columns)
        if not np.array_equal(anew.rows, written.rows[clean & ~copied]):
            raise self.analysis.kept.changed()
        return fixed, self._clean(written, kept, clean, copied, anew)

    def _again(self, written: WrittenRecords, kept: KeptChunk, parsed: Bools) -> AgainChunk:
        """The range as a chunk that holds only those of its good records that are to be parsed."""
        read = written.chunk(parsed)
        repaired = self._repairs.repair(read)
        first, last = int(written.rows[0]), int(written.rows[-1])
        in_table = written.good.copy()
        in_table[repaired.repairs["row"].to_numpy(dtype=np.int64) - first] = True
        removed = kept.removed - first
        if len(removed) and not 0 <= int(removed.max()) < written.count:
            raise self.analysis.kept.changed()
        in_table[removed] = False
        if not np.array_equal(written.rows[in_table], kept.rows):
            raise self.analysis.kept.changed()
        chunk = without_rows(repaired.chunk, kept.removed)
        return AgainChunk(read, repaired.chunk, chunk, repaired.repairs, kept, first, last)

    def _clean(
        self,
        written: WrittenRecords,
        kept: KeptChunk,
        clean: Bools,
        copied: Bools,
        anew: CleanRows,
    ) -> CleanRows:
        """All clean rows of a range: copied, with the cells that fixes change, or written anew."""
        stretch = written.stretch
        sizes = np.where(copied, stretch.stops - stretch.starts + 1, 0)
        width = len(self._layout.header)
        cells = [_cell_edits(written, fixes, kept.rows, copied, width) for fixes in kept.fixes]
        quotes = _quote_edits(written, copied, [edits for _, edits in cells])
        for records, edits in (*cells, quotes):
            np.add.at(sizes, records, edits.growth)
        sizes[clean & ~copied] = anew.sizes
        edits = together(
            [
                *(edits for _, edits in cells),
                quotes[1],
                _line_ends(written, copied),
                *_record_edits(written, clean, copied, anew),
            ]
        )
        body = edited(written.block.text, stretch.consumed, edits)
        return CleanRows(body, sizes[clean], written.rows[clean], written.lines[clean])


def _cell_edits(
    written: WrittenRecords, fixes: ColumnFixes, rows: Ints, copied: Bools, width: int
) -> tuple[Ints, Edits]:
    """The cells of a column that fixes change in copied records: the record of each, and how."""
    records = rows[fixes.where] - int(written.rows[0])
    here = copied[records]
    records = records[here]
    starts, stops = written.cells(records, fixes.column.position, width)
    values = csv_writer.cells(fixes.values).cast(_TYPE)
    return records, Edits(starts, stops, values.take(pa.array(fixes.which[here])))


def _quote_edits(written: WrittenRecords, copied: Bools, cells: list[Edits]) -> tuple[Ints, Edits]:
    """The quotes of copied records that their cells can do without; not those of changed cells."""
    at = written.needless_quotes()
    records = np.searchsorted(written.stretch.starts, at, side="right") - 1
    left = copied[records]
    if len(at) and cells:
        ends = [place for edits in cells for place in (edits.starts, edits.stops - 1)]
        left &= ~np.isin(at, np.concatenate(ends))
    at = at[left]
    return records[left], same(at, at + 1, b"")


def _line_ends(written: WrittenRecords, copied: Bools) -> Edits:
    """The line ends of copied records that are no LF, or missing at the end of the file."""
    stops, ends = written.stretch.stops, written.stretch.ends
    array = written.block.array
    other = ends - stops != 1
    single = np.flatnonzero(~other)
    other[single] = array[stops[single]] != _LF
    other &= copied
    return same(stops[other], ends[other], b"\n")


def _record_edits(
    written: WrittenRecords, clean: Bools, copied: Bools, anew: CleanRows
) -> Iterator[Edits]:
    """The records that are left out, and those that are written anew."""
    starts, ends = written.stretch.starts, written.stretch.ends
    edges = np.flatnonzero(np.diff(~clean, prepend=False, append=False)).reshape(-1, 2)
    yield same(starts[edges[:, 0]], ends[edges[:, 1] - 1], b"")
    other = clean & ~copied
    if other.any():
        yield Edits(starts[other], ends[other], anew.texts())
