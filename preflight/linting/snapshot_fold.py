"""The fold that takes a snapshot of a file in the first pass.

Everything is counted in the cells that the pass has in hand, and by row numbers alone, so that a
snapshot does not depend on how the file is cut into chunks. What is kept does not grow with the
rows: counts of formats, a histogram of lengths, and of the domains so many as count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.compute as pc

from preflight.config.plan import Plan
from preflight.core.types import Column, Ints, Layout
from preflight.linting.cell_forms import FORMS, CellForms, Forms
from preflight.linting.chunk_analysis import ChunkAnalysis
from preflight.linting.domain_counts import DomainCounts
from preflight.linting.row_hashes import normal_keys
from preflight.rule import FileView
from preflight.snapshots.picture import FILLED, VALID, Picture, Trace
from preflight.snapshots.row_blocks import RowBlocks
from preflight.snapshots.snapshot import (
    ColumnSnapshot,
    Conditions,
    Lengths,
    Snapshot,
    Tool,
    Writing,
    mixed,
)

_LONGEST = 1023
"""Longer cells count as so long."""
_NEWLINES = ("LF", "CRLF", "CR")


@dataclass(frozen=True)
class SeenCells:
    """The cells of a column in a chunk.

    Attributes:
        lengths: int16, of each cell, at most `_LONGEST`.
        forms: of the filled cells; None if they are not linted.
    """

    lengths: npt.NDArray[np.int16]
    forms: CellForms | None


@dataclass(frozen=True)
class Seen:
    """What a chunk adds to a snapshot.

    Attributes:
        rows, lines: of the chunk.
        cells: of each column, in the order of `_columns`.
        ascii: whether no cell has another character.
        keys: a hash of each match key.
    """

    rows: Ints
    lines: Ints
    cells: tuple[SeenCells, ...]
    ascii: bool
    keys: np.ndarray


def seen_in(chunk: ChunkAnalysis, plan: Plan) -> Seen:
    """What a chunk adds to a snapshot."""
    joined = chunk.joined
    suspects = {each.column.position: each for each in chunk.linted.columns}
    cells, ascii_only = [], True
    for column in _columns(plan):
        values = joined.table[str(column.position)]
        ascii_only = ascii_only and pc.all(pc.string_is_ascii(values)).as_py() is not False
        lengths = np.minimum(np.asarray(pc.utf8_length(values).to_numpy()), _LONGEST)
        filled, forms = np.flatnonzero(lengths), _forms(column, plan)
        judged = forms is not None and len(filled)
        found = forms(values, filled, suspects.get(column.position)) if forms and judged else None
        cells.append(SeenCells(lengths.astype(np.int16), found))
    keys = np.empty(0, dtype=np.uint64)
    if plan.key is not None:
        of_column = {column.suspects.column.position: column for column in chunk.columns}
        normal = normal_keys(joined, plan.key.position, of_column.get(plan.key.position))
        keys = pd.util.hash_array(normal[normal != ""], categorize=False)
    return Seen(joined.rows, joined.lines, tuple(cells), ascii_only, keys)


def _columns(plan: Plan) -> list[Column]:
    """The columns of a snapshot."""
    return [column for column in plan.columns if not column.pieces and column.kind != "helper"]


def _forms(column: Column, plan: Plan) -> Forms | None:
    """What reads the forms of a column's cells, if they are linted."""
    return FORMS.get(column.kind) if column.position in plan.linted else None


class SnapshotFold:
    """Collects the snapshot of a file.

    Args:
        layout: of the file.
        plan: with its columns.
    """

    def __init__(self, layout: Layout, plan: Plan) -> None:
        self._layout, self._plan = layout, plan
        self._keys: list[np.ndarray] = []
        self._ascii = all(name.isascii() for name in layout.header)
        self._columns = [
            _ColumnFold(column, judged=_forms(column, plan) is not None)
            for column in _columns(plan)
        ]

    def add(self, seen: Seen) -> None:
        """Adds a chunk."""
        self._ascii = self._ascii and seen.ascii
        self._keys.append(seen.keys)
        for column, cells in zip(self._columns, seen.cells, strict=True):
            column.add(seen.rows, seen.lines, cells)

    def _repeated(self) -> int | None:
        """How many rows have a match key that an earlier row has; None without such a column."""
        if self._plan.key is None:
            return None
        keys = np.concatenate([*self._keys, np.empty(0, dtype=np.uint64)])
        return len(keys) - len(np.unique(keys))

    def picture(self, view: FileView) -> Picture:
        """The snapshot of the file, after all chunks were added."""
        plan, layout = self._plan, self._layout
        newlines = dict(zip(_NEWLINES, view.newlines, strict=True))
        unknown = self._ascii and not layout.bom and layout.source.sheet is None
        hidden = view.header_is_data
        snapshot = Snapshot(
            tool=_tool(),
            settings=_conditions(plan),
            file=Writing(
                encoding="ascii" if unknown else layout.encoding,
                byte_order_mark=layout.bom,
                delimiter=layout.delimiter,
                quote=layout.quote,
                newline=max(newlines, key=lambda name: newlines[name]),
                header_line=layout.header_line,
                workbook=layout.source.sheet is not None,
            ),
            rows=view.rows,
            table=view.well_formed,
            repeated=self._repeated(),
            columns=[column.snapshot(view, named=not hidden) for column in self._columns],
        )
        traces = {
            (column.position + 1, name): trace
            for column in self._columns
            for name, trace in column.traces()
        }
        blocks = {
            (column.position + 1, what): counted
            for column in self._columns
            for what, counted in column.blocks.items()
        }
        return Picture(snapshot, traces, blocks)


