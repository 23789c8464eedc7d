"""Writes a snapshot as JSON, and reads it again."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from preflight.core.errors import UsageError
from preflight.core.files import reason
from preflight.snapshots.snapshot import SCHEMA_VERSION, Snapshot

_ADAPTER = TypeAdapter(Snapshot)
_AGAIN = "take it again with `preflight snapshot FILE -o {path}`"


def text(snapshot: Snapshot) -> str:
    """The snapshot as JSON."""
    return json.dumps(_ADAPTER.dump_python(snapshot), ensure_ascii=False, indent=1) + "\n"


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
    again = _AGAIN.format(path=path)
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is not a snapshot: it is not JSON; {again}") from None
    version = found.get("schema_version") if isinstance(found, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or "columns" not in found:
        raise UsageError(f"{path} is not a snapshot of preflight; {again}")
    if version > SCHEMA_VERSION:
        raise UsageError(
            f"the snapshot {path} is of a newer preflight (schema {version}; this one reads"
            f" {SCHEMA_VERSION}): update preflight, or {again}"
        )
    try:
        return _ADAPTER.validate_python(found)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        problem = f"the snapshot {path} is damaged: {where} is missing or wrong"
        raise UsageError(f"{problem}; {again}") from None
