"""What was meant, what was done, and what became of it: the memory of all runs, in SQLite.

An intent is committed before each call to a provider and its end after it, so that whoever comes
after a crash knows which calls may have been made. Two rules are held by the database itself: a
part has at most one attempt that can have taken its rows, and a part that is not to be sent cannot
be given an intent.

The file lies in the state folder with the locks and the failure reports. It holds addresses of
files and jobs and the numbers of rows, no cell of a contact and no secret.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from preflight.core import files
from preflight.core.errors import UsageError, WriteError
from preflight.core.locks import locked
from preflight.core.suggest import nearest
from preflight.core.types import FailureReport, Outcome, Part, Receipt
from preflight.runs.ledger import kept_reports, tables
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
    receipt_json,
    run_of,
)

FILE, LOCKS, REPORTS = "ledger.sqlite", "locks", "reports"

_ENDS = {
    "finished": PartState.FINISHED,
    "failed": PartState.FAILED,
    "unknown": PartState.UNKNOWN,
}


def _free_id(connection: sqlite3.Connection, now: float) -> str:
    """An id that no run has: the time in UTC, and four hex digits."""
    start = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S")
    taken = {name for (name,) in connection.execute("SELECT id FROM runs")}
    run = f"{start}-{secrets.token_hex(2)}"
    while run in taken:
        run = f"{start}-{secrets.token_hex(2)}"
    return run


def _part_values(run: str, part: Part) -> tuple[object, ...]:
    """The row of the table of parts."""
    return (
        run,
        part.number,
        str(part.path.absolute()),
        part.sha256,
        part.size,
        part.rows,
        json.dumps(part.header),
        json.dumps(part.fields),
        part.row_map.astype("<i8").tobytes(),
        part.lines.astype("<i8").tobytes(),
        PartState.READY,
    )


def _is_full(error: sqlite3.OperationalError) -> bool:
    """Whether the disk did not take what was to be written."""
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def _words(error: sqlite3.OperationalError) -> str:
    """What SQLite says of a full disk; it does not always know."""
    return str(error) if "full" in str(error) else f"{error} (is the disk full?)"


class Ledger:
    """The ledger of a state folder; a context manager that closes it.

    For one thread. Several processes may have it open; `lock` keeps them off each other's runs.

    Args:
        state_dir: the folder; made, for its owner alone, if it is not there.
        clock: the time now, in seconds since the epoch.

    Raises:
        UsageError: the folder cannot be written, what lies there is no ledger, or it was written
            by a newer preflight.
        WriteError: the disk is full.
    """

    def __init__(self, state_dir: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder = state_dir.absolute()
        self._clock = clock
        self._held: set[str] = set()
        path = self._folder / FILE
        try:
            files.folder(self._folder)
            files.touch(path)
            files.sync_folder(self._folder)
        except WriteError as error:
            raise UsageError(
                f"the state folder {state_dir} cannot be written: {error.reason}; "
                "--state-dir names another"
            ) from None
        self._connection = sqlite3.connect(path, timeout=60, isolation_level=None)
        try:
            self._prepare(path)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            if isinstance(error, sqlite3.OperationalError) and _is_full(error):
                raise WriteError(path, _words(error)) from None
            raise UsageError(f"{path} cannot be used as a ledger: {error}") from None
        except UsageError:
            self._connection.close()
            raise

    def _prepare(self, path: Path) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        with self._transaction() as connection:
            tables.prepare(connection, path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    @property
    def folder(self) -> Path:
        """The state folder."""
        return self._folder

    @contextmanager
    def _transaction(self, run: str | None = None) -> Iterator[sqlite3.Connection]:
        """All of the block or nothing; the run, if one is named, counts as changed."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            if run is not None:
                self._connection.execute(
                    "UPDATE runs SET updated = ? WHERE id = ?", (self._clock(), run)
                )
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError) and _is_full(error):
                raise WriteError(self._folder / FILE, _words(error)) from error
            raise

    def now(self) -> float:
        """The time, in seconds since the epoch, by the clock that intents are written down with."""
        return self._clock()

    @contextmanager
    def lock(self, run: str) -> Iterator[None]:
        """Holds the run's lock while the block runs; who holds it already may take it again.

        A provider's tool that was started meanwhile holds it with us, and keeps it if we are
        killed: as long as it may send something, nobody can resume the run.

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

    def create_run(self, new: NewRun) -> str:
        """Writes down a run with all of its parts, ready to be sent.

        Returns:
            The id of the run.
        """
        now = self._clock()
        with self._transaction() as connection:
            run = _free_id(connection, now)
            connection.execute(
                "INSERT INTO runs (id, provider, state, created, updated, source_name, "
                "source_sha256, source_rows, folder, settings, options, books, parent) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
                ),
            )
            connection.executemany(
                "INSERT INTO parts (run, number, path, sha256, size, rows, header, fields, "
                "row_map, lines, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (_part_values(run, part) for part in new.parts),
            )
        return run

    _RUN = (
        "SELECT id, provider, state, created, updated, source_name, source_sha256, source_rows, "
        "folder, settings, options, books, parent FROM runs"
    )

    def run(self, run: str) -> Run:
        """One run.

        Raises:
            UsageError: there is none of this id; the message names those that look like it.
        """
        found = self._connection.execute(f"{self._RUN} WHERE id = ?", (run,)).fetchone()
        if found is not None:
            return run_of(found)
        known = [name for (name,) in self._connection.execute("SELECT id FROM runs ORDER BY id")]
        near = [name for name in known if name.startswith(run)] if run else []
        if not near and (like := nearest(run, known, like=50)) is not None:
            near = [like]
        if near:
            advice = f"did you mean {' or '.join(near[:3])}?"
        elif known:
            advice = f"the latest is {known[-1]}"
        else:
            advice = f"there are none yet in {self._folder}"
        raise UsageError(f'there is no run "{run}": {advice}')

    def runs(self) -> list[Run]:
        """All runs, the newest first."""
        return [
            run_of(row) for row in self._connection.execute(f"{self._RUN} ORDER BY number DESC")
        ]

    def family(self, run: str) -> list[Run]:
        """A run with those that it corrects and those that correct it: the first one first."""
        every = list(reversed(self.runs()))
        first = {one.id: one.parent for one in every}
        root = self.run(run).id
        while (parent := first[root]) is not None:
            root = parent
        related = {root}
        for one in every:
            if one.parent in related:
                related.add(one.id)
        return [one for one in every if one.id in related]

    def latest_unfinished(self) -> Run | None:
        """The newest run that is neither finished nor replaced; None where all are."""
        found = self._connection.execute(
            f"{self._RUN} WHERE state NOT IN (?, ?) ORDER BY number DESC LIMIT 1",
            (RunState.FINISHED, RunState.REPLACED),
        ).fetchone()
        return None if found is None else run_of(found)

    def set_run(self, run: str, state: RunState) -> None:
        """Says how far a run is."""
        with self._transaction(run) as connection:
            connection.execute("UPDATE runs SET state = ? WHERE id = ?", (state, run))

    def parts(self, run: str) -> list[StoredPart]:
        """The parts of a run, in their order, with their row maps."""
        found = self._connection.execute(
            "SELECT number, path, sha256, size, header, fields, row_map, lines, state, reason, "
            "receipt, outcome, report FROM parts WHERE run = ? ORDER BY number",
            (run,),
        )
        return [part_of(row, self._folder / REPORTS) for row in found]

    def set_part(self, run: str, part: int, state: PartState, *, reason: str = "") -> None:
        """Says where a part stands, and why."""
        with self._transaction(run) as connection:
            connection.execute(
                "UPDATE parts SET state = ?, reason = ? WHERE run = ? AND number = ?",
                (state, reason, run, part),
            )

    def release(self, run: str, part: int) -> None:
        """Makes a part ready again although an attempt may have taken it: a person's decision."""
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
        """Writes down how a job ended: the report's files first, then all the rest at once."""
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
        """The failure report of a part; None where there is none.

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
        """Writes down that a call was carried out, and in the same breath where the part stands.

        Args:
            result: JSON values that the step returned; no secrets.
            receipt: the job, if there is one now.
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
        """Writes down that nothing was taken by a call; the part is ready again, or refused."""
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
        """Writes down that a call may have been carried out; the part is still being sent."""
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
        """Every call that was made or meant for a part, in their order."""
        found = self._connection.execute(
            "SELECT attempt, step, key, commits, state, began, ended, result, code, message "
            "FROM attempts WHERE run = ? AND part = ? ORDER BY rowid",
            (run, part),
        )
        return [attempt_of(row) for row in found]
