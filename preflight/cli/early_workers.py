"""Starts what starts worker processes before a command imports what it needs itself.

On two cores both then import at the same time, and a large file is shared out at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from preflight.core.processes import WORTH


def prepare(paths: Iterable[str], jobs: int | None) -> None:
    """Prepares for worker processes if the files are large enough for them.

    Args:
        paths: as typed; what is no file is not counted.
        jobs: how many processes are wanted; None for as many as pay.
    """
    size = 0
    for path in paths:
        with contextlib.suppress(OSError, ValueError):
            size += Path(path).stat().st_size if Path(path).is_file() else 0
    if jobs == 1 or size < WORTH:
        return
    from preflight.pipeline import workers  # here: most calls need none

    workers.prepare()
