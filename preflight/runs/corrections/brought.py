"""What a corrected file brought: for the person who handed it in, and for the record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.core import files
from preflight.core.types import Layout
from preflight.runs.corrections import KEPT
from preflight.runs.corrections.compare import CORRECTION_COLUMNS, Comparison
from preflight.runs.corrections.read import Returned
from preflight.runs.ledger.run import Run
from preflight.runs.lineage import TAKEN, row_of
from preflight.writing import results_folder


@dataclass(frozen=True)
class Corrections:
    """What a corrected file brought.

    Attributes:
        name: what the user called it.
        layout: how it is written.
        parent: the run whose rows it corrects.
        rows: how many it has, blank ones left out.
        new: how many of them the first file has not.
        edited: how many rows a person changed, and `edited_cells` in how many cells.
        damaged: how many rows a spreadsheet changed, and `damaged_cells` in how many cells.
        gone: columns of the first file that are missing; their cells are as they were.
        added: columns that the first file has not.
        held: the rows that are not sent because of what became of them before: row, line and why.
        again: the rows that were taken before, or may have been, and were changed since: row, line
            and where they were. They are judged, and sent, like any other.
    """

    name: str
    layout: Layout
    parent: Run
    rows: int
    new: int
    edited: int
    edited_cells: int
    damaged: int
    damaged_cells: int
    gone: tuple[str, ...]
    added: tuple[str, ...]
    held: tuple[tuple[int, int, str], ...]
    again: tuple[tuple[int, int, str], ...]


def brought(returned: Returned, found: Comparison, parent: Run, stand: pd.DataFrame) -> Corrections:
    """What there is to say of a corrected file.

    Args:
        returned: the file as read.
        found: how it compares with what was sent.
        parent: the run whose rows it corrects.
        stand: where each row stands, see `lineage.standings`.
    """
    kinds = found.corrections["kind"].value_counts()
    was_taken = pd.Index(found.names).isin(stand.index[stand["place"].isin(TAKEN)])
    blank = np.array([not any(row) for row in zip(*found.cells, strict=True)], dtype=bool)
    return Corrections(
        name=returned.source.name,
        layout=returned.layout,
        parent=parent,
        rows=len(returned.rows),
        new=int(((found.names == "") & ~blank).sum()),
        edited=int(found.edited.sum()),
        edited_cells=int(kinds.get("edit", 0)),
        damaged=int(found.damaged.sum()),
        damaged_cells=int(kinds.get("damage", 0)),
        gone=tuple(label.split("\0")[0] for label in returned.gone),
        added=tuple(label.split("\0")[0] for label in returned.added),
        held=tuple(
            (int(returned.rows[at]), int(returned.lines[at]), found.held[at].reason)
            for at in np.flatnonzero(~found.free)
        ),
        again=tuple(
            (
                int(returned.rows[at]), int(returned.lines[at]),
                f"{before['place']} in run {before['run']} as row {row_of(found.names[at])}",
            )
            for at in np.flatnonzero(found.free & found.edited & was_taken)
            for before in (stand.loc[found.names[at]],)
        ),
    )  # fmt: skip


def keep(state_dir: Path, run: str, corrections: pd.DataFrame) -> None:
    """The corrections once more, in the state folder, where they outlive the results."""
    place = state_dir / KEPT / run
    files.folder(place)
    write_log(place, corrections)


def write_log(place: Path, corrections: pd.DataFrame) -> None:
    """corrections.csv: what a person changed, and what was put back."""
    with results_folder.TableWriter(
        place / results_folder.CORRECTIONS, list(CORRECTION_COLUMNS)
    ) as file:
        texts = corrections.astype("str")
        file.write([pa.array(texts[name], type=pa.string()) for name in CORRECTION_COLUMNS])
