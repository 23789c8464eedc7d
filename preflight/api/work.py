"""The private folder of a result, which lasts as long as the result does."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from preflight.core.workspace import workspace


class WorkFolder:
    """A private folder; it is removed with the last value that holds this.

    Args:
        path: an existing folder of the caller's, which stays; one is made if None.
    """

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        stack = ExitStack()
        self.path = stack.enter_context(workspace()) if path is None else Path(path)
        self._end = weakref.finalize(self, stack.close)

    def close(self) -> None:
        """Removes the folder now, if it was made here."""
        self._end()


@contextmanager
def work_folder(path: str | os.PathLike[str] | None) -> Iterator[WorkFolder]:
    """A folder that outlives the block, unless it fails.

    Args:
        path: see `WorkFolder`.
    """
    with contextlib.ExitStack() as failed:
        made = WorkFolder(path)
        failed.callback(made.close)
        yield made
        failed.pop_all()
