"""What a fix made of a file, as values and frames."""

from __future__ import annotations

import functools
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa

from preflight.api import display
from preflight.api.frames import table_of, texts
from preflight.api.given import Given
from preflight.api.report import Report
from preflight.api.work import WorkFolder
from preflight.config.settings import Settings
from preflight.core import urls
from preflight.core.books import Books
from preflight.pipeline import accepted
from preflight.report.wording import plural
from preflight.writing import results_folder, writer
from preflight.writing.parts import read_part

_ROW = "preflight__row"


@dataclass(frozen=True, repr=False, eq=False)
class Fixed:
    """What a fix, or a split, made of a file. Nothing of it is written beside the file: see `save`.

    Attributes:
        written: the results in the private folder, for those who want more.
        settings: that the file was fixed with.
        given: what was fixed.
        work: holds the private folder of the call.
    """

    written: writer.FixedFile
    settings: Settings
    given: Given
    work: WorkFolder = field(repr=False)

    @functools.cached_property
    def report(self) -> Report:
        """What was found before fixing."""
        known = accepted.accepted(self.settings, os.environ)
        return Report(self.written.checked, self.settings, self.given, self.work, known)

    @property
    def books(self) -> Books:
        """How many rows are clean, rejected and dropped after fixing; they sum to its rows."""
        return self.written.books

    @property
    def findings(self) -> pd.DataFrame:
        """What was found before fixing; see `Report.findings`."""
        return self.report.findings

    @functools.cached_property
    def clean(self) -> pd.DataFrame:
        """The clean rows as a provider gets them.

        Returns:
            A column of str for each column that is sent, in the provider's names where there is
            one. The index is the row labels of the DataFrame that was fixed, or the numbers of the
            file's rows, from 1.
        """
        parts = self.written.parts
        header = [column.header for column in self.written.checked.analysis.output_columns]
        tables = [read_part(part) for part in parts]
        if not tables:
            return pd.DataFrame(columns=header, dtype="str")
        frame: pd.DataFrame = pa.concat_tables(tables).to_pandas(types_mapper=texts)
        frame.columns = pd.Index(parts[0].header)
        rows = pd.concat([pd.Series(part.row_map) for part in parts])
        frame.index = self.given.labelled(rows)
        return frame

    @functools.cached_property
    def rejects(self) -> pd.DataFrame:
        """The rejected rows: their own cells, and why; the content of rejects.csv.

        Returns:
            A column of str for each column of the file, and the helper columns `preflight__row` to
            `preflight__raw`; the index as in `clean`.
        """
        frame = table_of(self.written.folder / results_folder.REJECTS)
        frame.index = self.given.labelled(frame[_ROW].astype("int64"))
        return frame

    @functools.cached_property
    def fixes(self) -> pd.DataFrame:
        """Every cell that was changed; the content of fixes.csv.

        Returns:
            row, line, column_name, code, safety, old, new (str); row is blank for a change of the
            whole file.
        """
        return table_of(self.written.folder / results_folder.FIXES)

    @property
    def left_out_columns(self) -> pd.DataFrame:
        """The columns that the provider does not get; see `Report.left_out_columns`."""
        return self.report.left_out_columns

    def summary(self) -> str:
        """What `preflight check` prints of the file; see `Report.summary`."""
        return self.report.summary()

    def raise_for_findings(self) -> None:
        """Raises an error where `preflight check` would exit with 1; see `fail_on` and `max_bad`.

        Raises:
            FindingsError: the file does not pass.
        """
        self.report.raise_for_findings()

    def save(self, folder: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Writes what `preflight fix` writes: clean.csv or parts/, rejects.csv, report.json, ….

        Args:
            folder: of the results; made if it is missing.
            force: whether results that are there are replaced.

        Returns:
            The folder.

        Raises:
            OutputExists: there are results already.
            WriteError: the folder cannot be written, or the disk is full.
        """
        target = urls.local_path(folder)
        with results_folder.staging(target, force=force) as place:
            for path in self.written.folder.iterdir():
                if path.is_dir():
                    shutil.copytree(path, place / path.name)
                elif path.name in results_folder.RESULTS:
                    shutil.copy2(path, place / path.name)
        return target

    def __repr__(self) -> str:
        name, books = self.report.shown_name, self.books
        return (
            f"<preflight.Fixed {name}: {books.rows:,} rows = {books.clean:,} clean"
            f" + {books.rejected:,} rejected + {books.dropped:,} dropped,"
            f" {self.written.changed_cells:,} cells changed>"
        )

    def _repr_html_(self) -> str:
        ends = display.ends(self.books, ("clean", "rejected", "dropped"))
        changed = plural(self.written.changed_cells, "cell")
        heading = f"{self.report.shown_name}: {changed} changed"
        return display.page(heading, ends, self.report.rules_table())
