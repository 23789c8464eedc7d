"""The command line: one file a command, and the only place that prints or exits."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from preflight.cli.main import main

__all__ = ["main", "run"]


def run(argv: Sequence[str] | None = None) -> None:
    """The console script: runs `main` and exits with its code."""
    sys.exit(main(argv))
