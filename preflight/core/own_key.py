"""Marks records as written by this user on this machine, so that a later call can tell.

The mark is an HMAC-SHA256 (RFC 2104) with a key that is kept in the user's own data folder, and
never beside the records. A record that came with somebody else's files has no such mark.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from preflight.core import files
from preflight.core.errors import WriteError

_BYTES = 32


def mark(record: bytes) -> str:
    """The mark of a record; "" if no key can be kept, as without a home folder."""
    key = _key() or _new_key()
    return _mark(key, record) if key else ""


def is_own(record: bytes, given: str) -> bool:
    """Whether this user's key made the mark of a record."""
    key = _key()
    return key is not None and hmac.compare_digest(_mark(key, record), given)


def _mark(key: bytes, record: bytes) -> str:
    return hmac.new(key, record, hashlib.sha256).hexdigest()


def _path() -> Path | None:
    """Where the key is: in the folder for data of programs, by the habits of the system."""
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
        if os.environ.get(name):
            return Path(os.environ[name]) / "preflight" / "own.key"
    try:
        return Path.home() / ".local" / "share" / "preflight" / "own.key"
    except RuntimeError:
        return None


def _key() -> bytes | None:
    path = _path()
    try:
        key = b"" if path is None else path.read_bytes()
    except OSError:
        return None
    return key if len(key) == _BYTES else None


def _new_key() -> bytes | None:
    path = _path()
    if path is None:
        return None
    try:
        files.folder(path.parent)
        with files.Replacement(path) as new:
            new.write(secrets.token_bytes(_BYTES))
    except WriteError:
        return None
    return _key()
