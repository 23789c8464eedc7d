"""Merges a corrected rejects.csv of a fix with the rows of the file that was fixed.

Nothing was sent, so there is no run: all that is needed is in the results folder, the input and the
settings of the fix. The corrected rows replace theirs in a copy of the input, which is fixed again.
Rows that are not in the corrected file, or were not changed, stay as they were.
"""

from __future__ import annotations

import dataclasses
import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.column_mapping import own
from preflight.config.profile import GENERAL
from preflight.config.settings import Settings
from preflight.core import csv_writer, files
from preflight.core.row_id import ID, NAME
from preflight.core.types import Chunk, Flaw, Layout, Source, Syntax
from preflight.linting.checked import Checked
from preflight.pipeline import check_fix_split
from preflight.pipeline.call import Call
from preflight.pipeline.rounds import NO_RUN, gathered, proved_orders
from preflight.reading import workbook
from preflight.reading.raw_records import cut
from preflight.reading.source import open_source
from preflight.report.wording import plural
from preflight.runs.corrections.compare import Comparison, compare_rows
from preflight.runs.corrections.identify import named
from preflight.runs.corrections.read import Returned, labels, read_returned
from preflight.runs.corrections.versions import Version
from preflight.runs.kept_run import as_kept
from preflight.runs.lineage import row_of
from preflight.writing import results_folder, undo_record
from preflight.writing.undo_record import UndoRecord

_BEGINNING = 1 << 16


@dataclass(frozen=True)
class Merged:
    """A corrected file merged with the file that was fixed.

    Attributes:
        path: of the merged file, in which each row has the number that it had.
        settings: to fix it with.
        note: what was merged, for people.
    """

    path: Path
    settings: Settings
    note: str


def merged(path: str | Path, settings: Settings, call: Call) -> Merged | None:
    """A file of rejects, merged with the rows of its fix; None for any other file.

    Args:
        path: of the file; "-" for standard input, which is never merged.
        settings: of this call. Those of the fix are used, except for a profile, a region, a time
            zone and a mapping given here.
        call: how the call runs.

    Raises:
        UsageError: the file cannot be read, or a record in it is malformed.
    """
    found = brought(path, settings, call)
    if found is None:
        return None
    checked, returned, kept = found.checked, found.returned, found.settings
    comparison = compare_rows(returned, found.names, [found.version])
    corrected = _write(checked, returned, comparison, call)
    again = dataclasses.replace(
        kept,
        encoding="utf-8",
        delimiter=",",
        header_row=max(1, checked.layout.data_line - 1),
        sheet=None,
        date_orders=proved_orders([checked]),
    )
    note = (
        f"{plural(int(comparison.edited.sum()), 'row')} corrected, merged with the rows of "
        f"{checked.source.name}: clean.csv holds all that are clean"
    )
    return Merged(corrected, again, note)


@dataclass(frozen=True)
class Brought:
    """A corrected file of a fix, beside the file that was fixed.

    Attributes:
        checked: the file that was fixed, linted again.
        version: its rows.
        returned: the corrected file.
        names: the row ID of each of its rows, see `identify.named`.
        settings: of the fix, with those given now.
    """

    checked: Checked
    version: Version
    returned: Returned
    names: np.ndarray
    settings: Settings


def brought(path: str | Path, settings: Settings, call: Call) -> Brought | None:
    """A file of rejects beside the file that was fixed; None for any other file.

    Arguments and errors are those of `merged`.
    """
    given = Path(path)
    candidates = list(_fixes_near(given)) if given.is_file() else []
    if not candidates or not _may_name_rows(given):
        return None
    source = open_source(given, spool=call.work, sheet=settings.sheet)
    found = _fix_of(source, candidates, settings, call)
    if found is None:
        return None
    folder, record = found
    kept = _settings(record, settings)
    checked = check_fix_split.analyzed(
        _original(folder, record, call.work),
        kept,
        Call(work=call.work, progress=call.progress, name=record.name),
    )
    version = gathered(NO_RUN, checked, call.progress)
    returned = _read(source, labels(checked.layout.header), settings, call)
    names = named(returned, [version], version.index(), set())
    return Brought(checked, version, returned, names, kept)


def _fixes_near(path: Path) -> Iterator[Path]:
    """The folders that may hold the fix: that of the file, and results folders beside it."""
    parent = path.absolute().parent
    for folder in (parent, *sorted(parent.glob("*.preflight"))):
        names = (results_folder.UNDO, results_folder.ORIGINAL)
        # A run has a failures.csv, and its rows were sent.
        if (
            all((folder / name).is_file() for name in names)
            and not (folder / results_folder.FAILURES).exists()
        ):
            yield folder


def _may_name_rows(path: Path) -> bool:
    """Whether a file may have the helper column with row IDs; a workbook has to be read for it."""
    if path.suffix.lower() in workbook.SUFFIXES:
        return True
    with path.open("rb") as file:
        return ID.encode() in file.read(_BEGINNING).replace(b"\0", b"")


