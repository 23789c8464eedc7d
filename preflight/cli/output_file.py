"""Guards the files that a call must not overwrite, whatever file the user names."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from preflight.cli.call_settings import config_files
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
    """Makes sure that no report of a call goes into a file that must not be replaced.

    These are the inputs and links to them, the config and rule files of the call, results in a
    folder, files of a state folder, and the other reports.

    Args:
        given: the options of the call.
        settings: of the call.
        inputs: paths; "-" is standard input.
        folder: of the results of the call.

    Raises:
        UsageError: --output-file or --report names one of them.
        WriteError: one of the reports cannot be written.
    """
    output_file = given["output_file"]
    targets = [] if output_file is None else [("--output-file", output_file)]
    targets += [("--report", report.path) for report in given["reports"]]
    known = [*inputs, *_named(settings)] if targets else []
    for option, target in targets:
        refuse(target, option, known, folder=folder)
    _refuse_same([target for _, target in targets])


def _refuse_same(targets: Sequence[Path]) -> None:
    """Makes sure that no two reports go into one file, under whatever names.

    Raises:
        UsageError: they do.
    """
    seen: dict[str, Path] = {}
    for target in targets:
        first = seen.setdefault(os.path.realpath(target), target)
        if first is not target and not _is_stream(target):
            raise UsageError(f"two reports would go into {first}; name another file for one")


def _is_stream(target: Path) -> bool:
    """Whether it takes what is written into it one after the other, like a pipe."""
    return target.exists() and not target.is_file()


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


def _named(settings: Settings) -> Iterator[str | Path]:
    """The files that a call reads besides its inputs."""
    yield from config_files()
    yield from filter(None, (settings.baseline, settings.against))
    yield from settings.rules
    yield settings.profile
    if settings.schema:
        yield settings.schema.rpartition(":")[0]
