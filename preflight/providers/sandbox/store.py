"""What the stand-ins remember: jobs, contacts, uploads, and every row that was ever accepted.

One SQLite file, so that a run which was interrupted can go on against a sandbox that was started
anew. Everything of one job is written in one transaction: it is there as a whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from preflight.core import files
from preflight.core.errors import WriteError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, provider TEXT NOT NULL, id TEXT NOT NULL,
    created REAL NOT NULL, ends REAL NOT NULL, status TEXT NOT NULL, details TEXT NOT NULL,
    UNIQUE (provider, id));
CREATE TABLE IF NOT EXISTS contacts (
    provider TEXT NOT NULL, key TEXT NOT NULL, fields TEXT NOT NULL,
    PRIMARY KEY (provider, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accepted (
    job INTEGER NOT NULL, row INTEGER NOT NULL, key TEXT NOT NULL, sha256 TEXT NOT NULL,
    PRIMARY KEY (job, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failures (
    job INTEGER NOT NULL, row INTEGER NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
    value TEXT NOT NULL, cells TEXT NOT NULL, PRIMARY KEY (job, row)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uploads (
    provider TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, used REAL NOT NULL,
    body BLOB NOT NULL, PRIMARY KEY (provider, key));
CREATE TABLE IF NOT EXISTS documents (
    provider TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (provider, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_TABLES = {"jobs", "contacts", "accepted", "failures"}
_BATCH = 5_000
_WRITE = "INSERT OR REPLACE INTO documents VALUES (?, ?, ?)"


def row_digest(cells: Sequence[str]) -> str:
    """Names a row by what is in it: hex SHA-256 of its cells in UTF-8, joined by U+001F."""
    return hashlib.sha256("\x1f".join(cells).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Accepted:
    """One row that a stand-in took.

    Attributes:
        job: the provider's id of the job.
        row: 1-based data row of the file as it was sent.
        key: the match key, as stored (the address in lower case).
        sha256: `row_digest` of its cells as sent.
    """

    job: str
    row: int
    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One row that a stand-in refused: its 1-based data row, why, and its cells as sent."""

    row: int
    code: str
    message: str
    value: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredJob:
    """One import job.

    Attributes:
        number: 1, 2, … over all providers, in the order of their making.
        id: as the provider calls it.
        created: seconds since the epoch.
        ends: when it is over, likewise.
        status: the provider's word once it is over.
        details: whatever else the provider tells of it.
    """

    number: int
    id: str
    created: float
    ends: float
    status: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """A file that was uploaded, and waits for a job."""

    key: str
    name: str
    body: bytes