def _fix_of(
    source: Source, candidates: list[Path], settings: Settings, call: Call
) -> tuple[Path, UndoRecord] | None:
    """The fix whose rows a file has, with its record; None if no candidate has them."""
    known = _read(source, [], settings, call).names
    digests = {match[1] for name in known if (match := NAME.fullmatch(name))}
    for folder in candidates:
        record = undo_record.load(folder)
        if digests and all(record.sha256.startswith(digest) for digest in digests):
            return folder, record
    return None


def _read(source: Source, wanted: list[str], settings: Settings, call: Call) -> Returned:
    return read_returned(
        source,
        wanted,
        spool=call.work,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        header_row=settings.header_row,
    )


def _original(folder: Path, record: UndoRecord, work: Path) -> Path:
    """The input of the fix, in a private folder.

    Raises:
        SourceError: it is damaged.
    """
    name = Path(record.name).name
    packed = Path(name).suffix.lower() in (".gz", ".zip")
    path = work / "fixed" / (Path(name).stem if packed else name)
    files.folder(path.parent)
    try:
        with (
            gzip.open(folder / results_folder.ORIGINAL) as kept,
            files.Replacement(path, durable=False) as new,
        ):
            digest, _ = files.copy_hashed(cast("BinaryIO", kept), new)
    except (OSError, EOFError):
        raise undo_record.damaged(folder) from None
    if digest != record.sha256:
        raise undo_record.damaged(folder)
    return path


def _settings(record: UndoRecord, settings: Settings) -> Settings:
    """The settings of the fix, and those given now that correcting rows may need."""
    kept = as_kept(record.settings, settings) if record.settings else settings
    given = {name: getattr(settings, name) for name in ("region", "timezone")}
    return dataclasses.replace(
        kept,
        **{name: value for name, value in given.items() if value},
        profile=kept.profile if settings.profile == GENERAL else settings.profile,
        columns={**kept.columns, **settings.columns},
        unsafe_fixes=kept.unsafe_fixes or settings.unsafe_fixes,
    )


def _write(checked: Checked, returned: Returned, comparison: Comparison, call: Call) -> Path:
    """Writes the input with the corrected rows in place of theirs, and new rows at the end."""
    layout = checked.layout
    own_labels = labels(layout.header)
    added = [label for label in comparison.labels if label not in own_labels]
    cells = pd.DataFrame(
        {
            label: column.to_numpy(zero_copy_only=False)
            for label, column in zip(comparison.labels, comparison.cells, strict=True)
        },
        dtype=object,
    )[[*own_labels, *added]]
    rows = np.array([row_of(name) for name in comparison.names], dtype=np.int64)
    # A row that is there twice is not corrected: it is not known which of the two is meant.
    once = ~pd.Series(rows).duplicated(keep=False).to_numpy()
    corrections = cells[comparison.edited & once].set_axis(rows[comparison.edited & once])
    filled = np.array([any(row) for row in cells.itertuples(index=False)], dtype=bool)
    new = cells[(rows == 0) & filled]
    positions = own(layout.header)
    header = [*(layout.header[at] for at in positions), *(label.split("\0")[0] for label in added)]
    path = call.work / "corrected.csv"
    dated = returned.source.local.stat().st_mtime
    with files.Replacement(path, durable=False, dated=dated) as file:
        file.write(b"\n" * (max(1, layout.data_line - 1) - 1))
        file.write(csv_writer.line(header))
        for chunk in checked.records("merging", call.progress):
            file.write(csv_writer.body(_records(chunk, layout, corrections)))
        if len(new):
            columns = [pa.array(new[name], pa.string()) for name in new]
            file.write(csv_writer.body(csv_writer.records(columns)))
    return path


def _records(chunk: Chunk, layout: Layout, corrections: pd.DataFrame) -> pa.Array:
    """The records of a chunk with corrections, by row number, in place of theirs."""
    positions, width = own(layout.header), len(corrections.columns)
    mine = np.isin(chunk.rows, corrections.index.to_numpy())
    changed = corrections.loc[chunk.rows[mine]]
    columns = []
    for place, label in enumerate(corrections.columns):
        cells = np.full(len(chunk.rows), "", dtype=object)
        if place < len(positions):
            column = chunk.table.column(positions[place])
            cells[:] = column.to_numpy(zero_copy_only=False)
        cells[mine] = changed[label].to_numpy(dtype=object)
        columns.append(pa.array(cells, pa.string()))
    odd = chunk.malformed
    records = [
        corrections.loc[row].tolist() if row in corrections.index
        else _malformed(raw, flaw, layout.syntax, width)
        for row, raw, flaw in zip(odd["row"], odd["raw"], odd["flaw"], strict=True)
    ]  # fmt: skip
    texts = pa.array([csv_writer.line(record).decode() for record in records], pa.large_string())
    rows = np.concatenate([chunk.rows, odd["row"].to_numpy(dtype=np.int64)])
    every = pa.concat_arrays([csv_writer.records(columns), texts])
    return every.take(pa.array(np.argsort(rows, kind="stable")))


def _malformed(raw: str, flaw: str, syntax: Syntax, width: int) -> list[str]:
    """The cells of a record that nobody corrected, so that it stays malformed; or blank ones."""
    if flaw == Flaw.BLANK:
        return [""] * width
    cells = cut(raw, syntax)
    if len(cells) != width:
        return cells
    return [raw] if width > 1 else [raw, raw]
