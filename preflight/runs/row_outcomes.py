"""The outcome of every row of a run, here and at the provider.

They are collected when a run is settled, checked against the books, and kept in the state folder.
So preflight can trace a row, or compare a corrected file, after the results are gone. The
provider's messages may contain values, so only the owner can read the file.
"""

from __future__ import annotations

import enum
import io
from pathlib import Path

import numpy as np
import pandas as pd

from preflight.core import files
from preflight.core.books import RunBooks
from preflight.core.errors import BooksError, UsageError
from preflight.core.exchange import Part
from preflight.core.types import Ints

FOLDER = "verdicts"
"""The folder in the state folder; each file is named after its run."""

TEXTS = ("place", "codes", "warnings", "provider_code", "message", "reason", "how", "origin")


class RowOutcome(enum.StrEnum):
    """Where a row ended: a count of `RunBooks`, or `UNATTRIBUTED`.

    Attributes:
        UNATTRIBUTED: the provider accepted or refused the row, and does not say which.
    """

    ACCEPTED = "accepted"
    REJECTED_HERE = "rejected_here"
    REJECTED_THERE = "rejected_there"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    DROPPED = "dropped"
    UNATTRIBUTED = "unattributed"


class RowOutcomes:
    """The outcomes of a run's rows, while they are collected.

    Args:
        rows: number of rows in the source; all count as dropped until a method says otherwise.
    """

    def __init__(self, rows: int) -> None:
        self._lines = np.zeros(rows, dtype=np.int64)
        self._parts = np.zeros(rows, dtype=np.int64)
        self._texts = {name: np.full(rows, "", dtype=object) for name in TEXTS}
        self._texts["place"][:] = RowOutcome.DROPPED.value

    def of_part(self, part: Part, outcome: RowOutcome) -> None:
        """Sets the outcome of every row of a part; `refused` may change it."""
        at = part.row_map - 1
        self._parts[at] = part.number
        self._lines[at] = part.lines
        self._texts["place"][at] = outcome.value

    def refused(self, reasons: pd.DataFrame) -> None:
        """Marks rows that the provider refused.

        Args:
            reasons: a frame indexed by row number: code, message, reason and how, all str.
        """
        at = reasons.index.to_numpy(dtype=np.int64) - 1
        self._texts["place"][at] = RowOutcome.REJECTED_THERE.value
        for name, column in (
            ("provider_code", "code"), ("message", "message"), ("reason", "reason"), ("how", "how"),
        ):  # fmt: skip
            self._texts[name][at] = reasons[column].to_numpy(dtype=object)

    def rejected_here(
        self, rows: Ints, codes: np.ndarray, messages: np.ndarray, classes: np.ndarray
    ) -> None:
        """Marks rows that preflight rejected, with their codes, messages and classes."""
        places = rows - 1
        self._texts["place"][places] = RowOutcome.REJECTED_HERE.value
        for name, column in (("codes", codes), ("message", messages), ("reason", classes)):
            self._texts[name][places] = column

    def found(self, name: str, rows: Ints, codes: np.ndarray) -> None:
        """Adds codes to "codes" or "warnings" of rows; a row may come several times."""
        if not len(rows):
            return
        pairs = pd.DataFrame({"row": rows, "code": codes}).drop_duplicates()
        joined = pairs.groupby("row")["code"].agg(" ".join)
        self._texts[name][joined.index.to_numpy(dtype=np.int64) - 1] = joined.to_numpy(dtype=object)

    def named(self, rows: Ints, lines: Ints, names: np.ndarray) -> None:
        """Sets the lines of rows in the source, and their row IDs; see `row_id`."""
        self._lines[rows - 1] = lines
        self._texts["origin"][rows - 1] = names

    def table(self) -> pd.DataFrame:
        """All outcomes in row order: row, line and part (0 for none) int64, and `TEXTS` as str."""
        rows = np.arange(1, len(self._lines) + 1, dtype=np.int64)
        numbers = {"row": rows, "line": self._lines, "part": self._parts}
        texts = {name: pd.Series(column, dtype="str") for name, column in self._texts.items()}
        return pd.DataFrame({**numbers, **texts})

    def agree(self, books: RunBooks) -> None:
        """Checks that the numbers of rows with each outcome are those of the books.

        Raises:
            BooksError: they are not; a defect of preflight.
        """
        places = pd.Series(self._texts["place"]).value_counts()
        counted = {place: int(places.get(place.value, 0)) for place in RowOutcome}
        unattributed = counted.pop(RowOutcome.UNATTRIBUTED)
        short = {place: getattr(books, place.value) - count for place, count in counted.items()}
        at_provider = (RowOutcome.ACCEPTED, RowOutcome.REJECTED_THERE)
        missing = sum(short[place] for place in at_provider)
        wrong = [place for place in short if place not in at_provider and short[place]]
        if wrong or missing != unattributed or any(short[place] < 0 for place in at_provider):
            raise BooksError(f"the outcomes of the rows do not match the books: {books}")


def keep(state_dir: Path, run: str, table: pd.DataFrame) -> None:
    """Writes the outcomes of a run atomically; replaces earlier ones."""
    folder = state_dir / FOLDER
    files.folder(folder)
    written = io.BytesIO()
    table.to_feather(written, compression="zstd")
    files.write(_path(state_dir, run), written.getvalue())


def load(state_dir: Path, run: str) -> pd.DataFrame:
    """The outcomes of a settled run; see `RowOutcomes.table`.

    Raises:
        UsageError: there are none: the run was not settled yet, or by an older preflight.
    """
    try:
        return pd.read_feather(_path(state_dir, run)).astype(dict.fromkeys(TEXTS, "str"))
    except FileNotFoundError:
        raise UsageError(
            f"{state_dir} has no outcomes of the rows of run {run}; "
            f"`preflight resume {run}` settles it again"
        ) from None


def _path(state_dir: Path, run: str) -> Path:
    return state_dir / FOLDER / f"{run}.arrow"
