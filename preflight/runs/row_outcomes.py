"""One verdict a row: what became of every row of a run, here and at the provider.

It is gathered when a run is settled, checked against the books, and kept in the state folder, so
that a row's story can be told and a corrected file be judged when the results are long gone. The
provider's messages may hold values, so the file is its owner's alone.
"""

from __future__ import annotations

import enum
import io
from pathlib import Path

import numpy as np
import pandas as pd

from preflight.core import files
from preflight.core.errors import BooksError, UsageError
from preflight.core.types import Ints, Part, RunBooks

FOLDER = "verdicts"
"""Where they lie in the state folder, each called by its run."""

TEXTS = ("place", "codes", "warnings", "provider_code", "message", "reason", "how", "origin")


class RowOutcome(enum.StrEnum):
    """Where a row ended: a place of `RunBooks`, or the one word for two of them.

    Attributes:
        UNATTRIBUTED: the provider took the row or refused it, and does not say which.
    """

    ACCEPTED = "accepted"
    REJECTED_HERE = "rejected_here"
    REJECTED_THERE = "rejected_there"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    DROPPED = "dropped"
    UNATTRIBUTED = "unattributed"


class RowOutcomes:
    """The verdicts of a run, while they are gathered.

    Args:
        rows: how many rows its source has; all of them are dropped until something else is said.
    """

    def __init__(self, rows: int) -> None:
        self._lines = np.zeros(rows, dtype=np.int64)
        self._parts = np.zeros(rows, dtype=np.int64)
        self._texts = {name: np.full(rows, "", dtype=object) for name in TEXTS}
        self._texts["place"][:] = RowOutcome.DROPPED.value

    def of_part(self, part: Part, place: RowOutcome) -> None:
        """Every row of a part ended in one place, until `refused` says otherwise."""
        at = part.row_map - 1
        self._parts[at] = part.number
        self._lines[at] = part.lines
        self._texts["place"][at] = place.value

    def refused(self, said: pd.DataFrame) -> None:
        """The provider refused rows.

        Args:
            said: one line a row, by its number: code, message, reason and how, all str.
        """
        at = said.index.to_numpy(dtype=np.int64) - 1
        self._texts["place"][at] = RowOutcome.REJECTED_THERE.value
        for name, column in (
            ("provider_code", "code"), ("message", "message"), ("reason", "reason"), ("how", "how"),
        ):  # fmt: skip
            self._texts[name][at] = said[column].to_numpy(dtype=object)

    def rejected_here(
        self, rows: Ints, codes: np.ndarray, messages: np.ndarray, reasons: np.ndarray
    ) -> None:
        """Rows that were not sent, each with its codes, its messages and its class."""
        at = rows - 1
        self._texts["place"][at] = RowOutcome.REJECTED_HERE.value
        for name, column in (("codes", codes), ("message", messages), ("reason", reasons)):
            self._texts[name][at] = column

    def found(self, name: str, rows: Ints, codes: np.ndarray) -> None:
        """Adds codes to "codes" or "warnings" of rows; a row may come several times."""
        if not len(rows):
            return
        pairs = pd.DataFrame({"row": rows, "code": codes}).drop_duplicates()
        told = pairs.groupby("row")["code"].agg(" ".join)
        self._texts[name][told.index.to_numpy(dtype=np.int64) - 1] = told.to_numpy(dtype=object)

    def named(self, rows: Ints, lines: Ints, names: np.ndarray) -> None:
        """On which line rows stand, and their row IDs; see `row_id`."""
        self._lines[rows - 1] = lines
        self._texts["origin"][rows - 1] = names

    def table(self) -> pd.DataFrame:
        """All of them: row, line and part (0 for none) int64, and `TEXTS` as str; row order."""
        rows = np.arange(1, len(self._lines) + 1, dtype=np.int64)
        numbers = {"row": rows, "line": self._lines, "part": self._parts}
        texts = {name: pd.Series(column, dtype="str") for name, column in self._texts.items()}
        return pd.DataFrame({**numbers, **texts})

    def agree(self, books: RunBooks) -> None:
        """Checks that as many rows ended in each place as the books say.

        Raises:
            BooksError: they did not; a defect of preflight.
        """
        places = pd.Series(self._texts["place"]).value_counts()
        counted = {place: int(places.get(place.value, 0)) for place in RowOutcome}
        doubtful = counted.pop(RowOutcome.UNATTRIBUTED)
        short = {place: getattr(books, place.value) - count for place, count in counted.items()}
        there = (RowOutcome.ACCEPTED, RowOutcome.REJECTED_THERE)
        away = sum(short[place] for place in there)
        wrong = [place for place in short if place not in there and short[place]]
        if wrong or away != doubtful or any(short[place] < 0 for place in there):
            raise BooksError(f"the verdicts of the rows are not what the books say: {books}")


def keep(state_dir: Path, run: str, table: pd.DataFrame) -> None:
    """Writes the verdicts of a run, whole or not at all; earlier ones of it are replaced."""
    folder = state_dir / FOLDER
    files.folder(folder)
    written = io.BytesIO()
    table.to_feather(written, compression="zstd")
    files.write(_path(state_dir, run), written.getvalue())


def load(state_dir: Path, run: str) -> pd.DataFrame:
    """The verdicts of a run that was settled; see `RowOutcomes.table`.

    Raises:
        UsageError: there are none, for the run was not settled yet, or by an older preflight.
    """
    try:
        return pd.read_feather(_path(state_dir, run)).astype(dict.fromkeys(TEXTS, "str"))
    except FileNotFoundError:
        raise UsageError(
            f"what became of the rows of run {run} is not kept in {state_dir}: "
            f"`preflight resume {run}` settles it again"
        ) from None


def _path(state_dir: Path, run: str) -> Path:
    return state_dir / FOLDER / f"{run}.arrow"
