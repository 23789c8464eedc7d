"""A corrected file as it came back: its columns found again, whatever a spreadsheet did to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.column_mapping import is_helper, own
from preflight.core import csv_writer
from preflight.core.errors import UsageError
from preflight.core.names import bare_name
from preflight.core.row_id import ID
from preflight.core.types import Flaw, Ints, Layout, Source
from preflight.reading.chunks import read_chunks
from preflight.reading.scan import scan
from preflight.runs.corrections.spreadsheet_damage import Difference, difference

_SHOWN = 3
_NOTHING = pa.array([], pa.string())


@dataclass(frozen=True)
class Returned:
    """The rows of a corrected file.

    Attributes:
        source: the file.
        layout: how it is written.
        count: how many records it has, blank ones included.
        rows: int64, the number of each record that is not blank.
        lines: int64, the physical line of each.
        names: what the helper column says each row is called, "" where it says nothing; object.
        cells: the columns of the first file, in its order, then new ones: strings, one entry a row.
            A column that is gone is missing.
        labels: for each of `cells` its label, see `labels`.
        gone: the labels of the first file's columns that are missing.
        added: the labels of the columns that the first file has not.
    """

    source: Source
    layout: Layout
    count: int
    rows: Ints
    lines: Ints
    names: np.ndarray
    cells: tuple[pa.Array, ...]
    labels: tuple[str, ...]
    gone: tuple[str, ...]
    added: tuple[str, ...]


def labels(header: Sequence[str]) -> list[str]:
    """What the columns of a header that are no helper columns are called, each once.

    A name that stands again has a number behind it, so that columns of one name are told apart.
    """
    made: list[str] = []
    for at in own(header):
        name = bare_name(header[at])
        again = sum(one == name or one.startswith(f"{name}\0") for one in made)
        made.append(f"{name}\0{again + 1}" if again else name)
    return made


def read_returned(
    source: Source,
    wanted: Sequence[str],
    *,
    spool: Path,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
) -> Returned:
    """Reads a corrected file.

    Args:
        source: the file.
        wanted: the labels of the columns of the first file; () where they do not matter.
        spool: a private folder.
        encoding, delimiter, header_row: the user's word, see `scan`.

    Raises:
        UsageError: it is no table, it has none of the columns, or a record is malformed.
    """
    known = {name.split("\0")[0].casefold() for name in wanted}
    layout = scan(
        source,
        spool=spool,
        known=lambda name: bare_name(name).casefold() in known or is_helper(name),
        encoding=encoding,
        delimiter=delimiter,
        header_row=header_row,
    )
    if layout.content != "table" or not layout.header:
        raise UsageError(f"{source.name}: no table with a header: a corrected file was looked for")
    positions = own(layout.header)
    placed = _placed([_plain_name(name) for name in labels(layout.header)], wanted)
    if wanted and not any(label in wanted for label in placed):
        raise UsageError(
            f"{source.name}: has none of the columns of the file that was sent "
            f"({', '.join(_shown(wanted))})"
        )
    helper = [bare_name(name).casefold() for name in layout.header]
    at = {label: positions[place] for place, label in enumerate(placed)}
    order = [
        *(label for label in wanted if label in at),
        *(one for one in placed if one not in wanted),
    ]
    pieces: list[list[pa.Array]] = [[] for _ in order]
    names: list[np.ndarray] = []
    rows, lines, count = [np.empty(0, np.int64)], [np.empty(0, np.int64)], 0
    for chunk in read_chunks(layout):
        _refuse_malformed(chunk.malformed[chunk.malformed["flaw"] != Flaw.BLANK], source)
        count += chunk.count
        rows.append(chunk.rows)
        lines.append(chunk.lines)
        for piece, label in zip(pieces, order, strict=True):
            piece.append(_plain(chunk.table.column(at[label])))
        said = np.full(len(chunk.rows), "", dtype=object)
        if ID in helper:
            cells = csv_writer.plain(chunk.table.column(helper.index(ID)).combine_chunks())
            said = np.array([cell.strip() for cell in cells.to_pylist()], dtype=object)
        names.append(said)
    cells = {
        label: pa.concat_arrays(piece) if piece else pa.array([], pa.string())
        for label, piece in zip(order, pieces, strict=True)
    }
    # A spreadsheet writes columns of which nothing but the width is there.
    told = {
        label: column
        for label, column in cells.items()
        if label in wanted or label.split("\0")[0] or pc.any(pc.not_equal(column, "")).as_py()
    }
    return Returned(
        source=source,
        layout=layout,
        count=count,
        rows=np.concatenate(rows),
        lines=np.concatenate(lines),
        names=np.concatenate([np.empty(0, dtype=object), *names]),
        cells=tuple(told.values()),
        labels=tuple(told),
        gone=tuple(label for label in wanted if label not in at),
        added=tuple(label for label in told if label not in wanted),
    )


def _plain_name(name: str) -> str:
    return str(csv_writer.plain(pa.array([name], pa.string()))[0].as_py())


def _plain(column: pa.ChunkedArray) -> pa.Array:
    return csv_writer.plain(column.combine_chunks().cast(pa.string()))


def _placed(there: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """For each column that is there the label of the first file's, or its own if it is new."""
    placed = list(there)
    free = [label for label in wanted if label not in there]
    for at, name in enumerate(there):
        if name in wanted:
            continue
        like = [label for label in free if _same_name(label, name)]
        if len(like) == 1:
            placed[at] = like[0]
            free.remove(like[0])
    return placed


def _same_name(label: str, name: str) -> bool:
    """Whether a name is a label that was written otherwise, or damaged."""
    if " ".join(label.split()).casefold() == " ".join(name.split()).casefold():
        return True
    return bool(name) and difference(label, name) is not Difference.EDIT


def _shown(names: Collection[str]) -> list[str]:
    few = [name.split("\0")[0] for name in list(names)[:_SHOWN]]
    return [*few, "…"] if len(names) > _SHOWN else few


def _refuse_malformed(malformed: pd.DataFrame, source: Source) -> None:
    if len(malformed):
        first = malformed.iloc[0]
        raise UsageError(
            f"{source.name}:{int(first['line'])}: the record has {int(first['fields'])} fields, "
            f"the header {int(first['expected'])}: fix it first (`preflight check` names all such "
            "records); nothing was sent"
        )
