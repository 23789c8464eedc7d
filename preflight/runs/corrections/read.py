"""Reads a corrected file, and recognises its columns even if a spreadsheet changed them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.column_mapping import own
from preflight.core import csv_writer
from preflight.core.errors import UsageError
from preflight.core.names import bare_name, is_helper
from preflight.core.row_id import ID
from preflight.core.types import Bools, Flaw, Ints, Layout, Source
from preflight.reading.chunks import read_chunks
from preflight.reading.scan import scan
from preflight.runs.corrections.marks import MARK, mark
from preflight.runs.corrections.spreadsheet_damage import Difference, difference

_SHOWN = 3
_NOTHING = pa.array([], pa.string())


@dataclass(frozen=True)
class Returned:
    """The rows of a corrected file.

    Attributes:
        source: the file.
        layout: of the file.
        count: number of records, with blank ones.
        rows: int64, the number of each record that is not blank.
        lines: int64, the physical line of each row.
        names: the row IDs in the helper column, "" if there is none; object.
        cells: string columns, one entry a row: first those of the first file, in its order and
            without missing ones, then new ones.
        labels: for each of `cells` its label, see `labels`.
        gone: the labels of the first file's columns that are missing.
        added: the labels of the columns that the first file does not have.
        reviewed: the numbers of the rows that are as `preflight review` wrote them.
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
    reviewed: frozenset[int] = frozenset()


def labels(header: Sequence[str]) -> list[str]:
    """Unique labels for the columns of a header, without helper columns.

    A repeated name gets a number, to distinguish columns of the same name.
    """
    made: list[str] = []
    for at in own(header):
        name = bare_name(header[at])
        again = sum(label == name or label.startswith(f"{name}\0") for label in made)
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
        wanted: the labels of the columns of the first file; () if they do not matter.
        spool: a private folder.
        encoding, delimiter, header_row: given by the user, see `scan`.

    Raises:
        UsageError: it is not a table, it has none of the columns, or a record is malformed.
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
        raise UsageError(
            f"{source.name}: not a table with a header; name the corrected file, as CSV or workbook"
        )
    return _read(source, layout, wanted, _positions(source, layout.header, wanted))


def _positions(source: Source, header: Sequence[str], wanted: Sequence[str]) -> dict[str, int]:
    """The positions of the columns by label: the wanted ones in their order, then new ones.

    Raises:
        UsageError: the file has none of the wanted columns.
    """
    plain = _as_read if any(map(is_helper, header)) else csv_writer.plain
    names = plain(pa.array(labels(header), pa.string())).to_pylist()
    placed = _placed(names, wanted)
    if wanted and not any(label in wanted for label in placed):
        raise UsageError(
            f"{source.name}: has none of the columns of the file that was sent "
            f"({', '.join(_shown(wanted))})"
        )
    positions = dict(zip(placed, own(header), strict=True))
    new = [label for label in placed if label not in wanted]
    return {label: positions[label] for label in (*wanted, *new) if label in positions}


def _read(
    source: Source, layout: Layout, wanted: Sequence[str], positions: Mapping[str, int]
) -> Returned:
    """Reads the columns at some positions, see `read_returned`."""
    helper = [bare_name(name).casefold() for name in layout.header]
    # Where the file still has a helper column, the reader did it, to the header as well.
    plain = _as_read if any(map(is_helper, helper)) else csv_writer.plain
    pieces: dict[str, list[pa.Array]] = {label: [] for label in positions}
    names: list[np.ndarray] = []
    marks: list[str] = []
    rows, lines, count = [np.empty(0, np.int64)], [np.empty(0, np.int64)], 0
    for chunk in read_chunks(layout):
        _refuse_malformed(chunk.malformed[chunk.malformed["flaw"] != Flaw.BLANK], source)
        count += chunk.count
        rows.append(chunk.rows)
        lines.append(chunk.lines)
        for label, position in positions.items():
            cells = chunk.table.column(position).combine_chunks().cast(pa.string())
            pieces[label].append(plain(cells))
        ids = np.full(len(chunk.rows), "", dtype=object)
        if ID in helper:
            written = chunk.table.column(helper.index(ID)).to_pylist()
            ids = np.array([cell.strip() for cell in written], dtype=object)
        names.append(ids)
        if MARK in helper:
            marks += chunk.table.column(helper.index(MARK)).to_pylist()
    columns = {label: pa.concat_arrays([_NOTHING, *piece]) for label, piece in pieces.items()}
    # A spreadsheet also writes empty columns without a name.
    kept = {
        label: column
        for label, column in columns.items()
        if label in wanted or label.split("\0")[0] or pc.any(pc.not_equal(column, "")).as_py()
    }
    number = np.concatenate(rows)
    ids = np.concatenate([np.empty(0, dtype=object), *names])
    return Returned(
        source=source,
        layout=layout,
        count=count,
        rows=number,
        lines=np.concatenate(lines),
        names=ids,
        cells=tuple(kept.values()),
        labels=tuple(kept),
        gone=tuple(label for label in wanted if label not in positions),
        added=tuple(label for label in kept if label not in wanted),
        reviewed=frozenset(number[_marked(marks, ids, kept)].tolist() if marks else ()),
    )


def _marked(marks: Sequence[str], names: np.ndarray, cells: Mapping[str, pa.Array]) -> Bools:
    """A mask of the rows whose mark fits, see `marks`."""
    labels = tuple(cells)
    rows = zip(*(column.to_pylist() for column in cells.values()), strict=True)
    made = [mark(name, labels, row) for name, row in zip(names.tolist(), rows, strict=True)]
    return np.array([one == other for one, other in zip(marks, made, strict=True)], dtype=bool)


def _as_read(column: pa.Array) -> pa.Array:
    return column


def _placed(labels: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """For each label of the file the matching label of the first file, or itself if it is new."""
    placed = list(labels)
    free = [label for label in wanted if label not in labels]
    for at, name in enumerate(labels):
        if name in wanted:
            continue
        like = [label for label in free if _same_name(label, name)]
        if len(like) == 1:
            placed[at] = like[0]
            free.remove(like[0])
    return placed


def _same_name(label: str, name: str) -> bool:
    """Whether a name is a label in another spelling, or damaged."""
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
            f"the header {int(first['expected'])}. Nothing was sent. Correct it and try again; "
            "`preflight check` lists all such records"
        )
