"""DataFrames as files, and files as DataFrames of texts."""

from __future__ import annotations

import csv
import datetime
import decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as pa_csv

from preflight.core import csv_writer
from preflight.core.errors import SourceError

_NUMBERS = (int, float, decimal.Decimal, np.number, np.bool_)
_TIMES = (datetime.date, datetime.time)


def as_csv(frame: pd.DataFrame, *, for_people: bool = False) -> bytes:
    """The bytes of a CSV with the cells of a frame: UTF-8, commas, and a header.

    Numbers are written as they are held: 4915123456 in a column of floats is `4915123456.0`, which
    a rule then reports. Missing values are blank cells; times are written as ISO 8601 has them.

    Args:
        frame: any.
        for_people: whether the file is to be read as one that a person had open in a spreadsheet.

    Raises:
        SourceError: a column is not named by a text, or a cell is no text, number or time.
    """
    for position, name in enumerate(frame.columns, start=1):
        if not isinstance(name, str):
            raise SourceError(
                f"column {position} of the DataFrame is named by a value of type "
                f"{type(name).__name__}, not by a text; "
                "`frame.columns = frame.columns.map(str)` makes texts of all names"
            )
    if not len(frame.columns):
        return b""
    columns = [_cells(frame.iloc[:, at], name) for at, name in enumerate(frame.columns)]
    if for_people:
        columns = csv_writer.for_people([column.cast(pa.string()) for column in columns])
    header = csv_writer.line(list(frame.columns))
    return header + bytes(csv_writer.body(csv_writer.records(columns)))


def _cells(column: pd.Series[Any], name: str) -> pa.Array:
    """The cells of a column as texts.

    Raises:
        SourceError: a cell is no text, number or time.
    """
    cells = column.astype(object).where(column.notna(), "").to_numpy()
    if pd.api.types.infer_dtype(cells, skipna=False) != "string":
        texts = [_text(cell) for cell in cells]
        for at, text in enumerate(texts):
            if text is None:
                raise SourceError(
                    f"{_place(column, name, at)} holds a value of type {type(cells[at]).__name__}; "
                    "make a text, a number or a time of it first"
                )
        cells = np.array(texts, dtype=object)
    try:
        return pa.array(cells, type=pa.large_string())
    except UnicodeEncodeError:
        at = next(at for at, cell in enumerate(cells) if not _can_be_written(cell))
        raise SourceError(
            f"{_place(column, name, at)} holds half of a surrogate pair, which no file can hold; "
            "read the text again with its right encoding"
        ) from None


def _text(cell: object) -> str | None:
    """The text of a cell; None if it is no text, number or time."""
    if isinstance(cell, str):
        return str(cell)
    if isinstance(cell, _TIMES):
        return cell.isoformat()
    return str(cell) if isinstance(cell, _NUMBERS) else None


def _can_be_written(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True


def _place(column: pd.Series[Any], name: str, at: int) -> str:
    """Where a cell stands; a label that is no number may be a value of a contact."""
    label = column.index[at]
    known = f" (label {label})" if isinstance(label, (int, np.integer)) else ""
    return f"row {at + 1}{known} of column `{name}`"


def texts(kind: pa.DataType) -> pd.StringDtype | None:
    """The pandas type of a column of Arrow strings."""
    return pd.StringDtype(na_value=float("nan")) if pa.types.is_string(kind) else None


def table_of(path: Path) -> pd.DataFrame:
    """A CSV for people, without the marks that keep a spreadsheet from running its cells."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        width = len(next(csv.reader(file)))
    names = [str(at) for at in range(width)]
    table = pa_csv.read_csv(
        path,
        read_options=pa_csv.ReadOptions(column_names=names, block_size=path.stat().st_size + 1),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )
    plain = pa.table({name: csv_writer.plain(table[name]) for name in names})
    header = [str(plain[name][0]) for name in names]
    frame: pd.DataFrame = plain.slice(1).to_pandas(types_mapper=texts)
    frame.columns = pd.Index(header)
    return frame
