"""Folders and files that only their owner can read: whatever may hold a contact lies in them."""

from __future__ import annotations

import os
from pathlib import Path


def folder(path: Path) -> None:
    """Makes a folder for its owner alone, with those above it that are not there.

    One that stands there already stays as it is.

    Raises:
        OSError: it cannot be made, or something else stands there.
    """
    if path.is_dir():
        return
    # `mkdir(parents=True)` would make the ones above it for everybody.
    if path.parent != path:
        folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)


def file(path: Path) -> int:
    """Makes a file that only its owner can read, whatever stood there, and gives its descriptor.

    Raises:
        OSError: it cannot be made.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(handle, 0o600)
    return handle
