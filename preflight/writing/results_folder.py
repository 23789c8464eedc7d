"""The output folder: everything is written beside its place and renamed into it at the end."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.core import csv_writer, files
from preflight.core.errors import OutputExists, WriteError
from preflight.core.locks import locked
from preflight.core.types import CHANGE_COLUMNS

CLEAN, PARTS, MANIFEST = "clean.csv", "parts", "manifest.json"
REJECTS, FIXES, REPORT = "rejects.csv", "fixes.csv", "report.json"
FAILURES, UNMATCHED, CORRECTIONS = "failures.csv", "unmatched.csv", "corrections.csv"
ORIGINAL, UNDO = "original.gz", "undo.json"
RESULTS = (
    CLEAN, PARTS, MANIFEST, REJECTS, FIXES, REPORT, FAILURES, UNMATCHED, CORRECTIONS, ORIGINAL,
    UNDO,
)  # fmt: skip
HELPERS = (
    "preflight__row", "preflight__line", "preflight__source", "preflight__class",
    "preflight__codes", "preflight__message", "preflight__provider_code", "preflight__id",
    "preflight__raw",
)  # fmt: skip
_STAGING = ".preflight-partial-"
_OLD, _NEW = ".preflight-replaced", ".preflight-new"
_UNSENT, _LOCK = ".preflight-unsent", ".preflight-lock"


def default_folder(name: str, stdin_name: str | None = None) -> Path:
    """Where the results for an input go unless someone says: `<stem>.preflight/` beside it.

    Of standard input it is in the working directory, whatever the path that it is called by.
    """
    path = Path(Path(stdin_name or "").name or "stdin") if name == "-" else Path(name)
    inner = path.with_suffix("") if path.suffix.lower() in (".gz", ".zip") else path
    return path.parent / f"{inner.stem}.preflight"


@contextmanager
def staging(folder: Path, *, force: bool, to_send: bool = False) -> Iterator[Path]:
    """A folder to write results into; when the block ends well they stand in `folder`.

    If it ends badly, nothing is left and what stood there stands there still. Results of an earlier
    call are replaced together, so that what lies in the folder is always of one call; nothing else
    in it is touched. Only one process at a time writes into a folder. What a killed process left
    half done is brought to its end or taken back first.

    Args:
        folder: where the results go.
        force: whether results that stand there are replaced.
        to_send: whether a run is to send the results. Those that no run came to have, see
            `handed_over`, are replaced by the next call of this kind as if there were none.

    Raises:
        OutputExists: a result stands there, and is not to be replaced.
        RunLocked: another process is writing into it.
        WriteError: the folder cannot be written, or the disk is full.
    """
    made_here = not folder.exists()
    try:
        with _alone(folder):
            with files.writing(f"into {folder}"):
                _recover(folder)
                _refuse_standing(folder, force=force, to_send=to_send)
                place = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder))
            try:
                yield place
                if to_send:
                    files.touch(place / _UNSENT)
                _refuse_standing(folder, force=force, to_send=to_send)
                _exchange(folder, place)
            except OSError as error:
                if files.is_full(error):
                    raise WriteError(f"into {folder}", files.reason(error)) from error
                raise
            finally:
                shutil.rmtree(place, ignore_errors=True)
    finally:
        if made_here:
            with contextlib.suppress(OSError):  # it is not empty, or somebody else's by now
                folder.rmdir()


def handed_over(folder: Path) -> None:
    """Says that a run has the results in a folder, so that they are not replaced by accident."""
    (folder / _UNSENT).unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Holds the folder, which is made if it is not there, so that leftovers are certainly dead.

    What cannot be written in it is told as the folder: the user knows no other name.
    """
    try:
        with locked(
            folder / _LOCK,
            f"the results in {folder}",
            instead="wait for it, or -o DIR writes elsewhere",
            stays=False,
        ):
            yield
    except WriteError as error:
        if isinstance(error.what, Path) and error.what.is_relative_to(folder):
            raise WriteError(f"into {folder}", error.reason) from error
        raise


