"""Undo a fix: as a whole, or the fixes of single rows and rules.

The input is kept, compressed, beside the results, with its digest. So undoing the whole fix gives
the input's bytes, whatever happened to the input file. Single fixes are undone in clean.csv by the
log in fixes.csv, which then records that too.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as pa_csv

from preflight.config.column_mapping import join_pieces
from preflight.core import csv_writer, files
from preflight.core.errors import OutputExists, SourceError, UsageError
from preflight.core.types import CHANGE_COLUMNS
from preflight.writing import people_csv, results_folder
from preflight.writing.undo_record import WHOLE_RECORD, UndoRecord, damaged, load, save
from preflight.writing.writer import FixedFile

UNDONE = "undone"
_BLOCK = 1 << 20
_PLAIN_COLUMNS = ["column_name", "old", "new"]
_NO_ROWS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Restored:
    """The input of a fix, restored.

    Attributes:
        path: of the file.
        size: in bytes.
        unchanged: whether the file already had the input's bytes, so that nothing was written.
    """

    path: Path
    size: int
    unchanged: bool


@dataclass(frozen=True)
class Reverted:
    """How many fixes (cells) were undone, and in how many rows."""

    fixes: int
    rows: int


def keep(fixed: FixedFile, staged: Path, settings: Mapping[str, Any]) -> None:
    """Writes what `restore` and `revert` need beside the original into the staging folder of a fix.

    Args:
        fixed: the results.
        staged: the staging folder.
        settings: of the fix, as JSON values.
    """
    source, analysis = fixed.checked.source, fixed.checked.analysis
    single = [part for part in fixed.parts if part.path.name == results_folder.CLEAN]
    record = UndoRecord(
        name=source.name,
        sha256=source.sha256,
        size=source.size,
        clean_sha256=single[0].sha256 if single else "",
        rows=single[0].map.runs() if single else [],
        header=list(analysis.layout.header),
        columns=[list(column.sources) for column in analysis.output_columns],
        positions=fixed.located.positions,
        pieces=fixed.located.pieces,
        settings=dict(settings),
    )
    save(record, staged)


def restore(folder: Path, target: Path | None = None, *, force: bool = False) -> Restored:
    """Writes the input of a fix again, byte for byte.

    Args:
        folder: the results of a fix.
        target: the file to write; by default beside the folder, under the input's own name.
        force: whether another file of that name is replaced.

    Raises:
        UsageError: the folder has no result of `fix`, or the target is one of its files.
        OutputExists: there is another file of that name, and `force` is not set.
        SourceError: the kept input is damaged, or the target is a directory.
        WriteError: the target cannot be written.
    """
    record = load(folder)
    target = target or folder.absolute().parent / _own_name(record.name, folder)
    if target.is_dir():
        raise SourceError(f"{target} is a directory; name a file with -o FILE")
    results_folder.refuse_result(target, "-o", folder)
    if target.exists():
        with target.open("rb") as file:
            if files.copy_hashed(file)[0] == record.sha256:
                return Restored(target, record.size, unchanged=True)
        if not force:
            raise OutputExists(
                f"{target} exists and is not the original; replace it with --force, "
                "or name another file with -o FILE"
            )
    try:
        with (
            gzip.open(folder / results_folder.ORIGINAL) as packed,
            files.Replacement(target) as new,
        ):
            digest, _ = files.copy_hashed(packed, new)
            if digest != record.sha256:
                raise damaged(folder)
    except (EOFError, zlib.error, OSError):
        raise damaged(folder) from None
    return Restored(target, record.size, unchanged=False)


def source_name(folder: Path) -> str:
    """The name of a fixed file, as the user gave it.

    Raises:
        UsageError: the folder has no result of `fix`.
        SourceError: undo.json is damaged.
    """
    return load(folder).name


def changes(folder: Path) -> pd.DataFrame:
    """The log of a fix: a frame of the `types.CHANGE_COLUMNS`, all text, in the order of fixes.csv.

    Raises:
        UsageError: the folder has no log.
        RunLocked, WriteError: a killed process left it half exchanged; see `recover`.
    """
    results_folder.recover(folder)
    path = folder / results_folder.FIXES
    try:
        frame = _read(path).to_pandas().astype("str")
    except FileNotFoundError:
        raise UsageError(
            f"{folder}: no {results_folder.FIXES}; name a folder that `preflight fix` wrote"
        ) from None
    except (OSError, pa.ArrowInvalid):
        raise _no_log(path) from None
    if list(frame.columns) != list(CHANGE_COLUMNS):
        raise _no_log(path)
    for name in _PLAIN_COLUMNS:
        frame[name] = csv_writer.plain(pa.array(frame[name], type=pa.string())).to_pandas()
    texts: pd.DataFrame = frame.astype("str")
    return texts


def revert(folder: Path, *, codes: Collection[str] = (), rows: Collection[int] = ()) -> Reverted:
    """Undoes single fixes in clean.csv, and records that in fixes.csv.

    A cell with a selected fix gets back its value from before the first of them. That undoes later
    fixes of the cell too, because they built on it. A cell that is joined from several columns is
    joined again. The other cells keep their bytes.

    Args:
        folder: the results of a fix.
        codes: codes of rules, or prefixes of codes, whose fixes are selected; empty for all.
        rows: numbers of input rows whose fixes are selected; empty for all.

    Raises:
        UsageError: there is no such fix, clean.csv was edited, or a selected fix changed a whole
            record, which cannot be undone by itself.
        RunLocked: another process is writing into the folder.
        WriteError: the folder cannot be written; nothing was undone.
    """
    load(folder)  # a folder without results is named before anything is written into it
    with results_folder.updating(folder) as staged:
        return _revert(folder, staged, tuple(code.upper() for code in codes), set(rows))


def _revert(folder: Path, staged: Path, codes: tuple[str, ...], rows: set[int]) -> Reverted:
    """Writes clean.csv, fixes.csv and undo.json anew, as they are without some fixes."""
    record, log = load(folder), changes(folder)
    path = folder / results_folder.CLEAN
    if not record.clean_sha256:
        raise UsageError(
            f"{folder} has no {results_folder.CLEAN} in which single fixes can be undone; "
            f"undo them all: preflight undo {folder}"
        )
    with path.open("rb") as file:
        if files.copy_hashed(file)[0] != record.clean_sha256:
            raise UsageError(
                f"{path} was edited since it was written; undo all fixes with "
                f"`preflight undo {folder}`, or fix the input again"
            )
    try:
        undone = list(_selected(log, record, codes, rows))
    except ValueError:
        raise _no_log(folder / results_folder.FIXES) from None
    if not undone:
        raise UsageError(f"{folder}: {results_folder.FIXES} has no such fix to undo")
    fresh, pieces = _reverted(path, record, undone)
    lines = pd.DataFrame([fix.line for fix in undone], columns=list(CHANGE_COLUMNS))
    files.write(staged / results_folder.CLEAN, fresh, durable=False)
    log_path = staged / results_folder.FIXES
    with people_csv.TableWriter(log_path, CHANGE_COLUMNS, durable=False) as writer:
        writer.write(people_csv.fixes_columns(pd.concat([log, lines], ignore_index=True)))
    save(
        replace(
            record,
            clean_sha256=hashlib.sha256(fresh).hexdigest(),
            positions=record.positions + record.unnamed(fix.position for fix in undone),
            pieces=pieces,
        ),
        staged,
    )
    return Reverted(len(undone), len({fix.row for fix in undone}))


class _Undone(NamedTuple):
    """A cell that gets back an earlier value.

    Attributes:
        row: its number in the input.
        position: of its column in the input.
        now: its value in clean.csv.
        before: the value that it gets back.
        line: the cells of a line for fixes.csv that records this.
    """

    row: int
    position: int
    now: str
    before: str
    line: tuple[str, ...]


def _selected(
    log: pd.DataFrame, record: UndoRecord, codes: tuple[str, ...], rows: set[int]
) -> Iterator[_Undone]:
    """The cells with a selected fix, by the log.

    Raises:
        ValueError: the log was edited.
    """
    about_rows = log[log["row"] != ""]
    lines = about_rows.itertuples(index=False, name=None)
    cells: dict[tuple[str, int], list[tuple[str, ...]]] = {}
    for line, position in zip(lines, record.located(about_rows["column_name"]), strict=True):
        row, _, _, code, safety, *_ = line
        fixes = cells.setdefault((row, position), [])
        if safety == UNDONE:
            del fixes[[fix[3] for fix in fixes].index(code) :]
        else:
            fixes.append(line)
    for (row, position), fixes in cells.items():
        for first in fixes if not rows or int(row) in rows else ():
            _, number, name, code, _, old, _ = first
            if not codes or code.startswith(codes):
                now = fixes[-1][6]
                line = (row, number, name, code, UNDONE, now, old)
                yield _Undone(int(row), position, now, old, line)
                break


def _reverted(
    path: Path, record: UndoRecord, undone: Sequence[_Undone]
) -> tuple[bytes, dict[str, list[str]]]:
    """The bytes of clean.csv after undoing some fixes, and its new `UndoRecord.pieces`.

    Raises:
        UsageError: a fix changed a whole record, or the log does not fit clean.csv.
    """
    table = _read(path)
    spans = [np.arange(first, last + 1) for first, last in record.rows]
    places = {row: at for at, row in enumerate(np.concatenate([_NO_ROWS, *spans]).tolist())}
    cells = [column.to_pylist() for column in table.columns]
    pieces = {row: list(texts) for row, texts in record.pieces.items()}
    single = [(sources[0], at) for at, sources in enumerate(record.columns) if len(sources) == 1]
    joined = {position: at for at, position in enumerate(record.piece_positions)}
    for fix in undone:
        if fix.position == WHOLE_RECORD:
            raise UsageError(
                f"row {fix.row} was malformed and repaired as a whole; {results_folder.CLEAN} "
                f"cannot hold it as it was. Undo all fixes: preflight undo {path.parent}"
            )
        at = places.get(fix.row)
        if at is None:
            raise _no_fit(fix.row)
        for column in (column for position, column in single if position == fix.position):
            _restore_cell(cells[column], at, fix)
        if fix.position in joined:
            _restore_cell(pieces.get(str(fix.row), [""] * len(joined)), joined[fix.position], fix)
    rows = sorted({fix.row for fix in undone if fix.position in joined})
    for column, sources in enumerate(record.columns):
        if len(sources) > 1 and rows:
            which = [joined[position] for position in sources]
            before = _join([record.pieces[str(row)] for row in rows], which)
            after = _join([pieces[str(row)] for row in rows], which)
            for row, now, joined_again in zip(rows, before, after, strict=True):
                if cells[column][places[row]] != now:
                    raise _no_fit(row)
                cells[column][places[row]] = joined_again
    columns = [pa.array(column, type=pa.large_string()) for column in cells]
    body = bytes(csv_writer.body(csv_writer.records(columns)))
    return csv_writer.line(table.column_names) + body, pieces


def _restore_cell(cells: list[str], at: int, fix: _Undone) -> None:
    if cells[at] != fix.now:
        raise _no_fit(fix.row)
    cells[at] = fix.before


def _join(rows: Sequence[Sequence[str]], positions: Sequence[int]) -> list[str]:
    """The cells of a joined column: some pieces of each row, joined."""
    pieces = [pa.array([row[at] for row in rows], type=pa.string()) for at in positions]
    joined: list[str] = join_pieces(pieces).to_pylist()
    return joined


def _no_fit(row: int) -> UsageError:
    return UsageError(
        f"row {row}: {results_folder.FIXES} does not match {results_folder.CLEAN}; "
        "nothing was undone"
    )


def _no_log(path: Path) -> UsageError:
    return UsageError(f"{path} is not a log of fixes as `preflight fix` writes it")


def _read(path: Path) -> pa.Table:
    """Reads a CSV that preflight wrote; all columns are text."""
    whole = pa_csv.ReadOptions(block_size=max(path.stat().st_size + 1, _BLOCK))
    with path.open("rb") as file, pa_csv.open_csv(file, whole, _PARSE) as reader:
        names = reader.schema.names
    return pa_csv.read_csv(
        path,
        read_options=whole,
        parse_options=_PARSE,
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )


_PARSE = pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)


def _own_name(name: str, folder: Path) -> str:
    """The name of the input without the suffix of its compression."""
    path = Path(name)
    if name == "-":
        return f"{folder.absolute().stem}.csv"
    if path.suffix.lower() == ".gz":
        return path.stem
    return f"{path.stem}.csv" if path.suffix.lower() == ".zip" else path.name
