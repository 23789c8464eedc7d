"""What became of a file that was sent, as values and frames."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import pandas as pd

from preflight.api import display
from preflight.api.frames import table_of
from preflight.api.work import WorkFolder
from preflight.core.books import Books, RunBooks
from preflight.core.exchange import Reason
from preflight.report.wording import books
from preflight.runs import lineage, settlement
from preflight.runs.corrections.compare import CORRECTION_COLUMNS
from preflight.runs.ledger.ledger import Ledger
from preflight.writing import results_folder

_ENDS = ("accepted", "rejected_here", "rejected_there", "submitted", "unknown", "dropped")
_ENDS_UNSENT = ("clean", "rejected", "dropped")


@dataclass(frozen=True, repr=False, eq=False)
class Sent:
    """What became of a file that was sent.

    Attributes:
        settled: the state of the run, for those who want more.
        work: holds the private folder of the call.
    """

    settled: settlement.SettledRun
    work: WorkFolder = field(repr=False)

    @property
    def run(self) -> str | None:
        """The id of the run; None if nothing was sent."""
        return self.settled.run.id if self.settled.run else None

    @property
    def books(self) -> RunBooks:
        """How many rows were accepted, rejected here and there, …; they sum to the file's rows."""
        return self.settled.books

    @property
    def stopped(self) -> str | None:
        """Why the run cannot go on now, for `preflight.resume` later; None if it is not stopped."""
        return str(self.settled.stopped) if self.settled.stopped else None

    @property
    def folder(self) -> Path:
        """Where the results are: failures.csv, the parts that were sent, report.json, …."""
        return self.settled.folder

    @functools.cached_property
    def failures(self) -> pd.DataFrame:
        """The rows that preflight or the provider rejected, and why; the content of failures.csv.

        Returns:
            A column of str for each column of the file, and the helper columns `preflight__row` to
            `preflight__raw`. Corrected in their place, `preflight.resubmit` takes them.
        """
        path = self.folder / results_folder.FAILURES
        return table_of(path if path.exists() else self.folder / results_folder.REJECTS)

    @functools.cached_property
    def unmatched(self) -> pd.DataFrame:
        """The lines of the provider's report that match no row; the content of unmatched.csv."""
        path = self.folder / results_folder.UNMATCHED
        return table_of(path) if path.exists() else pd.DataFrame()

    @functools.cached_property
    def corrections(self) -> pd.DataFrame:
        """What a corrected file changed; the content of corrections.csv.

        Returns:
            row, line, column_name, kind, old, new and preflight__id (str), a row a cell: kind is
            "edit" for what a person changed, and "damage" for what a spreadsheet did, which was
            undone. No rows if the file corrects no earlier run.
        """
        path = self.folder / results_folder.CORRECTIONS
        return (
            table_of(path)
            if path.exists()
            else pd.DataFrame(columns=list(CORRECTION_COLUMNS), dtype="str")
        )

    @functools.cached_property
    def standing(self) -> pd.DataFrame:
        """Where each row stands after all rounds of corrections.

        Returns:
            A row for each row of the first file, and for each that corrected files added: row (its
            number in the first file, 0 for an added one; int), place (`accepted`, `rejected_here`,
            `rejected_there`, `submitted`, `unattributed`, `unknown` or `dropped`; str), codes (of
            the rules or of the provider; str), run (the run that decided it; str). No rows if
            nothing was sent, or the first run has not ended.
        """
        run, columns = self.settled.run, ["row", "place", "codes", "run"]
        settled = []
        if run is not None:
            with Ledger(self.settled.settings.state_dir) as ledger:
                settled = lineage.settled_rounds(ledger, run)
        if not settled:
            return pd.DataFrame(columns=columns)
        stand = lineage.standings(settled)
        first = settled[0][1]["origin"]
        rows = [lineage.row_of(name) for name in stand.index.where(stand.index.isin(first), "")]
        return stand.assign(row=rows)[columns].reset_index(drop=True)

    def summary(self) -> str:
        """Where each row ended, in a line, and why the run stopped if it did."""
        line = f"{self._where()}: {books(self._shown())}"
        return f"{line}\nstopped: {self.stopped}" if self.stopped else line

    def _where(self) -> str:
        provider = self.settled.checked.analysis.plan.profile.name
        return f"{provider}, run {self.run}" if self.run else f"{provider}, not sent"

    def _shown(self) -> RunBooks | Books:
        """The books; of a call that sent nothing, without what a provider may say of a row."""
        held = self.books
        here = held.unknown + held.rejected_here + held.dropped
        if self.run or here < held.rows:
            return held
        return Books(held.rows, held.unknown, held.rejected_here, held.dropped)

    def __repr__(self) -> str:
        state = "; stopped, to be resumed" if self.stopped else ""
        return f"<preflight.Sent {self._where()}: {books(self._shown())}{state}>"

    def _repr_html_(self) -> str:
        shown = self._shown()
        ends = display.ends(shown, _ENDS_UNSENT if isinstance(shown, Books) else _ENDS)
        why = f"<p>stopped: {escape(self.stopped)}</p>" if self.stopped else ""
        return display.page(self._where(), ends, why, self._refusals())

    def _refusals(self) -> str:
        """Why the provider rejected rows, most frequent first, as HTML."""
        lines = [
            f"<li>{count:,} × <code>{escape(code)}</code>"
            f"{'' if reason is Reason.UNKNOWN else f' ({reason})'}</li>"
            for code, (count, reason) in self.settled.refusals.items()
        ]
        return f"<p>rejected by the provider:</p><ul>{''.join(lines)}</ul>" if lines else ""
