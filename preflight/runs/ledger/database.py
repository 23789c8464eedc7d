"""The file of a ledger: opened, brought to the last layout, and changed in transactions."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from preflight.core import files
from preflight.core.errors import UsageError, WriteError
from preflight.core.locks import locked, prove
from preflight.runs.ledger import tables

FILE = "ledger.sqlite"
"""Its name in the state folder."""
LOCKS = "locks"
"""The folder in the state folder that holds the locks."""


def free_id(connection: sqlite3.Connection, now: float) -> str:
    """An ID that no run has: the time in UTC, and four hex digits."""
    start = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M%S")
    taken = {name for (name,) in connection.execute("SELECT id FROM runs")}
    run = f"{start}-{secrets.token_hex(2)}"
    while run in taken:
        run = f"{start}-{secrets.token_hex(2)}"
    return run


_UNWRITABLE = (
    sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN,
)  # fmt: skip


def _is_unwritable(error: sqlite3.OperationalError) -> bool:
    """Whether a write failed, as on a full disk or on one that is mounted read-only."""
    return error.sqlite_errorcode & 0xFF in _UNWRITABLE


def _words(error: sqlite3.OperationalError) -> str:
    """The message of SQLite, which does not always recognise a full disk."""
    unclear = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_IOERR
    return f"{error} (is the disk full?)" if unclear else str(error)


class LedgerFile:
    """The SQLite file of a ledger; a context manager that closes it.

    Args:
        state_dir: its folder; created, for its owner alone, if missing.
        clock: the time now, in seconds since the epoch.

    Raises:
        UsageError: the folder cannot be written, or has no locks; the file is not a ledger, or a
            newer preflight wrote it.
        WriteError: the disk is full, or read-only.
    """

    def __init__(self, state_dir: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder = state_dir.absolute()
        self._clock = clock
        path = self._folder / FILE
        try:
            files.folder(self._folder)
            files.touch(path)
            files.sync_folder(self._folder)
            prove(self._folder)
        except WriteError as error:
            raise UsageError(
                f"the state folder {state_dir} cannot be written: {error.reason}; "
                "name another with --state-dir"
            ) from None
        self._connection = sqlite3.connect(path, timeout=60, isolation_level=None)
        try:
            self._prepare(path)
        except sqlite3.DatabaseError as error:
            self._connection.close()
            if isinstance(error, sqlite3.OperationalError) and _is_unwritable(error):
                raise WriteError(path, _words(error)) from None
            raise UsageError(f"{path} cannot be used as a ledger: {error}") from None
        except UsageError:
            self._connection.close()
            raise

    def _prepare(self, path: Path) -> None:
        (mode,) = self._connection.execute("PRAGMA journal_mode").fetchone()
        if mode != "wal":
            # SQLite gives up at once, and does not wait, if two processes change the mode together.
            with locked(self._folder / LOCKS / f"{FILE}.lock", str(path), wait=True):
                self._connection.execute("PRAGMA journal_mode = WAL")
        # With a write-ahead log each commit is one append and one sync, and readers do not wait.
        # With NORMAL that sync would come later: after a power cut the intent of a call could be
        # gone, though the provider had the rows. EXTRA would add the name of a rollback journal,
        # of which there is none here.
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
        """Closes the file."""
        self._connection.close()

    @property
    def folder(self) -> Path:
        """The state folder."""
        return self._folder

    @contextmanager
    def _transaction(self, run: str | None = None) -> Iterator[sqlite3.Connection]:
        """Commits all of the block or nothing; marks the run, if given, as updated."""
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
            if isinstance(error, sqlite3.OperationalError) and _is_unwritable(error):
                raise WriteError(self._folder / FILE, _words(error)) from error
            raise

    def now(self) -> float:
        """The time of the ledger's clock, in seconds since the epoch."""
        return self._clock()
