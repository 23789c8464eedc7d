"""The ledger: the runs, their parts, and every call to a provider, in SQLite.

The intent of each call is committed before the call and its end after it, so that after a crash it
is known which calls may have been made. The database itself enforces two rules: a part has at most
one attempt that can have sent its rows, and a part that must not be sent cannot get an intent.

The file is in the state folder, beside the locks and the failure reports. It has paths of files,
IDs of jobs and row numbers, but no cell of a contact and no secret.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from preflight.core.books import RunBooks
from preflight.core.errors import UsageError
from preflight.core.exchange import FailureReport, Outcome, Receipt
from preflight.core.locks import locked
from preflight.runs.ledger import kept_reports
from preflight.runs.ledger.database import LOCKS, LedgerFile, free_id
from preflight.runs.ledger.run import (
    Attempt,
    AttemptState,
    NewRun,
    PartState,
    Run,
    RunState,
    StoredPart,
    attempt_of,
    outcome_json,
    part_of,
    part_values,
    receipt_json,
    run_of,
)
from preflight.runs.ledger.unknown import unknown_run

REPORTS = "reports"

_ENDS = {
    "finished": PartState.FINISHED,
    "failed": PartState.FAILED,
    "unknown": PartState.UNKNOWN,
}


class Ledger(LedgerFile):
    """The ledger of a state folder; a context manager that closes it.

    For one thread. Several processes may have it open; `lock` keeps them off each other's runs.

    Args:
        state_dir: the folder; created, for its owner alone, if missing.
        clock: the time now, in seconds since the epoch.

    Raises:
        UsageError, WriteError: see `LedgerFile`.
    """

    def __init__(self, state_dir: Path, clock: Callable[[], float] = time.time) -> None:
        super().__init__(state_dir, clock)
        self._held: set[str] = set()

    @contextmanager
    def lock(self, run: str) -> Iterator[None]:
        """Holds the run's lock during the block; reentrant.

        A provider's tool that is started in the block shares the lock, and keeps it if preflight is
        killed. So nobody can resume the run while the tool may still send something.

        Raises:
            RunLocked: another process, or another `Ledger`, holds it.
            UsageError: there is no such run.
        """
        if run in self._held:
            yield
            return
        self.run(run)
        with locked(self._folder / LOCKS / f"{run}.lock", f"run {run}", inherited=True):
            self._held.add(run)
            try:
                yield
            finally:
                self._held.discard(run)

    def create_run(self, new: NewRun, *, replaces: Collection[str] = ()) -> str:
        """Records a run with all of its parts, ready to be sent.

        Args:
            new: the run.
            replaces: IDs of the runs that it replaces, in the same transaction.

        Returns:
            The ID of the run.
        """
        now = self._clock()
        with self._transaction() as connection:
            run = free_id(connection, now)
            connection.execute(
                "INSERT INTO runs (id, provider, state, created, updated, source_name, "
                "source_sha256, source_rows, folder, settings, options, books, parent, address) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run,
                    new.provider,
                    RunState.OPEN,
                    now,
                    now,
                    new.source_name,
                    new.source_sha256,
                    new.source_rows,
                    str(new.folder.absolute()),
                    json.dumps(dict(new.settings)),
                    json.dumps(dict(new.options)),
                    json.dumps(asdict(new.books)),
                    new.parent,
                    new.address,
                ),
            )
            connection.executemany(
                "INSERT INTO parts (run, number, path, sha256, size, rows, header, fields, "
                "row_map, lines, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (part_values(run, part) for part in new.parts),
            )
            connection.executemany(
                "UPDATE runs SET state = ? WHERE id = ?",
                ((RunState.REPLACED, replaced) for replaced in replaces),
            )
        return run

    _RUN = (
        "SELECT id, provider, state, created, updated, source_name, source_sha256, source_rows, "
        "folder, settings, options, books, parent, address, ended FROM runs"
    )

    def run(self, run: str) -> Run:
        """A run by its ID.

        Raises:
            UsageError: there is none of this ID; the message suggests similar ones.
        """
        row = self._connection.execute(f"{self._RUN} WHERE id = ?", (run,)).fetchone()
        if row is not None:
            return run_of(row)
        known = [name for (name,) in self._connection.execute("SELECT id FROM runs ORDER BY id")]
        raise unknown_run(run, known, self._folder)

    def runs(self) -> list[Run]:
        """All runs, the newest first."""
        return [
            run_of(row) for row in self._connection.execute(f"{self._RUN} ORDER BY number DESC")
        ]

    def first(self, run: Run) -> Run:
        """The run whose rows a run sends, corrected; itself if it corrects none."""
        while run.parent is not None:
            run = self.run(run.parent)
        return run

    def family(self, run: str) -> list[Run]:
        """A run with the runs that it corrects and that correct it, the first one first."""
        runs = list(reversed(self.runs()))
        related = {self.first(self.run(run)).id}
        for member in runs:
            if member.parent in related:
                related.add(member.id)
        return [member for member in runs if member.id in related]

    def set_run(self, run: str, state: RunState) -> None:
        """Sets the state of a run."""
        with self._transaction(run) as connection:
            connection.execute("UPDATE runs SET state = ? WHERE id = ?", (state, run))

    def set_ended(self, run: str, books: RunBooks) -> None:
        """Records where the rows of a run ended, as it was settled last."""
        with self._transaction(run) as connection:
            connection.execute(
                "UPDATE runs SET ended = ? WHERE id = ?", (json.dumps(asdict(books)), run)
            )

    def parts(self, run: str) -> list[StoredPart]:
        """The parts of a run, in their order, with their row maps."""
        rows = self._connection.execute(
            "SELECT number, path, sha256, size, header, fields, row_map, lines, state, reason, "
            "receipt, outcome, report FROM parts WHERE run = ? ORDER BY number",
            (run,),
        )
        return [part_of(row, self._folder / REPORTS) for row in rows]

    def set_part(self, run: str, part: int, state: PartState, *, reason: str = "") -> None:
        """Sets the state of a part, with its reason."""
        with self._transaction(run) as connection:
            connection.execute(
                "UPDATE parts SET state = ?, reason = ? WHERE run = ? AND number = ?",
                (state, reason, run, part),
            )

    def release(self, run: str, part: int) -> None:
        """Makes a part ready again although an attempt may have sent it; the user decided so."""
        with self._transaction(run) as connection:
            connection.execute(
                "UPDATE attempts SET state = ? WHERE run = ? AND part = ? AND commits "
                "AND state IN (?, ?, ?)",
                (
                    AttemptState.WAIVED,
                    run,
                    part,
                    AttemptState.INTENT,
                    AttemptState.AMBIGUOUS,
                    AttemptState.DONE,
                ),
            )
            connection.execute(
                "UPDATE parts SET state = ?, reason = '', receipt = NULL, outcome = NULL, "
                "report = NULL WHERE run = ? AND number = ?",
                (PartState.READY, run, part),
            )

    def end_part(
        self,
        run: str,
        part: int,
        outcome: Outcome,
        report: FailureReport | None,
        *,
        reason: str = "",
    ) -> None:
        """Records how a job ended: first the report's files, then the rest in one transaction."""
        name = None
        if report is not None:
            name = kept_reports.keep(self._folder / REPORTS, f"{run}-{part:04}", report).name
        state = _ENDS[outcome.state]
        with self._transaction(run) as connection:
            connection.execute(
                "UPDATE parts SET state = ?, reason = ?, outcome = ?, report = ? "
                "WHERE run = ? AND number = ?",
                (
                    state,
                    reason,
                    outcome_json(outcome),
                    name,
                    run,
                    part,
                ),
            )

    def failures(self, part: StoredPart) -> FailureReport | None:
        """The failure report of a part, or None.

        Raises:
            UsageError: its file is gone.
        """
        if part.report is None:
            return None
        try:
            return kept_reports.load(part.report)
        except OSError as error:
            raise UsageError(
                f"the failure report {part.report} cannot be read: {error.strerror}"
            ) from None

    def intent(
        self, run: str, part: int, attempt: int, step: str, key: str, *, commits: bool
    ) -> None:
        """Writes down that a call is about to be made; the part is then being sent.

        Raises:
            ValueError: the part is not to be sent.
            sqlite3.IntegrityError: the call is written down already, or it could take rows that
                an earlier attempt may have taken.
        """
        with self._transaction(run) as connection:
            changed = connection.execute(
                "UPDATE parts SET state = ?, reason = '' "
                "WHERE run = ? AND number = ? AND state IN (?, ?)",
                (PartState.SENDING, run, part, PartState.READY, PartState.SENDING),
            )
            if not changed.rowcount:
                raise ValueError(f"part {part} of run {run} is not to be sent")
            connection.execute(
                "UPDATE attempts SET state = ?, message = 'interrupted' "
                "WHERE run = ? AND part = ? AND NOT commits AND state = ?",
                (AttemptState.FAILED, run, part, AttemptState.INTENT),
            )
            connection.execute(
                "INSERT INTO attempts (run, part, attempt, step, key, commits, state, began) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (run, part, attempt, step, key, commits, AttemptState.INTENT, self._clock()),
            )

    def done(
        self,
        run: str,
        part: int,
        attempt: int,
        step: str,
        result: Mapping[str, Any],
        *,
        receipt: Receipt | None = None,
        state: PartState = PartState.SENDING,
    ) -> None:
        """Records that a call was carried out, and the state of the part, in one transaction.

        Args:
            result: JSON values that the step returned; no secrets.
            receipt: the job, if there is one.
            state: of the part.
        """
        with self._transaction(run) as connection:
            self._end(
                connection,
                (run, part, attempt, step),
                AttemptState.DONE,
                result=json.dumps(dict(result)),
            )
            connection.execute(
                "UPDATE parts SET state = ?, receipt = ? WHERE run = ? AND number = ?",
                (state, receipt_json(receipt) if receipt else None, run, part),
            )

    def failed(
        self,
        run: str,
        part: int,
        attempt: int,
        step: str,
        *,
        code: str | None = None,
        message: str = "",
        refused: bool = False,
    ) -> None:
        """Records that a call sent nothing; the part is ready again, or refused."""
        with self._transaction(run) as connection:
            self._end(
                connection,
                (run, part, attempt, step),
                AttemptState.FAILED,
                code=code,
                message=message,
            )
            connection.execute(
                "UPDATE parts SET state = ?, reason = ? WHERE run = ? AND number = ?",
                (
                    PartState.REFUSED if refused else PartState.READY,
                    message if refused else "",
                    run,
                    part,
                ),
            )

    def ambiguous(
        self,
        run: str,
        part: int,
        attempt: int,
        step: str,
        *,
        code: str | None = None,
        message: str = "",
    ) -> None:
        """Records that a call may have been carried out; the part stays in sending."""
        with self._transaction(run) as connection:
            self._end(
                connection,
                (run, part, attempt, step),
                AttemptState.AMBIGUOUS,
                code=code,
                message=message,
            )

    def _end(
        self,
        connection: sqlite3.Connection,
        call: tuple[str, int, int, str],
        state: AttemptState,
        *,
        result: str | None = None,
        code: str | None = None,
        message: str = "",
    ) -> None:
        connection.execute(
            "UPDATE attempts SET state = ?, ended = ?, result = ?, code = ?, message = ? "
            "WHERE run = ? AND part = ? AND attempt = ? AND step = ?",
            (state, self._clock(), result, code, message, *call),
        )

    def attempts(self, run: str, part: int) -> list[Attempt]:
        """Every call that was made or planned for a part, in order."""
        rows = self._connection.execute(
            "SELECT attempt, step, key, commits, state, began, ended, result, code, message "
            "FROM attempts WHERE run = ? AND part = ? ORDER BY rowid",
            (run, part),
        )
        return [attempt_of(row) for row in rows]
