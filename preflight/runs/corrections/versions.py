"""The rows that earlier runs of a family sent, each as read and as sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.column_mapping import own
from preflight.core.row_id import RowIds
from preflight.core.types import Chunk, Column, Ints, Layout
from preflight.reading.raw_records import cut_to_width
from preflight.runs.corrections.read import labels

_EMPTY = pa.array([], pa.string())


@dataclass(frozen=True)
class Version:
    """The rows of one run's source.

    Attributes:
        run: the ID of the run.
        labels: of the columns, see `read.labels`.
        rows: int64, the number of each row in the source.
        names: row IDs, object.
        read: the cells as read, a string array for each label.
        sent: the cells after fixing, likewise.
        key: the label and the kind of the column with the match key; None if there is none.
    """

    run: str
    labels: tuple[str, ...]
    rows: Ints
    names: np.ndarray
    read: dict[str, pa.Array]
    sent: dict[str, pa.Array]
    key: tuple[str, str] | None

    def index(self) -> pd.Index[str]:
        """The row IDs, to look rows up by."""
        made: pd.Index[str] = pd.Index(self.names.astype(object))
        return made


class Gathering:
    """Builds a `Version` chunk by chunk.

    Args:
        run: the ID of the run.
        layout: of its source.
        columns: of the source.
        key_fields: the first of these fields that the file has is the match key.
    """

    def __init__(
        self, run: str, layout: Layout, columns: Sequence[Column], key_fields: Iterable[str]
    ) -> None:
        self._run = run
        self._layout = layout
        self._positions = own(layout.header)
        self._labels = labels(layout.header)
        self._names = RowIds(layout)
        self._rows: list[Ints] = [np.empty(0, dtype=np.int64)]
        self._named: list[np.ndarray] = []
        self._read: list[list[pa.Array]] = [[] for _ in self._positions]
        self._sent: list[list[pa.Array]] = [[] for _ in self._positions]
        by_field = {
            column.field: column
            for column in reversed(columns)
            if column.field and not column.pieces
        }
        held = next((by_field[field] for field in key_fields if field in by_field), None)
        self._key = None
        if held is not None:
            self._key = (self._labels[self._positions.index(held.position)], held.kind)

    def add(self, original: Chunk, fixed: Chunk) -> None:
        """Adds the rows of a chunk.

        Args:
            original: as read.
            fixed: the same chunk after fixing; rows may be missing.
        """
        odd = original.malformed[original.malformed["raw"].str.strip() != ""]
        columns = cut_to_width(odd["raw"], self._layout.syntax, len(self._layout.header))
        rows = np.concatenate([original.rows, odd["row"].to_numpy(dtype=np.int64)])
        self._rows.append(rows)
        self._named.append(self._names.of(original, rows))
        at = np.searchsorted(fixed.rows, original.rows).clip(max=max(len(fixed.rows) - 1, 0))
        in_fixed = (
            fixed.rows[at] == original.rows
            if len(fixed.rows)
            else np.zeros(len(original.rows), bool)
        )
        for place, position in enumerate(self._positions):
            cells = original.table.column(position).combine_chunks().cast(pa.string())
            more = columns[position]
            after = cells
            if in_fixed.any():
                after_fixing = fixed.table.column(str(position)).combine_chunks().cast(pa.string())
                after = pc.if_else(pa.array(in_fixed), after_fixing.take(pa.array(at)), cells)
            self._read[place].append(pa.concat_arrays([cells, more]))
            self._sent[place].append(pa.concat_arrays([after, more]))

    def version(self) -> Version:
        """The rows that were added."""
        return Version(
            run=self._run,
            labels=tuple(self._labels),
            rows=np.concatenate(self._rows),
            names=np.concatenate([np.empty(0, dtype=object), *self._named]),
            read=_columns(self._labels, self._read),
            sent=_columns(self._labels, self._sent),
            key=self._key,
        )


def _columns(names: Sequence[str], pieces: Sequence[Sequence[pa.Array]]) -> dict[str, pa.Array]:
    joined = (pa.concat_arrays(piece) if piece else _EMPTY for piece in pieces)
    return dict(zip(names, joined, strict=True))
