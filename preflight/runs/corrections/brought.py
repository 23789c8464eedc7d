"""A summary of a corrected file for the user, and corrections.csv."""

from __future__ import annotations

import shutil
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
from preflight.writing import people_csv, results_folder


@dataclass(frozen=True)
class Corrections:
    """A summary of a corrected file.

    Attributes:
        name: of the file, as the user gave it.
        layout: of the file.
        parent: the run whose rows it corrects.
        rows: number of rows, without blank ones.
        new: number of rows that the first file does not have.
        edited: number of rows that a person changed.
        edited_cells: number of cells that a person changed.
        damaged: number of rows that a spreadsheet changed.
        damaged_cells: number of cells that a spreadsheet changed.
        gone: columns of the first file that are missing; their cells keep their values.
        added: columns that the first file does not have.
        held: the rows that are held back because of an earlier run: row, line and reason.
        again: the rows that the provider took, or may have taken, and that were changed since: row,
            line and earlier outcome. They are linted and sent like any other.
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


def brought(
    returned: Returned, comparison: Comparison, parent: Run, stand: pd.DataFrame
) -> Corrections:
    """Summarises a corrected file.

    Args:
        returned: the file as read.
        comparison: how it compares with what was sent.
        parent: the run whose rows it corrects.
        stand: where each row stands, see `lineage.standings`.
    """
    kinds = comparison.corrections["kind"].value_counts()
    was_taken = pd.Index(comparison.names).isin(stand.index[stand["place"].isin(TAKEN)])
    blank = np.array([not any(row) for row in zip(*comparison.cells, strict=True)], dtype=bool)
    return Corrections(
        name=returned.source.name,
        layout=returned.layout,
        parent=parent,
        rows=len(returned.rows),
        new=int(((comparison.names == "") & ~blank).sum()),
        edited=int(comparison.edited.sum()),
        edited_cells=int(kinds.get("edit", 0)),
        damaged=int(comparison.damaged.sum()),
        damaged_cells=int(kinds.get("damage", 0)),
        gone=tuple(label.split("\0")[0] for label in returned.gone),
        added=tuple(label.split("\0")[0] for label in returned.added),
        held=tuple(
            (int(returned.rows[at]), int(returned.lines[at]), comparison.held[at].reason)
            for at in np.flatnonzero(~comparison.free)
        ),
        again=tuple(
            (
                int(returned.rows[at]), int(returned.lines[at]),
                f"{before['place']} in run {before['run']} as row {row_of(comparison.names[at])}",
            )
            for at in np.flatnonzero(comparison.free & comparison.edited & was_taken)
            for before in (stand.loc[comparison.names[at]],)
        ),
    )  # fmt: skip


def keep(state_dir: Path, run: Run) -> None:
    """Copies corrections.csv into the state folder, where it outlives the results.

    What is kept already stays; a resume keeps what a killed call did not.
    """
    written = run.folder / results_folder.CORRECTIONS
    kept = state_dir / KEPT / run.id / results_folder.CORRECTIONS
    if kept.exists() or not written.is_file():
        return
    files.folder(kept.parent)
    with written.open("rb") as source, files.Replacement(kept) as file:
        shutil.copyfileobj(source, file)


def write_log(folder: Path, corrections: pd.DataFrame) -> None:
    """Writes corrections.csv: what a person changed, and what was restored."""
    with people_csv.TableWriter(
        folder / results_folder.CORRECTIONS, list(CORRECTION_COLUMNS)
    ) as file:
        texts = corrections.astype("str")
        file.write([pa.array(texts[name], type=pa.string()) for name in CORRECTION_COLUMNS])
