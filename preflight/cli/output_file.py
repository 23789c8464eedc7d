"""Guards the files that a call must not overwrite, whatever file the user names."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from preflight.config.settings import Settings
from preflight.core import files
from preflight.core.errors import UsageError, WriteError
from preflight.writing import results_folder


def refuse_protected(
    given: Mapping[str, Any],
    settings: Settings,
    inputs: Iterable[str | Path] = (),
    *,
    folder: Path | None = None,
) -> None:
    """Makes sure that --output-file does not name a file that must not be replaced.

    These are the inputs and links to them, the config and rule files of the call, results in a
    folder, and files of a state folder.

    Args:
        given: the options of the call.
        settings: of the call.
        inputs: paths; "-" is standard input.
        folder: of the results of the call.

    Raises:
        UsageError: it names one of them.
    """
    target = given["output_file"]
    if target is not None:
        refuse(target, "--output-file", [*inputs, *_named(given, settings)], folder=folder)


def refuse(
    target: Path, option: str, inputs: Iterable[str | Path] = (), *, folder: Path | None = None
) -> None:
    """Makes sure that a file is not an input, not a result, and not part of a state folder.

    Raises:
        UsageError: it is.
        WriteError: it cannot be written.
    """
    from preflight.runs.guards import is_state  # here: most calls need nothing of the runs

    files.refuse_input(target, inputs, option)
    results_folder.refuse_result(target, option, folder)
    if is_state(target):
        raise UsageError(f"{option} {target} would replace the records of runs; name another file")
    _refuse_unwritable(target, folder)


def _refuse_unwritable(target: Path, folder: Path | None) -> None:
    """Makes sure that a file can be written, before a call works for it.

    Raises:
        WriteError: there is no such folder, or no right to write there, or the file is a folder.
    """
    parent = target.parent
    if target.is_dir():
        raise WriteError(target, os.strerror(errno.EISDIR))
    if not parent.is_dir() and not results_folder.is_one(parent, folder):
        raise WriteError(target, os.strerror(errno.ENOENT))
    if parent.is_dir() and not os.access(target if target.exists() else parent, os.W_OK):
        raise WriteError(target, os.strerror(errno.EACCES))


def _named(given: Mapping[str, Any], settings: Settings) -> Iterator[str | Path]:
    """The files that a call reads besides its inputs."""
    if given.get("config"):
        yield given["config"]
    yield from settings.rules
    yield settings.profile
    if settings.schema:
        yield settings.schema.rpartition(":")[0]
