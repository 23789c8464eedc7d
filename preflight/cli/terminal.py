"""Standard output: whether it is a terminal, and whether it can be written."""

from __future__ import annotations

import os
import sys


def silence() -> None:
    """Discards further output, because stdout cannot be written."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def is_refused() -> bool:
    """Whether stdout cannot be written, as on a full disk; then discards further output."""
    try:
        sys.stdout.flush()
    except OSError:
        silence()
        return True
    return False


def is_shown_to_people() -> bool:
    """Whether stdout is a terminal, and this is not CI."""
    return sys.stdout.isatty() and not os.environ.get("CI")