def _standing(folder: Path) -> list[str]:
    return [name for name in RESULTS if os.path.lexists(folder / name)]


def _refuse_standing(folder: Path, *, force: bool, to_send: bool) -> None:
    there = _standing(folder)
    if there and not force and not (to_send and (folder / _UNSENT).exists()):
        raise OutputExists(
            f"{folder}/{there[0]} exists; --force replaces it, or -o DIR writes elsewhere"
        )


def _exchange(folder: Path, place: Path) -> None:
    """Moves old results out and new ones in; where that breaks off, back again.

    The renaming in the middle decides: a process that is killed before it has changed nothing, for
    `_recover` moves the old results back; after it, the new ones stand there, for it goes on.
    """
    files.sync_tree(place)
    old, new = folder / _OLD, folder / _NEW
    old.mkdir(mode=0o700)
    marks = [_UNSENT] if (folder / _UNSENT).exists() else []
    done: list[tuple[Path, Path]] = []

    def move(here: Path, there: Path) -> None:
        here.replace(there)
        done.append((here, there))

    try:
        for name in marks + _standing(folder):
            move(folder / name, old / name)
        move(place, new)
        # The mark of those that nobody has sent comes first: its name begins with a dot.
        for path in sorted(new.iterdir()):
            move(path, folder / path.name)
        files.sync_folder(folder)
    except BaseException:
        for here, there in reversed(done):
            there.replace(here)
        old.rmdir()
        raise
    with contextlib.suppress(OSError):
        _forget(old, new)


def _recover(folder: Path) -> None:
    """Ends what a killed process had begun, see `_exchange`, and clears away what is left of it."""
    old, new = folder / _OLD, folder / _NEW
    if new.exists():
        for path in sorted(new.iterdir()):
            path.replace(folder / path.name)
        _forget(old, new)
    elif old.exists():
        for path in sorted(old.iterdir()):
            path.replace(folder / path.name)
        old.rmdir()
    for left in folder.glob(f"{_STAGING}*"):
        shutil.rmtree(left)


def _forget(old: Path, new: Path) -> None:
    """Clears away what was replaced; in this order, for without `new` the old would come back."""
    if old.exists():
        shutil.rmtree(old)
    new.rmdir()


class TableWriter:
    """Appends rows of strings to a CSV for people: cells that a spreadsheet would run are escaped.

    So are the names of its header; `csv_writer.plain` takes the escape off again. The file is
    readable by its owner alone, and stands in its place when it is ended.

    Args:
        path: of the file.
        header: the column names.
        durable: see `files.Replacement`.
    """

    def __init__(self, path: Path, header: Sequence[str], *, durable: bool = True) -> None:
        self._file = files.Replacement(path, durable=durable)
        names = csv_writer.neutral(pa.array(header, type=pa.string()))
        self._file.write(csv_writer.line(names.to_pylist()))
        self.rows = 0

    def write(self, columns: Sequence[pa.Array | pa.ChunkedArray]) -> None:
        """Appends rows, given as one string column for each name of the header."""
        if len(columns[0]):
            self._file.write(
                csv_writer.body(csv_writer.records([csv_writer.neutral(one) for one in columns]))
            )
            self.rows += len(columns[0])

    def __enter__(self) -> TableWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Puts the file in its place; where the block failed, nothing is left of it."""
        if kind is None:
            self._file.keep()
        else:
            self._file.drop()


def fixes_columns(changes: pd.DataFrame) -> list[pa.Array]:
    """The rows of fixes.csv for some changes."""
    texts = changes[list(CHANGE_COLUMNS)].astype("str")
    return [pa.array(texts[name].to_numpy(dtype=object), type=pa.string()) for name in texts]


def helper_columns(helpers: Mapping[str, np.ndarray | str], count: int) -> list[pa.Array]:
    """The helper columns of rejects.csv or failures.csv; a text stands for every row."""
    columns = []
    for name in HELPERS:
        value = helpers.get(name, "")
        cells = [value] * count if isinstance(value, str) else [str(one) for one in value]
        columns.append(pa.array(cells, type=pa.string()))
    return columns
