"""Rows that a program or a person marked as a comment with `#`, and contacts among them."""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Sequence

from preflight.core.types import Column
from preflight.kinds.placeholders import PLACEHOLDER, SHEET_ERROR

_MARKS = re.compile(r"\s*#[#\s]*")
_SPACED = re.compile(r"\s*#+\s")
_NUMBER = re.compile(r"\d*\s*")
# One character before the @ is enough; more would be looked for from each of them on.
_ADDRESS = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")
_PHONE = re.compile(r"\+\d[\d ().\-/]{5,}\d|(?<![ ().\-/])(?:[ ().\-/]*+\d){9,}")
_WORDS_OF_A_CELL = 4
_KINDS = ("email", "phone", "name")


class Comment(enum.Enum):
    """What a row is: no comment, one without a contact, or a contact that is commented out."""

    NO = enum.auto()
    NOTE = enum.auto()
    CONTACT = enum.auto()


@functools.cache
def _value() -> re.Pattern[str]:
    """`#N/A` and `#REF!` stand for a value."""
    return re.compile(rf"{PLACEHOLDER}|^\s*(?:{SHEET_ERROR})\s*$")


def comment(cells: Sequence[str], fields: int, columns: Sequence[Column]) -> Comment:
    """What a row is.

    `#1001` is a number, and in a column of words `#vip` is a tag. So a row of the header's width
    whose first column holds no addresses, numbers or names is a comment only if a blank follows the
    mark.

    Args:
        cells: of the row, as many as the header has.
        fields: how many it has as written.
        columns: of the header.
    """
    filled = [at for at, cell in enumerate(cells) if cell.strip()]
    mark = _MARKS.match(cells[filled[0]]) if filled else None
    if mark is None:
        return Comment.NO
    first, *others = [cells[at] for at in filled]
    inner = first[mark.end() :]
    if not inner and not others:
        return Comment.NOTE  # a mark alone, as above and below the lines of a comment
    if _NUMBER.fullmatch(inner) or _value().match(first):
        return Comment.NO
    named = columns[filled[0]].kind in _KINDS
    if fields == len(columns) and not named and not _SPACED.match(first):
        return Comment.NO
    texts = [inner.strip(), *map(str.strip, others)]
    if any(_ADDRESS.search(text) or _PHONE.fullmatch(text) for text in texts):
        return Comment.CONTACT
    brief = all(len(text.split()) <= _WORDS_OF_A_CELL for text in texts)
    prose = all(cell.startswith(" ") for cell in others)
    if brief and not prose and len(texts) * 2 > len(columns):
        return Comment.CONTACT
    return Comment.NOTE
