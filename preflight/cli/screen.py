"""What is printed for people: styled and wrapped as stdout can show it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.cli import terminal

if TYPE_CHECKING:
    from rich.console import RenderableType

    from preflight.report.lines import Line

_PIPE = 100
"""The width of tables where stdout is no terminal."""


def width(path: Path | None) -> int | None:
    """The width of the screen in cells; None for a file or a pipe, in which nothing is wrapped.

    Args:
        path: of the file of --output-file; None for stdout.
    """
    return None if path is not None else terminal.width(sys.stdout)


def near(path: Path) -> str:
    """A path as one would type it: within the working directory, relative to it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def shown(lines: Iterable[Line], path: Path | None) -> str:
    """Lines as text for stdout or a file: rich decides about colour and weight.

    NO_COLOR turns colour off, FORCE_COLOR turns it on where stdout is no terminal.

    Args:
        lines: to print.
        path: of the file of --output-file, which has no styles; None for stdout.
    """
    from rich.console import Console  # here, so that `--help` does not wait for it

    from preflight.report.lines import wrapped

    rows = wrapped(lines, width(path))
    console = Console(highlight=False, emoji=False, markup=False, soft_wrap=True)
    if path is not None or not console.is_terminal:
        return "".join(f"{row.plain}\n" for row in rows)
    with console.capture() as captured:
        for row in rows:
            console.print(row)
    return captured.get()


def drawn(pieces: Iterable[RenderableType]) -> str:
    """Texts and tables for stdout, wrapped at its width; at 100 cells in a pipe.

    Args:
        pieces: to print, from top to bottom.
    """
    from rich.console import Console

    console = Console(highlight=False, emoji=False, markup=False, width=width(None) or _PIPE)
    with console.capture() as captured:
        for piece in pieces:
            console.print(piece)
    return "\n".join(row.rstrip() for row in captured.get().split("\n"))
