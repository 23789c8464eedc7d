"""What a finished fix keeps so that it can be taken back, and taking it back.

The input lies packed beside the results, and its digest with it: taking everything back gives its
very bytes, whatever became of the file that was fixed. Single cells are taken back in clean.csv,
by the log of fixes, and the log says so.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as pa_csv

from preflight.config.column_mapping import output_columns
from preflight.core import csv_writer
from preflight.core.errors import OutputExists, SourceError, UsageError
from preflight.core.types import CHANGE_COLUMNS
from preflight.writing import results_folder
from preflight.writing.parts import runs
from preflight.writing.writer import Fixed

UNDONE = "undone"
_BLOCK = 1 << 20
_VERSION = 1
_PLAIN_COLUMNS = ["column_name", "old", "new"]


@dataclass(frozen=True)
class UndoRecord:
    """What undo.json says of the input and of clean.csv.

    Attributes:
        name: what the user called the input.
        sha256: of its bytes; those of what was unpacked, where it was packed.
        size: in bytes.
        clean_sha256: of clean.csv as it was written; "" where there is none.
        columns: for each column of clean.csv the input's header, or None for a joined one.
        rows: the input rows of clean.csv as [first, last] of each unbroken run.
    """

    name: str
    sha256: str
    size: int
    clean_sha256: str
    columns: list[str | None]
    rows: list[list[int]]


@dataclass(frozen=True)
class Restored:
    """A whole file that was taken back.

    Attributes:
        path: where it stands.
        size: in bytes.
        stood: whether it stood there already, unchanged, and nothing was written.
    """

    path: Path
    size: int
    stood: bool


@dataclass(frozen=True)
class Reverted:
    """Single fixes that were taken back: how many cells, in how many rows."""

    cells: int
    rows: int


def keep(fixed: Fixed, place: Path) -> None:
    """Keeps what `restore` and `revert` need, in the staging folder of a fix.

    Raises:
        SourceError: the input changed while it was read.
    """
    source, plan = fixed.checked.source, fixed.checked.analysis.plan
    digest = hashlib.sha256()
    with (
        source.path.open("rb") as given,
        os.fdopen(results_folder.private(place / results_folder.ORIGINAL), "wb") as file,
        gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=file, mtime=0) as packed,
    ):
        while block := given.read(_BLOCK):
            digest.update(block)
            packed.write(block)
    if digest.hexdigest() != source.sha256:
        raise SourceError(f"{source.name} changed while it was read; nothing was written")
    single = [part for part in fixed.parts if part.path.name == results_folder.CLEAN]
    names = {column.position: column.name for column in plan.columns if not column.pieces}
    kept = UndoRecord(
        name=source.name,
        sha256=source.sha256,
        size=source.size,
        clean_sha256=single[0].sha256 if single else "",
        columns=[names.get(one.position) for one in output_columns(plan.columns, plan.profile)],
        rows=runs(single[0].row_map) if single else [],
    )
    _write_kept(kept, place)


def load(folder: Path) -> UndoRecord:
    """What the folder of a fix says of its input and of clean.csv.

    Raises:
        UsageError: the folder holds no result of `fix`.
        SourceError: what was kept is damaged.
    """
    try:
        said: dict[str, Any] = json.loads((folder / results_folder.UNDO).read_text("utf-8"))
        if said.pop("version") != _VERSION:
            raise UsageError(f"{folder}: another version of preflight wrote it, which can undo it")
        return UndoRecord(**said)
    except FileNotFoundError:
        raise UsageError(
            f"{folder}: nothing to undo; name a folder that `fix` wrote, like leads.preflight"
        ) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise _damaged(folder) from None


def restore(folder: Path, target: Path | None = None, *, force: bool = False) -> Restored:
    """Writes the input of a fix again, byte for byte.

    Args:
        folder: with the results of a fix.
        target: where to; beside the folder and under the input's own name by default.
        force: whether another file that stands there is replaced.

    Raises:
        UsageError: the folder holds no result of `fix`.
        OutputExists: another file stands there, and `force` is not set.
        SourceError: what was kept is damaged, or the target cannot be written.
    """
    kept = load(folder)
    target = target or folder.absolute().parent / _own_name(kept.name, folder)
    if target.is_dir():
        raise SourceError(f"{target} is a directory; -o FILE writes elsewhere")
    if target.exists():
        with target.open("rb") as file:
            if _copied(file) == kept.sha256:
                return Restored(target, kept.size, stood=True)
        if not force:
            raise OutputExists(
                f"{target} exists and differs; --force replaces it, or -o FILE writes elsewhere"
            )
    temporary = target.with_name(f".{target.name}.partial")
    try:
        with (
            gzip.open(folder / results_folder.ORIGINAL) as packed,
            os.fdopen(results_folder.private(temporary), "wb") as file,
        ):
            digest = _copied(packed, file)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        if digest != kept.sha256:
            raise _damaged(folder)
        temporary.replace(target)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise _damaged(folder) from None
    except OSError as error:
        raise SourceError(f"cannot write {target}: {error.strerror}") from None
    finally:
        temporary.unlink(missing_ok=True)
    return Restored(target, kept.size, stood=False)


def source_name(folder: Path) -> str:
    """What the user called the file that a folder holds the fix of.

    Raises:
        UsageError: the folder holds no result of `fix`.
        SourceError: what was kept is damaged.
    """
    return load(folder).name


def changes(folder: Path) -> pd.DataFrame:
    """The log of a fix: a frame of `types.CHANGE_COLUMNS`, all texts, in the order of the log.

    Raises:
        UsageError: the folder holds no log.
    """
    path = folder / results_folder.FIXES
    try:
        frame = _read(path).to_pandas().astype("str")
    except FileNotFoundError:
        raise UsageError(
            f"{folder}: no {results_folder.FIXES}; name a folder that `fix` wrote"
        ) from None
    except (OSError, pa.ArrowInvalid):
        raise UsageError(f"{path}: not a log of fixes as `fix` writes it") from None
    if list(frame.columns) != list(CHANGE_COLUMNS):
        raise UsageError(f"{path}: not a log of fixes as `fix` writes it")
    for name in _PLAIN_COLUMNS:
        frame[name] = csv_writer.plain(pa.array(frame[name], type=pa.string())).to_pandas()
    texts: pd.DataFrame = frame.astype("str")
    return texts


def revert(folder: Path, *, codes: Collection[str] = (), rows: Collection[int] = ()) -> Reverted:
    """Takes single fixes back in clean.csv, and logs that.

    A cell that several rules mended one after the other goes back to before the first of them that
    is meant: what came after it was made of its work. Cells that are not meant keep their bytes.

    Args:
        folder: with the results of a fix.
        codes: of the rules, or prefixes; all without them.
        rows: of the input; all without them.

    Raises:
        UsageError: there is no such fix, clean.csv is not as it was written, or a cell cannot be
            taken back by itself.
    """
    kept, log = load(folder), changes(folder)
    path = folder / results_folder.CLEAN
    if not kept.clean_sha256:
        raise UsageError(f"{folder}: no {results_folder.CLEAN} to take single fixes back in")
    with path.open("rb") as file:
        if _copied(file) != kept.clean_sha256:
            raise UsageError(f"{path} was edited; take everything back, or fix the input again")
    try:
        undone = list(_meant(log, tuple(code.upper() for code in codes), set(rows)))
    except ValueError:
        raise UsageError(
            f"{folder / results_folder.FIXES}: not a log of fixes as `fix` writes it"
        ) from None
    if not undone:
        raise UsageError(f"{folder}: no such fix stands in {results_folder.FIXES}")
    fresh = _rewritten(path, kept, undone)
    table = pd.concat([log, pd.DataFrame(undone, columns=list(CHANGE_COLUMNS))], ignore_index=True)
    logged = path.with_name(f".{results_folder.FIXES}.partial")
    with results_folder.TableWriter(logged, CHANGE_COLUMNS) as writer:
        writer.write(results_folder.fixes_columns(table))
    digest = hashlib.sha256(fresh).hexdigest()
    clean = path.with_name(f".{results_folder.CLEAN}.partial")
    with os.fdopen(results_folder.private(clean), "wb") as file:
        file.write(fresh)
    clean.replace(path)
    logged.replace(folder / results_folder.FIXES)
    _write_kept(UndoRecord(**{**asdict(kept), "clean_sha256": digest}), folder)
    return Reverted(len(undone), len({line[0] for line in undone}))


Line = tuple[str, ...]


def _meant(log: pd.DataFrame, codes: tuple[str, ...], rows: set[int]) -> Iterator[Line]:
    """The lines of the log that say what is taken back."""
    cells: dict[tuple[str, str], list[Line]] = {}
    for line in log[log["row"] != ""].itertuples(index=False, name=None):
        row, _, column, code, safety, *_ = line
        standing = cells.setdefault((row, column), [])
        if safety == UNDONE:
            del standing[[one[3] for one in standing].index(code) :]
        else:
            standing.append(line)
    for (row, column), standing in cells.items():
        for first in standing if not rows or int(row) in rows else ():
            if not codes or first[3].startswith(codes):
                yield row, first[1], column, first[3], UNDONE, standing[-1][6], first[5]
                break


def _rewritten(path: Path, kept: UndoRecord, undone: Sequence[Line]) -> bytes:
    table = _read(path)
    positions = np.concatenate([np.arange(a, b + 1) for a, b in kept.rows] or [np.empty(0, int)])
    values = {at: table.column(at).to_pylist() for at in range(table.num_columns)}
    for row, _, column, _, _, old, new in undone:
        if not column:
            raise UsageError(f"row {row}: the record was joined as a whole; take everything back")
        if kept.columns.count(column) != 1:
            raise UsageError(
                f"row {row}: `{column}` is no column of {results_folder.CLEAN} by itself; "
                "take everything back instead"
            )
        cells = values[kept.columns.index(column)]
        at = int(np.searchsorted(positions, int(row)))
        if at >= len(positions) or positions[at] != int(row) or cells[at] != old:
            raise UsageError(
                f"row {row}: {results_folder.FIXES} does not fit {results_folder.CLEAN}"
            )
        cells[at] = new
    columns = [pa.array(cells, type=pa.large_string()) for cells in values.values()]
    return csv_writer.line(table.column_names) + bytes(csv_writer.body(csv_writer.records(columns)))


def _read(path: Path) -> pa.Table:
    """A CSV that preflight wrote, all of it text."""
    whole = pa_csv.ReadOptions(block_size=max(path.stat().st_size + 1, _BLOCK))
    with path.open("rb") as file, pa_csv.open_csv(file, whole, _PARSE) as reader:
        names = reader.schema.names
    return pa_csv.read_csv(
        path,
        read_options=whole,
        parse_options=_PARSE,
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[],
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
        ),
    )


_PARSE = pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)


def _copied(stream: BinaryIO, target: BinaryIO | None = None) -> str:
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
        if target is not None:
            target.write(block)
    return digest.hexdigest()


def _own_name(name: str, folder: Path) -> str:
    """What the input was called, without what it was packed in."""
    path = Path(name)
    if name == "-":
        return f"{folder.absolute().stem}.csv"
    if path.suffix.lower() == ".gz":
        return path.stem
    return f"{path.stem}.csv" if path.suffix.lower() == ".zip" else path.name


def _write_kept(kept: UndoRecord, folder: Path) -> None:
    text = json.dumps({"version": _VERSION, **asdict(kept)}) + "\n"
    results_folder.write_text(folder / results_folder.UNDO, text)


def _damaged(folder: Path) -> SourceError:
    return SourceError(f"{folder}: what was kept to undo the fix is damaged or gone")
