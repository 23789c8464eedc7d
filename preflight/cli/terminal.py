"""What is known of the streams that a call was given."""

from __future__ import annotations

import os
import sys


def silence() -> None:
    """Lets what is still to be printed go nowhere, for stdout does not take it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def is_refused() -> bool:
    """Whether stdout takes no more, as a file on a full disk; then what is left goes nowhere."""
    try:
        sys.stdout.flush()
    except OSError:
        silence()
        return True
    return False


def is_shown_to_people() -> bool:
    """Whether stdout is a terminal, and this is no CI."""
    return sys.stdout.isatty() and not os.environ.get("CI")
