"""The output folder: everything is written beside its place and renamed into it at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight import csvout
from preflight.errors import OutputExists, SourceError
from preflight.model import CHANGE_COLUMNS

CLEAN, PARTS, MANIFEST = "clean.csv", "parts", "manifest.json"
REJECTS, FIXES, REPORT, FAILURES = "rejects.csv", "fixes.csv", "report.json", "failures.csv"
RESULTS = (CLEAN, PARTS, MANIFEST, REJECTS, FIXES, REPORT, FAILURES)
HELPERS = (
    "preflight__row", "preflight__line", "preflight__source", "preflight__class", "preflight__codes",
    "preflight__message", "preflight__provider_code", "preflight__id",
    "preflight__raw",
)  # fmt: skip
_STAGING = ".preflight-partial-"


def default_folder(name: str) -> Path:
    """Where the results for an input go unless someone says: `<stem>.preflight/` beside it."""
    path = Path("stdin" if name == "-" else name)
    inner = path.with_suffix("") if path.suffix in (".gz", ".zip") else path
    return path.parent / f"{inner.stem}.preflight"


@contextmanager
def staging(folder: Path, *, force: bool) -> Iterator[Path]:
    """A folder to write results into; when the block ends well they stand in `folder`.

    If it ends badly, nothing is left. Results of an earlier call are replaced together, so that
    what lies in the folder is always of one call.

    Raises:
        OutputExists: a result stands there, and `force` is not set.
        SourceError: the folder cannot be written.
    """
    there = [name for name in RESULTS if (folder / name).exists()]
    if there and not force:
        raise OutputExists(
            f"{folder}/{there[0]} exists; --force replaces it, or -o DIR writes elsewhere"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in folder.glob(f"{_STAGING}*"):
            shutil.rmtree(left)
        place = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder))
    except OSError as error:
        raise SourceError(f"cannot write into {folder}: {error.strerror}") from error
    made_here = not any(path != place for path in folder.iterdir())
    try:
        yield place
        for name in there:
            _remove(folder / name)
        for path in sorted(place.iterdir()):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(place, ignore_errors=True)
        if made_here and not any(folder.iterdir()):
            folder.rmdir()


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def private(path: Path) -> int:
    """Makes a file that only its owner can read, and gives its descriptor."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def write_text(path: Path, text: str) -> None:
    """Writes a whole file by way of a temporary one beside it."""
    temporary = path.with_name(f".{path.name}.partial")
    with os.fdopen(private(temporary), "w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


class TableWriter:
    """Appends rows of strings to a CSV for people: cells that a spreadsheet would run are escaped.

    Args:
        path: of the file; it is made with its header, readable by its owner alone.
        header: the column names, as they are to stand.
    """

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._file = os.fdopen(private(path), "wb")
        self._file.write(csvout.line(header))
        self.rows = 0

    def write(self, columns: Sequence[pa.Array | pa.ChunkedArray]) -> None:
        """Appends rows, given as one string column for each name of the header."""
        if len(columns[0]):
            self._file.write(csvout.body(csvout.records([csvout.neutral(one) for one in columns])))
            self.rows += len(columns[0])

    def close(self) -> None:
        """Ends the file."""
        self._file.close()


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
