"""The CSV files that are for people: rejects.csv, failures.csv, fixes.csv and others."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.core import csv_writer, files
from preflight.core.types import CHANGE_COLUMNS

HELPERS = (
    "preflight__message", "preflight__row", "preflight__line", "preflight__source",
    "preflight__class", "preflight__codes", "preflight__provider_code", "preflight__id",
    "preflight__raw",
)  # fmt: skip
"""The helper columns: what is wrong, in words, comes first, beside a person's own columns."""


class TableWriter:
    """Appends rows of strings to a CSV for people, which opens right in a spreadsheet.

    It has a byte order mark, and cells that a spreadsheet would run are escaped, in the header too;
    `csv_writer.plain` removes the escapes. Only the owner can read the file, and it appears under
    its name when the block succeeds.

    Args:
        path: of the file.
        header: the column names.
        durable: see `files.Replacement`.
    """

    def __init__(self, path: Path, header: Sequence[str], *, durable: bool = True) -> None:
        self._file = files.Replacement(path, durable=durable)
        names = csv_writer.neutral(pa.array(header, type=pa.string()))
        self._file.write(codecs.BOM_UTF8)
        self._file.write(csv_writer.line(names.to_pylist()))
        self.rows = 0

    def write(self, columns: Sequence[pa.Array | pa.ChunkedArray]) -> None:
        """Appends rows, given as a string column for each name of the header."""
        self.append(table_rows(columns))

    def append(self, rows: TableRows) -> None:
        """Appends rows."""
        for text in rows.texts:
            self._file.write(text)
        self.rows += rows.count

    def sha256(self) -> str:
        """The digest of what was written so far."""
        return self._file.sha256()

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Moves the file into its place; if the block failed, removes it."""
        if kind is None:
            self._file.keep()
        else:
            self._file.drop()


@dataclass(frozen=True)
class TableRows:
    """Rows of a CSV for people, see `TableWriter`.

    Attributes:
        texts: of the rows, piece by piece.
        count: their number.
    """

    texts: tuple[memoryview, ...]
    count: int

    @classmethod
    def together(cls, pieces: Iterable[TableRows]) -> TableRows:
        """The rows of several, in that order; they are not copied."""
        known = list(pieces)
        texts = tuple(text for piece in known for text in piece.texts)
        return cls(texts, sum(piece.count for piece in known))


def table_rows(columns: Sequence[pa.Array | pa.ChunkedArray]) -> TableRows:
    """Rows of a CSV for people, given as a string column for each name of the header."""
    if not len(columns[0]):
        return TableRows((), 0)
    cells = csv_writer.for_people(columns)
    return TableRows((csv_writer.body(csv_writer.records(cells)),), len(columns[0]))


def fixes_columns(changes: pd.DataFrame) -> list[pa.Array]:
    """The rows of fixes.csv for some changes."""
    return [_texts(changes[name]) for name in CHANGE_COLUMNS]


def _texts(column: pd.Series[Any]) -> pa.Array:
    """Numbers or texts as strings."""
    cells = pa.array(column)
    whole = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    return whole.cast(pa.string())


def helper_columns(
    helpers: Mapping[str, np.ndarray | pa.Array | str], count: int
) -> list[pa.Array]:
    """The helper columns of rejects.csv or failures.csv; a single text is used for every row."""
    return [_cells(helpers.get(name, ""), count) for name in HELPERS]


def _cells(value: np.ndarray | pa.Array | str, count: int) -> pa.Array:
    if isinstance(value, str):
        return pa.repeat(pa.scalar(value, pa.string()), count)
    if isinstance(value, pa.Array):
        return value
    if value.dtype.kind == "i":
        return pa.array(value).cast(pa.string())
    return pa.array([str(cell) for cell in value], type=pa.string())
