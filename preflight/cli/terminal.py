"""The terminal: what stdout and stderr are, and lines for people on stderr."""

from __future__ import annotations

import os
import re
import sys
import textwrap

import click


def silence() -> None:
    """Discards further output, because stdout cannot be written."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def is_refused() -> bool:
    """Whether stdout cannot be written, as on a full disk; then discards further output."""
    try:
        sys.stdout.flush()
    except OSError:
        silence()
        return True
    return False


def is_shown_to_people() -> bool:
    """Whether stdout is a terminal, and this is not CI."""
    return sys.stdout.isatty() and not os.environ.get("CI")


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
    click.echo(fitted(text, _width()) if sys.stderr.isatty() else text, err=True)


def _width() -> int:
    """The width of the terminal that stderr is."""
    given = os.environ.get("COLUMNS", "")
    if given.isdigit() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


_COMMAND = re.compile(r"`[^`]*`")
_UNBROKEN = "\N{NO-BREAK SPACE}"


def fitted(text: str, width: int) -> str:
    """Lines wrapped between words at a width; a command in backticks stays on one line.

    A word that is longer than a line is left whole, so that it can be copied.
    """
    return "\n".join(_fitted(line, width) for line in text.splitlines())


def _fitted(line: str, width: int) -> str:
    indent = line[: len(line) - len(line.lstrip(" "))]
    whole = _COMMAND.sub(lambda command: command[0].replace(" ", _UNBROKEN), line.strip(" "))
    wrapped = textwrap.wrap(
        whole,
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(wrapped).replace(_UNBROKEN, " ")
