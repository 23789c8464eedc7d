"""The summary of a job in GitHub Actions: what `--output-format github` could not annotate."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from preflight.cli import terminal
from preflight.core import files
from preflight.core.errors import WriteError
from preflight.core.redact import visible

VARIABLE = "GITHUB_STEP_SUMMARY"
LIMIT = 1 << 20
"""The most bytes of a summary: GitHub drops all of a larger one."""
CUT = "\n_cut off, for GitHub takes 1 MiB; `--report markdown:FILE` has all of it_\n"


def append(pieces: Iterable[str]) -> None:
    """Writes Markdown at the end of the job summary; nothing where there is none.

    A summary that cannot be written is said on stderr: the check itself went well.

    Args:
        pieces: of the Markdown; it is cut off between two of them.
    """
    name = os.environ.get(VARIABLE)
    if not name:
        return
    path = Path(name)
    try:
        used = path.stat().st_size if path.exists() else 0
        files.append(path, _fitting(pieces, LIMIT - used - len(CUT)))
    except WriteError as error:
        terminal.note(visible(f"no job summary: {error}"))


def _fitting(pieces: Iterable[str], room: int) -> Iterator[str]:
    """The pieces that have room, and that there were more."""
    for piece in pieces:
        room -= len(piece.encode())
        if room < 0:
            yield CUT
            return
        yield piece
