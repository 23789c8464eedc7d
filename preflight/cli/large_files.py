"""What is done for large files before a command imports what it needs.

What starts worker processes is started: on two cores both then import at the same time, and the
file is shared out at once. And the allocators are told to give freed memory back.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

from preflight.core.processes import WORTH, return_freed_memory


def prepare(paths: Iterable[str], jobs: int | None, *, worth: int = WORTH) -> None:
    """Prepares for files if they are large enough for worker processes.

    Args:
        paths: as typed; what is no file is not counted.
        jobs: how many processes are wanted; None for as many as pay.
        worth: the size from which on they pay.
    """
    size = 0
    for path in paths:
        with contextlib.suppress(OSError, ValueError):
            size += Path(path).stat().st_size if Path(path).is_file() else 0
    if size < WORTH:
        return
    return_freed_memory()
    if jobs == 1 or size < worth:
        return
    from preflight.pipeline import workers  # here: most calls need none

    workers.prepare()
