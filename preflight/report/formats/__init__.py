"""The formats of a report, one module each: `as_NAME` is the format NAME.

A format is a function `pieces`, from what is reported and how it is displayed to the text, piece by
piece: a report of a large file is never held as a whole. A new format is a new module here, and its
name in `config.choices`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Protocol, cast

from preflight.report.reported import Display, Reported

FOR_PEOPLE = frozenset({"grouped", "full", "concise"})
"""The formats that end with a summary, and that --statistics and --quiet shorten."""


class Format(Protocol):
    """A module of this package."""

    def pieces(self, reported: Reported, display: Display, /) -> Iterator[str]:
        """The text of a report."""


def pieces(name: str, reported: Reported, display: Display) -> Iterator[str]:
    """The text of a report in a format, piece by piece.

    Args:
        name: of the format, one of `config.choices.FORMATS`.
        reported: what is in the report.
        display: how it is shown.
    """
    module = cast("Format", import_module(f"{__name__}.as_{name}"))
    return module.pieces(reported, display)
