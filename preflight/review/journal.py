"""Every edit of a review as it is made, in the state folder: a killed page or process loses none.

A line is one step, in JSON. The journal belongs to the bytes of the file that is reviewed, so it
goes on when the same file is opened again. Only its owner can read it: it holds cells.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from preflight.core import files
from preflight.core.locks import locked

FOLDER = "reviews"
_NAME_DIGITS = 16
_VERSION = 1

Step = dict[str, Any]
"""What was done: `do` says which; see `session.Session`."""


class Journal:
    """The journal of one file; see `kept`.

    Args:
        path: of the journal.
        sha256: of the file.
    """

    def __init__(self, path: Path, sha256: str) -> None:
        self._path = path
        self.steps: list[Step] = []
        """What was done, in its order, by earlier calls too."""
        files.touch(path)
        whole = 0
        with path.open("rb") as file:
            for line in file:
                step = _step(line)
                # A process that was killed may have left half a line.
                if step is None:
                    break
                whole += len(line)
                self.steps.append(step)
        with files.writing(path):
            self._handle = os.open(path, os.O_WRONLY | os.O_APPEND)
            os.truncate(self._handle, whole)
        if self.steps and self.steps[0].get("sha256") == sha256:
            del self.steps[0]
        else:
            with files.writing(path):
                os.truncate(self._handle, 0)
            self.steps = []
            self.add({"do": "begin", "version": _VERSION, "sha256": sha256})

    def add(self, step: Step) -> None:
        """Adds a step; it is in the file when this returns.

        Raises:
            WriteError: it cannot be written.
        """
        line = json.dumps(step, ensure_ascii=False, separators=(",", ":")) + "\n"
        data = memoryview(line.encode())
        with files.writing(self._path):
            while data:
                data = data[os.write(self._handle, data) :]
        if step["do"] != "begin":
            self.steps.append(step)

    def close(self) -> None:
        """Closes the file."""
        os.close(self._handle)


@contextmanager
def kept(state_dir: Path, sha256: str, name: str) -> Iterator[Journal]:
    """The journal of a file, while this process alone works on it.

    Args:
        state_dir: the state folder.
        sha256: of the bytes of the file.
        name: of the file, for messages.

    Raises:
        RunLocked: another process reviews the same file.
        WriteError: the state folder cannot be written.
    """
    folder = state_dir / FOLDER
    stem = sha256[:_NAME_DIGITS]
    instead = "go on in the page that it opened, or stop it"
    with locked(folder / f"{stem}.lock", f"the review of {name}", instead=instead):
        journal = Journal(folder / f"{stem}.jsonl", sha256)
        try:
            yield journal
        finally:
            journal.close()


def _step(line: bytes) -> Step | None:
    if not line.endswith(b"\n"):
        return None
    try:
        step = json.loads(line)
    except ValueError:
        return None
    return step if isinstance(step, dict) else None
