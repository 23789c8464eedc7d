"""`preflight check --watch`: checks again whenever a file was saved, until Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

import click

from preflight.cli import terminal
from preflight.core.errors import PreflightError
from preflight.core.redact import visible
from preflight.report.wording import plural

_PAUSE = 0.5
"""Seconds between two looks. It looks itself, for a network folder tells nobody of a change."""

_Look = dict[str, tuple[int, int, int] | None]


def watch(
    files: Callable[[], Iterable[str | Path]],
    check: Callable[[], int],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> NoReturn:
    """Checks files, and again after each change of them, until the call is interrupted.

    A file that is being saved is checked once it rests. What keeps a check from running is printed,
    and the files are watched on: the next save may settle it.

    Args:
        files: what to watch: it is asked at each look, for a folder may get another file.
        check: prints what it finds.
        sleep: waits for some seconds.

    Raises:
        KeyboardInterrupt: the call is interrupted, which is how it ends.
    """
    checked: _Look | None = None
    while True:
        seen = _look(files)
        if seen != checked:
            rested = _rested(files, seen, sleep) if checked is not None else seen
            _again(check, first=checked is None)
            checked = rested
            terminal.note(f"watching {plural(len(checked), 'file')}; Ctrl-C ends it")
        sleep(_PAUSE)


def _rested(
    files: Callable[[], Iterable[str | Path]], seen: _Look, sleep: Callable[[float], None]
) -> _Look:
    """The files once two looks at them are alike."""
    while True:
        sleep(_PAUSE)
        now = _look(files)
        if now == seen:
            return now
        seen = now


def _again(check: Callable[[], int], *, first: bool) -> None:
    if not first and terminal.is_drawable():
        click.clear()
    try:
        check()
    except PreflightError as error:
        terminal.complain(f"preflight: {visible(str(error))}")


def _look(files: Callable[[], Iterable[str | Path]]) -> _Look:
    """Each file with its time, size and inode; None where it is not there."""
    try:
        paths = list(files())
    except PreflightError:  # a folder or a pattern without a file, as long as one is saved
        return {}
    return {str(path): _state(path) for path in paths}


def _state(path: str | Path) -> tuple[int, int, int] | None:
    try:
        about = Path(path).stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino
