"""The history of one row: read, found, changed, sent, judged, corrected, sent again.

It is told from the state folder alone: the kept source is judged again, the parts' row maps say
where a row was sent, the attempts when, and the verdicts what came of it. What is missing is said.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.catalogue import record_limit
from preflight.config.settings import Settings
from preflight.core import csv_writer
from preflight.core.errors import PreflightError, UsageError
from preflight.core.row_id import NAME, row_id
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
from preflight.runs.ledger.run import Attempt, PartState, Run, StoredPart
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
    """The stories of the rows that a key means.

    Args:
        ledger: knows the run.
        run_id: of any run of a family.
        key: the number of a row of the family's first input, or the name of a row as it stands in
            `preflight__id`; what is neither is looked for as an email, a phone or another match
            key, in every run, as read and as sent.
        settings: of this call; what the rows are judged by are the runs' own.
        check: lints the kept sources of the runs.
        most: how many stories are told at most.
        progress: told the stage, rows done, and their total if it is known.

    Raises:
        UsageError: there is no such run.
    """
    runs = ledger.family(run_id)
    tellers = [_Teller(ledger, run, settings, check, progress) for run in runs]
    first = runs[0]
    if key.isdecimal() and 1 <= int(key) <= first.source_rows:
        origins = [tellers[0].origin(int(key))]
    elif NAME.fullmatch(key):
        origins = [key] if any(one.rows(key) for one in tellers) else []
    else:
        origins = list(dict.fromkeys(name for one in tellers for name in one.holding(key)))
    stories = []
    shown = origins[:most]
    for one in tellers:
        one.learn([row for name in shown for row in one.rows(name)])
    for name in shown:
        chapters, before = list[Chapter](), dict[str, dict[str, str]]()
        for one in tellers:
            parent = before.get(one.run.parent or "", {})
            for row in one.rows(name):
                chapter = Chapter(one.run, row, tuple(one.facts(row, parent)), one.cells(row))
                before[one.run.id] = chapter.cells
                chapters.append(chapter)
        stories.append(Story(name, tuple(chapters), _stands(name, chapters, tellers)))
    notes = dict.fromkeys(note for one in tellers for note in one.notes)
    return Trail(tuple(runs), len(origins), tuple(stories), tuple(notes))


def _stands(name: str, chapters: Sequence[Chapter], tellers: Sequence[_Teller]) -> Chapter:
    """The chapter that says where a row stands: the last one where not all verdicts are kept."""
    known = [
        (one.run, one.table[one.table["origin"] == name])
        for one in tellers
        if one.table is not None
    ]
    if len(known) < len(tellers):
        return chapters[-1]
    stand = standings(known).loc[name]
    return next(one for one in chapters if (one.run.id, one.row) == (stand["run"], stand["row"]))


class _Teller:
    """Tells what happened to rows in one run.

    Attributes:
        run: it.
        table: the verdicts of its rows; None where they are not kept.
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
        self.table = self._verdicts()
        self._judged: Checked | None = None
        self._asked = False
        self._retold: dict[int, RowFacts] = {}

    def _verdicts(self) -> pd.DataFrame | None:
        try:
            return row_outcomes.load(self._ledger.folder, self.run.id)
        except UsageError as error:
            self.notes.append(str(error))
            return None

    @property
    def _checked(self) -> Checked | None:
        """The run's source, judged again; None where that cannot be."""
        if not self._asked:
            self._asked = True
            try:
                own = restored(self.run, self._settings)
                self._judged = judged_again(self.run, own, self._check)
            except PreflightError as error:
                self.notes.append(
                    f"run {self.run.id}: what was found and changed is left out: {error}"
                )
        return self._judged

    def origin(self, row: int) -> str:
        """The row ID of a row of the run's source."""
        if self.table is not None:
            return str(self.table["origin"].iloc[row - 1])
        return row_id(self.run.source_sha256, row)

    def rows(self, origin: str) -> list[int]:
        """The rows of the run's source of that name; one at most, unless a file names it twice."""
        if self.table is not None:
            found: list[int] = self.table.loc[self.table["origin"] == origin, "row"].tolist()
            return found
        digest, _, number = origin.partition(":")
        return [int(number)] if self.run.source_sha256.startswith(digest) else []

    def holding(self, key: str) -> list[str]:
        """The names of the rows that hold a match key."""
        checked = self._checked
        if checked is None:
            return []
        return [self.origin(row) for row in holding(checked, key, progress=self._progress)]

    def learn(self, rows: Sequence[int]) -> None:
        """Looks up what there is to say about rows; `facts` and `cells` want it done."""
        if rows and self._checked is not None:
            self._retold = retold(self._checked, rows, progress=self._progress)

    def cells(self, row: int) -> dict[str, str]:
        """The cells of a row as they were read."""
        return self._retold[row].cells if row in self._retold else {}

    def facts(self, row: int, before: dict[str, str]) -> Iterator[Fact]:
        """What happened to a row, in order.

        Args:
            row: of the run's source.
            before: the row's cells in the run that this one corrects; empty for a first one.
        """
        told = self._retold.get(row)
        said = None if self.table is None else self.table.iloc[row - 1]
        line = told.line if told else int(said["line"]) if said is not None else 0
        yield RowRead(self.run.source_name, row, line)
        if self.run.parent is not None:
            yield from self._corrections(row, before)
        if told is not None:
            yield from told.findings
            yield from told.changes
            self._compare(told, said)
        stored = next((one for one in self._parts if row in one.part.row_map), None)
        if stored is not None:
            yield from self._sending(stored, row)
        place = RowOutcome(said["place"]) if said is not None else _standing(stored, told)
        if said is not None and place is RowOutcome.REJECTED_THERE:
            yield RowRefused(
                str(said["provider_code"]), str(said["message"]), str(said["reason"]),
                str(said["how"]),
            )  # fmt: skip
        yield RowEnded(place, self._why(place, stored, told, said))

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

    def _compare(self, told: RowFacts, said: pd.Series | None) -> None:
        """Notes where what is found now is not what was found then."""
        if said is None or said["place"] != RowOutcome.REJECTED_HERE:
            return
        then = set(str(said["codes"]).split())
        now = {one.code for one in told.findings if one.severity == "error" and not one.fixed}
        if not then <= now | {record_limit()}:
            self.notes.append(
                f"run {self.run.id}: row {told.row} was rejected for {' '.join(sorted(then))}, and "
                f"is now found to have {' '.join(sorted(now)) or 'nothing'}: the rules were changed"
            )

    def _why(
        self,
        place: RowOutcome,
        stored: StoredPart | None,
        told: RowFacts | None,
        said: pd.Series | None,
    ) -> str:
        if place is RowOutcome.UNATTRIBUTED:
            if said is None:
                return "the job has ended, and the run was not settled yet"
            return f"{self.run.provider} refused rows of the part and does not say which"
        if place in (RowOutcome.UNKNOWN, RowOutcome.SUBMITTED) and stored is not None:
            if stored.state is PartState.READY:
                return "not sent yet"
            return stored.reason or stored.standing
        if told is None and said is not None:
            return str(said["codes"])
        return ""

    def _corrections(self, row: int, before: dict[str, str]) -> Iterator[RowCorrected]:
        """What was corrected: by the run's own list, else by comparing the kept sources."""
        kept = self._ledger.folder / KEPT / self.run.id / CORRECTIONS
        path = kept if kept.exists() else self.run.folder / CORRECTIONS
        if path.exists():
            with path.open(newline="", encoding="utf-8") as file:
                for entry in csv.DictReader(file):
                    if entry["row"] == str(row):
                        texts = [entry["column_name"], entry["old"], entry["new"]]
                        column, old, new = csv_writer.plain(
                            pa.array(texts, pa.string())
                        ).to_pylist()
                        yield RowCorrected(column, entry["kind"], old, new)
            return
        self.notes.append(
            f"run {self.run.id}: {path} is gone: corrections are found by comparing kept sources"
        )
        now = self.cells(row)
        for column, old in before.items():
            if column in now and now[column] != old:
                yield RowCorrected(column, "edit", old, now[column])


def _standing(stored: StoredPart | None, told: RowFacts | None) -> RowOutcome:
    """Where a row of a run that was not settled stands, as far as the ledger knows."""
    if stored is not None:
        if stored.state in (PartState.READY, PartState.SENDING, PartState.UNKNOWN):
            return RowOutcome.UNKNOWN
        if stored.state in (PartState.REFUSED, PartState.FAILED):
            return RowOutcome.REJECTED_THERE
        return (
            RowOutcome.UNATTRIBUTED if stored.state is PartState.FINISHED else RowOutcome.SUBMITTED
        )
    if told is not None:
        return RowOutcome.DROPPED if told.end == "dropped" else RowOutcome.REJECTED_HERE
    return RowOutcome.UNKNOWN
