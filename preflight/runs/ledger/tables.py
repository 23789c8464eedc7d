"""The tables of the ledger, and the migration of earlier layouts."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from preflight.core.errors import UsageError

LAYOUTS = (
    """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, provider TEXT NOT NULL,
    state TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL, source_name TEXT NOT NULL,
    source_sha256 TEXT NOT NULL, source_rows INTEGER NOT NULL, folder TEXT NOT NULL,
    settings TEXT NOT NULL, options TEXT NOT NULL, books TEXT NOT NULL);
CREATE TABLE parts (
    run TEXT NOT NULL REFERENCES runs (id), number INTEGER NOT NULL, path TEXT NOT NULL,
    sha256 TEXT NOT NULL, size INTEGER NOT NULL, rows INTEGER NOT NULL, header TEXT NOT NULL,
    fields TEXT NOT NULL, row_map BLOB NOT NULL, lines BLOB NOT NULL, state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '', receipt TEXT, outcome TEXT, report TEXT,
    PRIMARY KEY (run, number));
CREATE TABLE attempts (
    run TEXT NOT NULL, part INTEGER NOT NULL, attempt INTEGER NOT NULL, step TEXT NOT NULL,
    key TEXT NOT NULL, commits INTEGER NOT NULL, state TEXT NOT NULL, began REAL NOT NULL,
    ended REAL, result TEXT, code TEXT, message TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (run, part, attempt, step), FOREIGN KEY (run, part) REFERENCES parts (run, number));
CREATE UNIQUE INDEX taken_once ON attempts (run, part)
    WHERE commits AND state IN ('intent', 'ambiguous', 'done');
""",
    "ALTER TABLE runs ADD COLUMN parent TEXT REFERENCES runs (id);",
    """
ALTER TABLE runs ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN ended TEXT;
""",
)
"""The statements that turn each layout into the next; the first begins with an empty file."""

VERSION = len(LAYOUTS)
"""The current layout; a newer one is refused."""


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Migrates a file to the current layout, within a transaction of the caller.

    Args:
        connection: to the file.
        path: of it, for the message.

    Raises:
        UsageError: a newer preflight wrote it.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise UsageError(
            f"{path} was written by a newer preflight (layout {version}, this one knows "
            f"{VERSION}): upgrade contact-preflight, or use another --state-dir"
        )
    if version == VERSION:
        return
    for layout in LAYOUTS[version:]:
        for statement in filter(str.strip, layout.split(";")):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")
