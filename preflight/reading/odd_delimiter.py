"""Recognises delimiters that are not read by themselves: `^`, `::`, several blanks, and others.

They are named, not used. A single blank is used only on strong evidence; see `dialect`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from preflight.reading.header_evidence import is_address

BLANKS = "  "
"""Stands for two blanks and more."""

_QUOTED_BLANK = '" "'
_MARKS = (_QUOTED_BLANK, "^", "~", "::", ":", "\x1f", "\x1e", "\x01", "¦", "§", "#", "!")
_SEVERAL_BLANKS = re.compile(r" {2,}")
_LINES = 30


def odd_delimiter(head: bytes, known: Callable[[str], bool]) -> str:
    """The character that seems to separate the fields of a text, or "".

    It cuts the first line into names of which more than one is known, and most lines into as many
    fields. A single blank also has to cut addresses from what is beside them. Between quotes it may
    cut one field more than there are names: statistics programs number the rows and not the names.

    Args:
        head: UTF-8; ends anywhere.
        known: whether a header text is the name of a field.
    """
    lines = [line for line in head.decode("utf-8", "replace").splitlines()[:_LINES] if line]
    for mark, rows in _cuts(lines):
        width = len(rows[0]) if rows else 0
        names = [cell.strip("\"' ") for cell in rows[0]] if rows else []
        if width > 1 and sum(map(known, names)) > 1:
            counted = [row for row in rows[1:] if mark != " " or any(map(is_address, row))]
            widths = (width, width + 1) if mark == _QUOTED_BLANK else (width,)
            even = sum(len(row) in widths for row in counted)
            if even * 2 > max(len(counted), len(lines) / 2):
                return mark.strip('"')
    return ""


def _cuts(lines: Sequence[str]) -> Iterator[tuple[str, list[list[str]]]]:
    for mark in _MARKS:
        yield mark, [line.split(mark) for line in lines]
    for mark, pattern in ((BLANKS, _SEVERAL_BLANKS), (" ", re.compile(" "))):
        yield mark, [pattern.split(line.strip()) for line in lines]