@dataclass(slots=True)
class Intake:
    """A job that is being taken in. `status` and `details` are written when it is through."""

    number: int
    provider: str
    connection: sqlite3.Connection
    status: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    _taken: list[tuple[Any, ...]] = field(default_factory=list)
    _contacts: list[tuple[Any, ...]] = field(default_factory=list)
    _failed: list[tuple[Any, ...]] = field(default_factory=list)

    def others_active(self, now: float) -> int:
        """How many other jobs of the provider are not over."""
        row = self.connection.execute(
            "SELECT count(*) FROM jobs WHERE provider = ? AND ends > ? AND number <> ?",
            (self.provider, now, self.number),
        ).fetchone()
        return int(row[0])

    def contact(self, key: str) -> dict[str, str] | None:
        """The stored fields of a contact; None for a new one."""
        row = self.connection.execute(
            "SELECT fields FROM contacts WHERE provider = ? AND key = ?", (self.provider, key)
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def accept(self, row: int, cells: Sequence[str], key: str, fields: dict[str, str]) -> None:
        """Takes a row: its contact gets these fields, and it stands in the ledger."""
        self._taken.append((self.number, row, key, row_digest(cells)))
        self._contacts.append((self.provider, key, json.dumps(fields)))
        if len(self._taken) >= _BATCH:
            self.flush()

    def fail(self, failure: RefusedRow) -> None:
        """Refuses a row."""
        self._failed.append(
            (
                self.number,
                failure.row,
                failure.code,
                failure.message,
                failure.value,
                json.dumps(failure.cells),
            )
        )
        if len(self._failed) >= _BATCH:
            self.flush()

    def write(self, key: str, value: dict[str, Any]) -> None:
        """Writes a document of the provider, see `Store.document`."""
        self.connection.execute(_WRITE, (self.provider, key, json.dumps(value)))

    def flush(self) -> None:
        """Hands what was gathered to the open transaction."""
        many = self.connection.executemany
        many("INSERT INTO accepted VALUES (?, ?, ?, ?)", self._taken)
        many("INSERT OR REPLACE INTO contacts VALUES (?, ?, ?)", self._contacts)
        many("INSERT INTO failures VALUES (?, ?, ?, ?, ?, ?)", self._failed)
        self._taken.clear()
        self._contacts.clear()
        self._failed.clear()


class Store:
    """The memory of all stand-ins; safe for several threads, and for a second process.

    Args:
        path: the SQLite file; made, readable by its owner alone, when it is missing.

    Raises:
        sqlite3.Error: what stands there is no SQLite file.
        WriteError: nothing can be made there, or a database stands there that is not a sandbox's.
    """

    def __init__(self, path: Path) -> None:
        files.folder(path.parent)
        files.touch(path)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path, timeout=60, isolation_level=None, check_same_thread=False
        )
        try:
            self._refuse_others(path)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(_SCHEMA)
        except (sqlite3.Error, WriteError):
            self._connection.close()
            raise

    def _refuse_others(self, path: Path) -> None:
        """Leaves a database alone that is not a sandbox's: the ledger of real runs, for one."""
        found = {
            name
            for (name,) in self._connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            )
        }
        if found and not found >= _TABLES:
            raise WriteError(path, "it is not the state of a sandbox")

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def intake(
        self, provider: str, job: str | None, created: float, ends: float
    ) -> Iterator[Intake]:
        """Takes a job in, all of it or, where the block raises, nothing.

        Args:
            provider: whose.
            job: its id; None for its number.
            created: now, in seconds since the epoch.
            ends: when it is over.
        """
        with self._transaction() as connection:
            made = connection.execute(
                "INSERT INTO jobs (provider, id, created, ends, status, details) "
                "VALUES (?, ?, ?, ?, '', '')",
                (provider, job or "", created, ends),
            )
            number = made.lastrowid
            assert number is not None  # noqa: S101 - an INSERT always has one
            intake = Intake(number, provider, connection)
            yield intake
            intake.flush()
            connection.execute(
                "UPDATE jobs SET id = ?, status = ?, details = ? WHERE number = ?",
                (job or str(number), intake.status, json.dumps(intake.details), number),
            )

    def job(self, provider: str, job: str) -> StoredJob | None:
        """One job; None where there is none of this id."""
        matching = self._jobs("id = ?", provider, job)
        return matching[0] if matching else None

    def jobs(self, provider: str) -> list[StoredJob]:
        """All jobs of a provider, the newest first."""
        return self._jobs("? = ''", provider, "")

    def _jobs(self, condition: str, provider: str, value: str) -> list[StoredJob]:
        rows = self._rows(
            "SELECT number, id, created, ends, status, details FROM jobs "  # noqa: S608
            f"WHERE provider = ? AND {condition} ORDER BY number DESC",
            provider,
            value,
        )
        return [
            StoredJob(n, i, made, ends, word, json.loads(d)) for n, i, made, ends, word, d in rows
        ]

    def failures(self, job: StoredJob, limit: int = -1) -> list[RefusedRow]:
        """The refused rows of a job, in the order of the file; at most `limit` of them."""
        rows = self._rows(
            "SELECT row, code, message, value, cells FROM failures WHERE job = ? "
            "ORDER BY row LIMIT ?",
            job.number,
            limit,
        )
        return [RefusedRow(r, code, text, v, tuple(json.loads(c))) for r, code, text, v, c in rows]

    def accepted(self, provider: str) -> list[Accepted]:
        """Every row that a provider took, over all jobs, in the order of taking."""
        rows = self._rows(
            "SELECT jobs.id, row, key, sha256 FROM accepted JOIN jobs ON job = number "
            "WHERE provider = ? ORDER BY job, row",
            provider,
        )
        return [Accepted(*row) for row in rows]

    def contacts(self, provider: str) -> dict[str, dict[str, str]]:
        """The stored fields of all contacts of a provider, by key."""
        rows = self._rows(
            "SELECT key, fields FROM contacts WHERE provider = ? ORDER BY key", provider
        )
        return {key: json.loads(fields) for key, fields in rows}

    def keep(self, provider: str, upload: StoredUpload, now: float) -> None:
        """Keeps an uploaded file."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO uploads VALUES (?, ?, ?, ?, ?)",
                (provider, upload.key, upload.name, now, upload.body),
            )

    def fetch(self, provider: str, key: str, now: float, lifetime: float) -> StoredUpload | None:
        """An uploaded file, unless it was left alone for longer than `lifetime` seconds."""
        with self._transaction() as connection:
            used = connection.execute(
                "UPDATE uploads SET used = ? WHERE provider = ? AND key = ? AND used >= ?",
                (now, provider, key, now - lifetime),
            )
            if not used.rowcount:
                return None
            return StoredUpload(
                *connection.execute(
                    "SELECT key, name, body FROM uploads WHERE provider = ? AND key = ?",
                    (provider, key),
                ).fetchone()
            )

    def replace(self, provider: str, upload: StoredUpload, now: float) -> None:
        """Keeps an uploaded file in place of an earlier one of its key."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?, ?)",
                (provider, upload.key, upload.name, now, upload.body),
            )

    def document(self, provider: str, key: str) -> dict[str, Any] | None:
        """What a provider wrote under a key; None where it wrote nothing."""
        rows = self._rows(
            "SELECT value FROM documents WHERE provider = ? AND key = ?", provider, key
        )
        return json.loads(rows[0][0]) if rows else None

    def write(self, provider: str, key: str, value: dict[str, Any]) -> None:
        """Writes a document of a provider."""
        with self._transaction() as connection:
            connection.execute(_WRITE, (provider, key, json.dumps(value)))

    def setting(self, name: str, default: int) -> int:
        """A number that was set by the control endpoint."""
        rows = self._rows("SELECT value FROM settings WHERE name = ?", name)
        return int(rows[0][0]) if rows else default

    def set(self, name: str, value: int) -> None:
        """Sets such a number."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, str(value)))