def _tool() -> Tool:
    return Tool(name="preflight", version=version("contact-preflight"))


def _conditions(plan: Plan) -> Conditions:
    zone = None if plan.timezone is None else str(plan.timezone)
    return Conditions(profile=plan.profile.name, region=plan.region, timezone=zone)


def conditions_differ(snapshot: Snapshot, plan: Plan) -> list[str]:
    """Why rates of a snapshot and of a file may differ although the source has not changed."""
    notes = []
    if snapshot.tool != _tool():
        notes.append(
            f"the snapshot was taken by {snapshot.tool.name} {snapshot.tool.version}, which may"
            " count otherwise: take it again with `preflight snapshot`"
        )
    own = _conditions(plan)
    options = {"profile": "--for", "region": "--region", "timezone": "--timezone"}
    for name, option in options.items():
        then, now = getattr(snapshot.settings, name), getattr(own, name)
        if then != now:
            notes.append(
                f"the snapshot was taken with {_given(option, then)}, this check is made with"
                f" {_given(option, now)}: rates may differ for that"
            )
    return notes


def _given(option: str, value: str | None) -> str:
    return f"no {option}" if value is None else f"{option} `{value}`"


class _Tally:
    """How often each form occurs in a column, and where."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.traces: dict[str, Trace] = {}

    def add(self, names: tuple[str, ...], which: Ints, rows: Ints, lines: Ints) -> None:
        """Adds cells in the order of their rows.

        Args:
            names: of the forms.
            which: the form of each cell.
            rows, lines: of each cell.
        """
        counts = np.bincount(which, minlength=len(names))
        for number in np.flatnonzero(counts).tolist():
            name = names[number]
            cells = np.flatnonzero(which == number)
            first, last = cells[0], int(rows[cells[-1]])
            known = self.traces.get(name)
            self.counts[name] = self.counts.get(name, 0) + int(counts[number])
            self.traces[name] = (
                Trace(int(rows[first]), int(lines[first]), last)
                if known is None
                else Trace(known.row, known.line, last)
            )

    def ranked(self) -> dict[str, int]:
        """The counts, the most frequent first."""
        return dict(sorted(self.counts.items(), key=lambda entry: (-entry[1], entry[0])))


class _ColumnFold:
    """Collects the snapshot of one column.

    Args:
        column: the column.
        judged: whether its cells are linted.

    Attributes:
        blocks: where cells are FILLED, and where filled ones are VALID.
    """

    def __init__(self, column: Column, *, judged: bool) -> None:
        self._column, self._judged = column, judged
        self._filled = self._valid = 0
        self.blocks = {FILLED: RowBlocks(), VALID: RowBlocks()}
        self._lengths = np.zeros(_LONGEST + 1, dtype=np.int64)
        self._formats, self._orders = _Tally(), _Tally()
        self._domains = DomainCounts()
        self._countries: dict[str, int] = {}

    @property
    def position(self) -> int:
        """Of the column, from 0."""
        return self._column.position

    def add(self, rows: Ints, lines: Ints, seen: SeenCells) -> None:
        """Adds the cells of a chunk, and their rows and lines."""
        self._lengths += np.bincount(seen.lengths, minlength=_LONGEST + 1)
        filled = np.flatnonzero(seen.lengths)
        self._filled += len(filled)
        self.blocks[FILLED].add(rows, seen.lengths > 0)
        cells = seen.forms
        if cells is None:
            return
        valid = np.flatnonzero(cells.valid)
        self._valid += len(valid)
        rows, lines = rows[filled], lines[filled]
        self.blocks[VALID].add(rows, cells.valid)
        self._formats.add(cells.formats, cells.format[valid], rows[valid], lines[valid])
        dated = np.flatnonzero(cells.order >= 0)
        self._orders.add(cells.orders, cells.order[dated], rows[dated], lines[dated])
        if cells.addresses is not None:
            self._domains.add(rows[valid], cells.addresses)
        for country, count in cells.countries.items():
            self._countries[country] = self._countries.get(country, 0) + count

    def traces(self) -> Iterable[tuple[str, Trace]]:
        """Where each form stands."""
        yield from self._formats.traces.items()
        yield from self._orders.traces.items()

    def snapshot(self, view: FileView, *, named: bool) -> ColumnSnapshot:
        """What is known of the column."""
        column, judged = self._column, self._judged
        looks = view.looks[column.position].counts if column.position < len(view.looks) else {}
        email = judged and column.kind == "email"
        country = judged and column.kind in ("phone", "country")
        return ColumnSnapshot(
            position=column.position + 1,
            name=column.name if named and not view.is_value(column.name) else None,
            field=column.field,
            kind=column.kind,
            filled=self._filled,
            valid=self._valid if judged else None,
            formats=self._formats.ranked(),
            looks=_ranked(looks),
            orders=self._orders.ranked(),
            domains=self._domains.mix(self._valid) if email else None,
            countries=mixed(self._countries) if country else None,
            lengths=_quantiles(self._lengths),
        )


def _ranked(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))


def _quantiles(lengths: Ints) -> Lengths | None:
    """The quantiles of a histogram without its blank cells."""
    below = np.cumsum(lengths) - lengths[0]
    if not below[-1]:
        return None
    p5, p25, median, p75, p95 = (
        int(np.searchsorted(below, max(1, -(-below[-1] * percent // 100))))
        for percent in (5, 25, 50, 75, 95)
    )
    return Lengths(p5=p5, p25=p25, median=median, p75=p75, p95=p95)
