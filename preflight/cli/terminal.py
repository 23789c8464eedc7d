"""The terminal: what stdout and stderr are, and lines for people on stderr."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import TextIO

import click

from preflight.core.ci import in_ci

_REFUSING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def silence(stream: TextIO | None = None) -> None:
    """Discards what is still to be written to a stream that cannot be written (default stdout)."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, (sys.stdout if stream is None else stream).fileno())
    os.close(nowhere)


def end_of_complaints() -> None:
    """Writes what stderr still holds, or discards it: else Python changes the exit code to 120."""
    try:
        sys.stderr.flush()
    except OSError:
        silence(sys.stderr)


def is_refused(error: OSError) -> bool:
    """Whether it says that stdout cannot be written, as on a full disk; then discards more of it.

    What cannot be written of a file is a `WriteError`, and what cannot be opened has a name.
    """
    refused = error.errno in _REFUSING and error.filename is None
    try:
        sys.stdout.flush()
    except OSError:
        refused = True
    if refused:
        silence()
    return refused


def is_shown_to_people() -> bool:
    """Whether stdout is a terminal, and this is not CI."""
    return sys.stdout.isatty() and not in_ci(os.environ)


def is_drawable() -> bool:
    """Whether lines on stderr can be erased and drawn again."""
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")


_QUIET = "preflight.quiet"


def set_quiet(context: click.Context, _: click.Parameter, given: bool) -> None:
    """The callback of `--quiet`."""
    context.meta[_QUIET] = given


def is_quiet() -> bool:
    """Whether the command that runs was given `--quiet`."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(_QUIET))


_VERBOSE = "preflight.verbose"


def set_verbose(context: click.Context, _: click.Parameter, given: bool) -> None:
    """The callback of `--verbose`."""
    context.meta[_VERBOSE] = given


def is_verbose() -> bool:
    """Whether the command that runs was given `--verbose`, and not `--quiet`."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(_VERBOSE)) and not is_quiet()


def confirm(text: str) -> None:
    """Prints on stdout what a command has done, unless it is to be quiet."""
    if not is_quiet():
        click.echo(text)


def note(text: str) -> None:
    """Prints lines on stderr, unless the command is to be quiet."""
    if not is_quiet():
        complain(text)


def complain(text: str) -> None:
    """Prints lines on stderr, in a quiet command too: an error, or how to go on after one."""
    columns = width(sys.stderr) if sys.stderr.isatty() else None
    with contextlib.suppress(OSError):  # A full disk, or nobody who reads: the exit code tells it.
        click.echo(fitted(text, columns) if columns else text, err=True)


def width(stream: TextIO) -> int | None:
    """The width of a terminal in cells; None for a file or a pipe, in which nothing is wrapped."""
    given = os.environ.get("COLUMNS", "")
    if given.isdigit() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(stream.fileno()).columns or None
    except (OSError, ValueError):
        return None


def fitted(text: str, columns: int) -> str:
    """Lines wrapped between words at a width; what is typed stays in one piece, see `lines`."""
    from preflight.report.lines import line, wrapped  # here: most calls print no notes

    entries = [
        line(row.lstrip(" "), indent=len(row) - len(row.lstrip(" "))) for row in text.splitlines()
    ]
    return "\n".join(row.plain for row in wrapped(entries, columns))
