"""Lines for people: with colour and weight, and wrapped between words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from rich.cells import cell_len
from rich.text import Text

from preflight.core.redact import visible

# What is typed stays in one piece: `--map 'Mobile No.=phone'`.
_WORD = re.compile(r"(?:`[^`]*`|[^\s`]|`)+")
# The same of a command, where words are quoted for a shell, and an option stays with its value.
_SHELL_WORD = re.compile(r"(?:--?[a-zA-Z][\w-]* (?!-))?(?:'[^']*'|\"[^\"]*\"|[^\s'\"])+")
_TYPED = re.compile(r"`[^`]+`")
# Words of which a rest of the width is worth a line of its own.
_NARROWEST = 24

Piece = str | tuple[str, str]


class Line(NamedTuple):
    """A line of a screen.

    Attributes:
        text: what it says, without an indent.
        indent: of its first line.
        hang: of the further lines that a narrow screen makes of it.
        is_command: whether it can be pasted into a shell; its lines are then joined by backslashes.
    """

    text: Text
    indent: int = 0
    hang: int = 0
    is_command: bool = False

    @property
    def plain(self) -> str:
        """The line without styles, on a screen without an end."""
        return " " * self.indent + self.text.plain


def line(*pieces: Piece, indent: int = 0, hang: int | None = None) -> Line:
    """A line out of texts, some of them with a style; what is typed (`…`) stands out.

    Args:
        pieces: a text, or a text and its style.
        indent: of the line.
        hang: of the lines that it is wrapped into; two more than the indent by default.
    """
    text = Text.assemble(
        *(visible(piece) if isinstance(piece, str) else (visible(piece[0]), piece[1])
          for piece in pieces)
    )  # fmt: skip
    text.highlight_regex(_TYPED, "bold")
    return Line(text, indent, indent + 2 if hang is None else hang)


def wrapped(lines: Iterable[Line], width: int | None = None) -> list[Text]:
    """The lines as a screen of some width shows them, broken between words.

    A word that is wider than the screen stays whole.

    Args:
        lines: of the screen.
        width: in cells; None for no limit.
    """
    return [piece for entry in lines for piece in _wrapped(entry, width)]


def _wrapped(entry: Line, width: int | None) -> list[Text]:
    first = Text(" " * entry.indent)
    if width is None or entry.indent + cell_len(entry.text.plain) <= width:
        return [first.append_text(entry.text)]
    hang = entry.hang if width - entry.hang >= _NARROWEST else min(2, entry.hang)
    words, joint = (_SHELL_WORD, " \\") if entry.is_command else (_WORD, "")
    rows: list[Text] = []
    start = end = 0
    room = width - entry.indent - len(joint)
    for word in words.finditer(entry.text.plain):
        if end > start and cell_len(entry.text.plain[start : word.end()]) > room:
            rows.append(entry.text[start:end].append(joint))
            start, room = word.start(), width - hang - len(joint)
        end = word.end()
    rows.append(entry.text[start:end])
    indents = [first, *(Text(" " * hang) for _ in rows[1:])]
    return [indent.append_text(row) for indent, row in zip(indents, rows, strict=True)]


def height(lines: Iterable[Line], width: int | None = None) -> int:
    """How many lines of a screen the lines take."""
    if width is None:
        return sum(1 for _ in lines)
    return sum(max(1, -(-cell_len(row.plain) // width)) for row in wrapped(lines, width))
