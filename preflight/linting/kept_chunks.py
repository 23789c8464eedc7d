"""The results of the first pass for each chunk, kept for all later stages.

Each cell is linted and fixed once. The second pass, the reports and failures.csv use the kept
results, and read the file again only for cells without a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.column_mapping import with_joined
from preflight.config.plan import Plan
from preflight.core.errors import SourceError
from preflight.core.findings import Findings, Numbers
from preflight.core.spool import Spool, packed, unpacked
from preflight.core.types import Bools, Chunk, Column, Ints, Layout
from preflight.linting.chunk_analysis import ChunkAnalysis
from preflight.linting.fixer import ColumnFixes
from preflight.linting.found_cells import CellStore, FoundCells, PackedCells, packed_cells
from preflight.linting.repair_records import RecordRepairs, unrepaired
from preflight.linting.row_rules import without_rows

T = TypeVar("T")


@runtime_checkable
class PartlyRead(Protocol):
    """The chunks of a file, of which some rows can be read alone."""

    def only(self, wanted: Bools) -> Iterator[Chunk]:
        """The chunks, whose tables may lack the rows that are not wanted."""
        ...


@dataclass(frozen=True)
class KeptChunk:
    """The results of a chunk.

    Attributes:
        rows: of its table, without the removed ones; repaired records are among them.
        removed: the rows that a rule about rows drops or finds to be no contacts.
        fixes: the cells that fixing changes, by column.
        findings: after fixing, see `ChunkAnalysis.findings_after`.
    """

    rows: Ints
    removed: Ints
    fixes: tuple[ColumnFixes, ...]
    findings: Findings


@dataclass(frozen=True)
class AgainChunk:
    """A chunk that is read again, with its results.

    Attributes:
        read: as read.
        aligned: as read, with repaired records in its table.
        chunk: `aligned` without the removed rows.
        repairs: the repaired records, a frame of `types.LOCATED_CHANGE_COLUMNS`.
        kept: its results.
        first, last: its first and last row, malformed records included.
    """

    read: Chunk
    aligned: Chunk
    chunk: Chunk
    repairs: pd.DataFrame
    kept: KeptChunk
    first: int
    last: int


@dataclass(frozen=True)
class PackedResults:
    """What is kept of a chunk, as it stands in a `Spool`.

    Attributes:
        chunk: its `KeptChunk`.
        cells: those that its findings are about.
    """

    chunk: bytes
    cells: tuple[PackedCells, ...]


def packed_results(chunk: ChunkAnalysis, columns: Sequence[Column]) -> PackedResults:
    """What is kept of an analyzed chunk of a file with these columns."""
    result = chunk.row_rules
    kept = KeptChunk(chunk.chunk.rows, result.removed, chunk.fixes, chunk.findings_after)
    found = chunk.findings
    # Findings about a removed row are about cells, too.
    whole = with_joined(result.aligned, columns) if len(kept.removed) else chunk.joined
    cells = map(packed_cells, found_cells(whole, kept, found.rows, found.columns))
    return PackedResults(packed(kept), tuple(cells))


def with_rows(results: PackedResults, rows: Ints) -> PackedResults:
    """What is kept of a chunk of which only some rows were analyzed, and no fix changes any.

    Args:
        results: of these rows.
        rows: all of the chunk, see `KeptChunk`.
    """
    kept: KeptChunk = unpacked(results.chunk)
    return replace(results, chunk=packed(replace(kept, rows=rows)))


class KeptChunks:
    """What was found in the chunks of a file.

    Args:
        layout: of the file.
        plan: that is followed.
        folder: a private folder, for results that do not fit into memory.

    Attributes:
        cells: those that findings are about.
    """

    def __init__(self, layout: Layout, plan: Plan, folder: Path | None = None) -> None:
        self._layout, self._plan = layout, plan
        self._chunks = Spool[KeptChunk](folder)
        self.cells = CellStore(folder)

    def __reduce__(self) -> tuple[type[KeptChunks], tuple[Layout, Plan]]:
        """Another process gets nothing that was kept: it is in a file without a name."""
        return KeptChunks, (self._layout, self._plan)

    def add(self, results: PackedResults) -> None:
        """Keeps what was found in a chunk."""
        self._chunks.add_packed(results.chunk)
        for cells in results.cells:
            self.cells.add(cells)

    def add_cells(self, again: AgainChunk, rows: Ints, columns: Numbers) -> None:
        """Keeps further cells of a chunk.

        Args:
            again: the chunk.
            rows: of the cells; those of other chunks are passed over.
            columns: the column of each, from 1.
        """
        whole = with_joined(again.aligned, self._plan.columns)
        for cells in found_cells(whole, again.kept, rows, columns):
            self.cells.add(packed_cells(cells))

    def again(self, chunks: Iterable[Chunk], wanted: Bools | None = None) -> Iterator[AgainChunk]:
        """The chunks of the file, read again, each with what was found in it.

        Args:
            chunks: all of the file's.
            wanted: for each row of the file whether it is wanted, so that other rows need not be in
                the tables; None for all.

        Raises:
            SourceError: they are not the same, because somebody changed the file meanwhile.
        """
        if wanted is not None and isinstance(chunks, PartlyRead):
            chunks = chunks.only(wanted)
        repairs = RecordRepairs(self._plan, self._layout)
        last = 0
        for read, kept in self.beside(chunks):
            malformed = read.malformed["row"].to_numpy(dtype=np.int64)
            sought = len(_those(malformed, wanted))
            repaired = repairs.repair(read) if sought else unrepaired(read)
            aligned = repaired.chunk
            chunk = without_rows(aligned, kept.removed)
            if not np.array_equal(_those(chunk.rows, wanted), _those(kept.rows, wanted)):
                raise self.changed()
            first, last = last + 1, last + read.count
            yield AgainChunk(read, aligned, chunk, repaired.repairs, kept, first, last)

    def beside(self, pieces: Iterable[T]) -> Iterator[tuple[T, KeptChunk]]:
        """The pieces of the file that were its chunks, each with what was found in it.

        Raises:
            SourceError: there are more or fewer, because somebody changed the file meanwhile.
        """
        kept_chunks = iter(self._chunks)
        for piece in pieces:
            kept = next(kept_chunks, None)
            if kept is None:
                raise self.changed()
            yield piece, kept
        if next(kept_chunks, None) is not None:
            raise self.changed()

    def changed(self) -> SourceError:
        """The error if the file is another one when it is read again."""
        return SourceError(f"{self._layout.source.name} changed while it was read")


def _those(rows: Ints, wanted: Bools | None) -> Ints:
    """The rows that are wanted, and those that no file of this length has."""
    if wanted is None:
        return rows
    inside = rows <= len(wanted)
    those: Ints = rows[~inside | wanted[np.where(inside, rows, 1) - 1]]
    return those


def found_cells(
    chunk: Chunk, kept: KeptChunk, rows: Ints, columns: Numbers
) -> Iterator[FoundCells]:
    """The cells of a chunk at some places, a piece a column.

    Args:
        chunk: as read, with its joined columns; removed rows may be in its table.
        kept: its results.
        rows: of its table, or of malformed records, which have no cells.
        columns: the column of each, from 1; 0 for none.
    """
    at = np.searchsorted(chunk.rows, rows)
    inside = (columns > 0) & (at < len(chunk.rows))
    inside[inside] = chunk.rows[at[inside]] == rows[inside]
    if not inside.any():
        return
    at, columns = at[inside], columns[inside]
    fixes = {column_fixes.column.position + 1: column_fixes for column_fixes in kept.fixes}
    for column in np.unique(columns).tolist():
        wanted = np.zeros(len(chunk.rows), dtype=bool)
        wanted[at[columns == column]] = True
        here = np.flatnonzero(wanted)
        old = chunk.table[str(column - 1)].take(pa.array(here)).combine_chunks()
        new = _fixed(chunk.rows[here], kept, fixes.get(column))
        yield FoundCells(column, chunk.rows[here], old, new)


def _fixed(rows: Ints, kept: KeptChunk, fixes: ColumnFixes | None) -> pa.Array:
    """What fixing makes of the cells of some rows in a column; null where it changes nothing."""
    if fixes is None or not len(fixes.where):
        return pa.nulls(len(rows), pa.string())
    changed = kept.rows[fixes.where]
    at = np.minimum(np.searchsorted(changed, rows), len(changed) - 1)
    which = pa.array(fixes.which[at], mask=changed[at] != rows)
    return fixes.values.take(which).cast(pa.string())
