"""Writes corrected.csv: the rows of a review with their helper columns, as `resubmit` wants it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from preflight.core import files
from preflight.core.row_id import ID
from preflight.review.session import Session
from preflight.runs.corrections.marks import MARK, mark
from preflight.writing import people_csv

CORRECTED = "corrected.csv"


@dataclass(frozen=True)
class Saved:
    """A saved file.

    Attributes:
        path: of the file.
        sha256: of its bytes.
        rows: how many it has.
    """

    path: Path
    sha256: str
    rows: int


def save(session: Session, own: Collection[str]) -> Saved:
    """Writes the rows that are not left out beside the file that is reviewed.

    Args:
        session: the review.
        own: the digests of files that the review saved before; any other file stays as it is.

    Raises:
        WriteError: the file cannot be written.
    """
    opened = session.opened
    path = _free(opened.path, own)
    kept = [at for at, row in enumerate(session.rows) if not row.left_out]
    labels = opened.labels
    helper = {name: list(cells) for name, cells in opened.helpers.items() if name != MARK}
    ids = helper.get(ID, [""] * len(session.rows))
    helper[MARK] = [
        mark(name.strip(), labels, row.cells) for name, row in zip(ids, session.rows, strict=True)
    ]
    columns = [
        pa.array([session.rows[at].cells[column] for at in kept], pa.string())
        for column in range(len(opened.names))
    ]
    helpers = [pa.array([cells[at] for at in kept], pa.string()) for cells in helper.values()]
    header = [*opened.names, *helper]
    with people_csv.TableWriter(path, header) as file:
        file.write([*columns, *helpers])
    return Saved(path, _digest(path), len(kept))


def _free(reviewed: Path, own: Collection[str]) -> Path:
    """Where to write: over no file but one that the review saved, or the one that it is of."""
    number = 1
    while True:
        name = CORRECTED if number == 1 else f"corrected-{number}.csv"
        path = reviewed.with_name(name)
        if not path.exists() or path == reviewed or _digest(path) in own:
            return path
        number += 1


def _digest(path: Path) -> str:
    with files.writing(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
