"""Writes a snapshot as JSON, and reads it again."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from preflight.core import json_text
from preflight.core.errors import UsageError
from preflight.core.files import reason
from preflight.snapshots.snapshot import (
    SCHEMA_VERSION,
    ColumnSnapshot,
    Conditions,
    Lengths,
    Mix,
    Snapshot,
    Tool,
    Writing,
)

# What is left out of a column that has none.
_OPTIONAL = ("formats", "looks", "orders", "domains", "countries")
_FIELDS = frozenset(
    field.name
    for part in (Snapshot, ColumnSnapshot, Conditions, Lengths, Mix, Tool, Writing)
    for field in dataclasses.fields(part)
)
_ADAPTER = TypeAdapter(Snapshot)


def text(snapshot: Snapshot) -> str:
    """The snapshot as JSON."""
    whole = _ADAPTER.dump_python(snapshot)
    for column in whole["columns"]:
        for name in [name for name in _OPTIONAL if not column[name]]:
            del column[name]
    return json_text.dumps(whole, indent=1) + "\n"


def read(path: Path) -> Snapshot:
    """Reads a snapshot.

    Raises:
        UsageError: it cannot be read, is not a snapshot, or is one of a newer version; the message
            repeats nothing of it.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the snapshot {path}: {reason(error)}") from error
    found = _object(content)
    if found is None:
        raise UsageError(
            f"{path} is not a snapshot; `preflight snapshot FILE -o SNAPSHOT.json` takes one"
        )
    again = f"take it again with `preflight snapshot FILE -o {path}`"
    if found["schema_version"] > SCHEMA_VERSION:
        raise UsageError(
            f"the snapshot {path} is of a newer preflight (schema {found['schema_version']}; this"
            f" one reads {SCHEMA_VERSION}): update preflight, or {again}"
        )
    try:
        return _ADAPTER.validate_python(found)
    except ValidationError as error:
        where = _place(error.errors()[0]["loc"])
        problem = f"the snapshot {path} is damaged: {where} is missing or wrong"
        raise UsageError(f"{problem}; {again}") from None


def is_snapshot(path: Path) -> bool:
    """Whether a file is a snapshot, of any version and sound or not."""
    try:
        return _object(path.read_bytes()) is not None
    except OSError:
        return False


def _object(content: bytes) -> dict[str, Any] | None:
    """The content of a snapshot; None if it is something else."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not found.keys() >= {"schema_version", "columns"}:
        return None
    return found if type(found["schema_version"]) is int else None


def _place(path: Iterable[int | str]) -> str:
    """Where something is, without the names that a snapshot gives: they may be anything."""
    named = itertools.takewhile(lambda part: isinstance(part, int) or part in _FIELDS, path)
    return ".".join(map(str, named)) or "something"
