"""The history of one row: its findings, fixes, sending, outcome and corrections, run by run.

Only the state folder is needed. The kept source is linted again, the parts' row maps say in which
part a row was sent, the attempts say when, and the row outcomes say how it ended. Notes say what is
missing.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.catalogue import record_limit
from preflight.config.settings import Settings
from preflight.core import csv_writer
from preflight.core.errors import PreflightError, UsageError
from preflight.core.row_id import NAME, RowIds, row_id
from preflight.linting.checked import Check, Checked, Progress, silent
from preflight.runs import row_outcomes
from preflight.runs.corrections import KEPT
from preflight.runs.history.facts import (
    CallMade,
    Chapter,
    Fact,
    JobStatus,
    RowCorrected,
    RowEnded,
    RowPlaced,
    RowRead,
    RowRefused,
    Story,
    Trail,
)
from preflight.runs.history.row_facts import RowFacts, holding, retold
from preflight.runs.kept_run import judged_again, restored
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Attempt, PartState, Run, RunState, StoredPart
from preflight.runs.lineage import standings
from preflight.runs.row_outcomes import RowOutcome
from preflight.writing.results_folder import CORRECTIONS


def trace(
    ledger: Ledger,
    run_id: str,
    key: str,
    settings: Settings,
    *,
    check: Check,
    most: int = 10,
    progress: Progress = silent,
) -> Trail:
    """The histories of the rows that a key means.

    Args:
        ledger: the ledger with the run.
        run_id: any run of a family.
        key: the number of a row in the family's first input, or a row ID as in `preflight__id`.
            Anything else is searched for as an email, a phone or another match key in every run,
            as read and as sent.
        settings: of this call; the rows are linted with the settings of their runs.
        check: lints the kept sources of the runs.
        most: maximum number of stories.
        progress: called with the stage, the rows done, and their total if it is known.

    Raises:
        UsageError: there is no such run.
    """
    runs = ledger.family(run_id)
    histories = [_RunHistory(ledger, run, settings, check, progress) for run in runs]
    first = runs[0]
    if key.isdecimal() and 1 <= int(key) <= first.source_rows:
        origins = [histories[0].origin(int(key))]
    elif NAME.fullmatch(key):
        origins = [key] if any(history.rows(key) for history in histories) else []
    else:
        origins = list(
            dict.fromkeys(name for history in histories for name in history.holding(key))
        )
    stories = []
    shown = origins[:most]
    for history in histories:
        history.load_facts([row for name in shown for row in history.rows(name)])
    for name in shown:
        chapters, before = list[Chapter](), dict[str, dict[str, str]]()
        for history in histories:
            parent = before.get(history.run.parent or "", {})
            for row in history.rows(name):
                chapter = Chapter(
                    history.run, row, tuple(history.facts(row, parent)), history.cells(row)
                )
                before[history.run.id] = chapter.cells
                chapters.append(chapter)
        stories.append(Story(name, tuple(chapters), _stands(name, chapters, histories)))
    notes = dict.fromkeys(note for history in histories for note in history.notes)
    return Trail(tuple(runs), len(origins), tuple(stories), tuple(notes))


def _stands(name: str, chapters: Sequence[Chapter], histories: Sequence[_RunHistory]) -> Chapter:
    """The chapter with the outcome that counts; the last one if some outcomes are missing.

    Nothing of a replaced run was taken, and a later run sends its rows: it does not count.
    """
    counted = [chapter for chapter in chapters if chapter.run.state is not RunState.REPLACED]
    if not counted:
        return chapters[-1]
    others = [history for history in histories if history.run.state is not RunState.REPLACED]
    known = [
        (history.run, history.table[history.table["origin"] == name])
        for history in others
        if history.table is not None
    ]
    if len(known) < len(others):
        return counted[-1]
    stand = standings(known).loc[name]
    return next(
        chapter
        for chapter in chapters
        if (chapter.run.id, chapter.row) == (stand["run"], stand["row"])
    )


class _RunHistory:
    """What happened to rows in one run.

    Attributes:
        run: the run.
        table: the outcomes of its rows; None if they are not kept.
        notes: what is missing.
    """

    def __init__(
        self, ledger: Ledger, run: Run, settings: Settings, check: Check, progress: Progress
    ) -> None:
        self.run = run
        self.notes: list[str] = []
        self._ledger = ledger
        self._progress = progress
        self._parts = ledger.parts(run.id)
        self._settings = settings
        self._check = check
        self.table = self._outcomes()
        self._linted: Checked | None = None
        self._tried = False
        self._row_facts: dict[int, RowFacts] = {}

    def _outcomes(self) -> pd.DataFrame | None:
        try:
            return row_outcomes.load(self._ledger.folder, self.run.id)
        except UsageError as error:
            # A replaced run cannot be resumed, so nothing settles it any more.
            if self.run.state is not RunState.REPLACED:
                self.notes.append(str(error))
            return None

    @property
    def _checked(self) -> Checked | None:
        """The run's source, linted again; None if that is impossible."""
        if not self._tried:
            self._tried = True
            try:
                own = restored(self.run, self._settings)
                self._linted = judged_again(self.run, own, self._check)
            except PreflightError as error:
                self.notes.append(f"run {self.run.id}: findings and fixes are left out: {error}")
        return self._linted

    @functools.cached_property
    def _origins(self) -> np.ndarray:
        """The row ID of each row of the run's source.

        Those of a run that was not settled are in its kept source; without that a corrected row
        has one of its own.
        """
        if self.table is not None:
            return self.table["origin"].to_numpy(dtype=object)
        rows = range(1, self.run.source_rows + 1)
        origins = np.array([row_id(self.run.source_sha256, row) for row in rows], dtype=object)
        if self._checked is not None:
            names = RowIds(self._checked.layout)
            for chunk in self._checked.records("looking", self._progress):
                origins[chunk.rows - 1] = names.of(chunk, chunk.rows)
        return origins

    def origin(self, row: int) -> str:
        """The row ID of a row of the run's source."""
        return str(self._origins[row - 1])

    def rows(self, origin: str) -> list[int]:
        """The rows of the run's source with a row ID; at most one, unless the file repeats it."""
        numbers: list[int] = (np.flatnonzero(self._origins == origin) + 1).tolist()
        return numbers

    def holding(self, key: str) -> list[str]:
        """The row IDs of the rows that hold a match key."""
        checked = self._checked
        if checked is None:
            return []
        return [self.origin(row) for row in holding(checked, key, progress=self._progress)]

    def load_facts(self, rows: Sequence[int]) -> None:
        """Lints the source again for the facts of some rows; call it before `facts` and `cells`."""
        if rows and self._checked is not None:
            self._row_facts = retold(self._checked, rows, progress=self._progress)

    def cells(self, row: int) -> dict[str, str]:
        """The cells of a row as read."""
        return self._row_facts[row].cells if row in self._row_facts else {}

    def facts(self, row: int, before: dict[str, str]) -> Iterator[Fact]:
        """What happened to a row, in order.

        Args:
            row: its number in the run's source.
            before: the row's cells in the run that this one corrects; empty for a first one.
        """
        row_facts = self._row_facts.get(row)
        outcome = None if self.table is None else self.table.iloc[row - 1]
        line = row_facts.line if row_facts else int(outcome["line"]) if outcome is not None else 0
        yield RowRead(self.run.source_name, row, line)
        if self.run.parent is not None:
            yield from self._corrections(row, before)
        if row_facts is not None:
            yield from row_facts.findings
            yield from row_facts.changes
            self._compare(row_facts, outcome)
        stored = next((part for part in self._parts if row in part.part.row_map), None)
        if stored is not None:
            yield from self._sending(stored, row)
        place = (
            RowOutcome(outcome["place"]) if outcome is not None else _standing(stored, row_facts)
        )
        if outcome is not None and place is RowOutcome.REJECTED_THERE:
            yield RowRefused(
                str(outcome["provider_code"]), str(outcome["message"]), str(outcome["reason"]),
                str(outcome["how"]),
            )  # fmt: skip
        yield RowEnded(place, self._why(place, stored, row_facts, outcome))

    def _sending(self, stored: StoredPart, row: int) -> Iterator[Fact]:
        part = stored.part
        position = int(np.flatnonzero(part.row_map == row)[0]) + 1
        yield RowPlaced(
            part.number, len(self._parts), str(part.path), part.path.exists(), position, part.rows
        )
        calls: list[Attempt] = self._ledger.attempts(self.run.id, part.number)
        for call in calls:
            yield CallMade(
                call.attempt, call.step, str(call.state), call.began, call.ended, call.code,
                call.message,
            )  # fmt: skip
        if stored.job is not None:
            outcome = stored.outcome
            yield JobStatus(stored.job, outcome.status if outcome else None, stored.reason)

    def _compare(self, row_facts: RowFacts, outcome: pd.Series | None) -> None:
        """Adds a note if the row has other errors now than when it was rejected."""
        if outcome is None or outcome["place"] != RowOutcome.REJECTED_HERE:
            return
        then = set(str(outcome["codes"]).split())
        now = {
            finding.code
            for finding in row_facts.findings
            if finding.severity == "error" and not finding.fixed
        }
        if not then <= now | {record_limit()}:
            self.notes.append(
                f"run {self.run.id}: row {row_facts.row} was rejected for "
                f"{' '.join(sorted(then))}, but now has {' '.join(sorted(now)) or 'no errors'}: "
                "the rules were changed"
            )

    def _why(
        self,
        place: RowOutcome,
        stored: StoredPart | None,
        row_facts: RowFacts | None,
        outcome: pd.Series | None,
    ) -> str:
        if place is RowOutcome.UNATTRIBUTED:
            if outcome is None:
                return "the job has ended, and the run was not settled yet"
            return f"{self.run.provider} rejected rows of the part and does not say which"
        if place in (RowOutcome.UNKNOWN, RowOutcome.SUBMITTED) and stored is not None:
            if stored.state is PartState.READY:
                return "not sent yet"
            return stored.reason or stored.standing
        if row_facts is None and outcome is not None:
            return str(outcome["codes"])
        return ""

    def _corrections(self, row: int, before: dict[str, str]) -> Iterator[RowCorrected]:
        """The corrected cells: from the run's corrections.csv, or by comparing the kept sources."""
        kept = self._ledger.folder / KEPT / self.run.id / CORRECTIONS
        path = kept if kept.exists() else self.run.folder / CORRECTIONS
        if path.exists():
            with path.open(newline="", encoding="utf-8-sig") as file:
                for entry in csv.DictReader(file):
                    if entry["row"] == str(row):
                        texts = [entry["column_name"], entry["old"], entry["new"]]
                        column, old, new = csv_writer.plain(
                            pa.array(texts, pa.string())
                        ).to_pylist()
                        yield RowCorrected(column, entry["kind"], old, new)
            return
        self.notes.append(
            f"run {self.run.id}: {path} is gone: corrections come from comparing the kept sources"
        )
        now = self.cells(row)
        for column, old in before.items():
            if column in now and now[column] != old:
                yield RowCorrected(column, "edit", old, now[column])


def _standing(stored: StoredPart | None, row_facts: RowFacts | None) -> RowOutcome:
    """The outcome of a row of a run that was not settled, by the ledger."""
    if stored is not None:
        if stored.state in (PartState.READY, PartState.SENDING, PartState.UNKNOWN):
            return RowOutcome.UNKNOWN
        if stored.state in (PartState.REFUSED, PartState.FAILED):
            return RowOutcome.REJECTED_THERE
        return (
            RowOutcome.UNATTRIBUTED if stored.state is PartState.FINISHED else RowOutcome.SUBMITTED
        )
    if row_facts is not None:
        return RowOutcome.DROPPED if row_facts.end == "dropped" else RowOutcome.REJECTED_HERE
    return RowOutcome.UNKNOWN
