"""What cells prove about a header: where it is, and what stands above it.

A name says what is below it, so its look differs from that of its cells: `Preis` above prices,
`Datum` above dates. The first row of a table without a header looks like all others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ADDRESS = r"[^\s@<>,;|\"']+@[^\s@<>,;|\"']+\.[^\s@<>,;|\"']+"
_EMAIL = re.compile(r"(?:.*<)?[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+>?")
_NAMED_ADDRESS = re.compile(rf"(?:\S+\s+){{,3}}[\s<\[(]*{_ADDRESS}\W*|{_ADDRESS}(?:\s+\S+){{,3}}")
_DATE = re.compile(r"\d{4}([-/.])\d\d?\1\d\d?|\d\d?([-/.])\d\d?\2\d{4}")
_PHONE = re.compile(r"\+?[\d\s().\-/]{7,}")
_DIGITS_OF_A_PHONE = 7
_COMMENT = re.compile(r"[#;%!*\s]*(?://|--)?\s*")
_OTHER_DELIMITERS = re.compile(r"[,;|\t]")
_LETTER = re.compile(r"[^\W\d_]")
_TYPES = (
    re.compile(r"[-+]?[€$£]?\s?\d[\d.,' ]*(?:[eE][-+]?\d+)?\s?[%€$£]?"),
    re.compile(
        r"\d{4}[-/.]\d\d?[-/.]\d\d?(?:[T ].*)?|\d\d?[-/.]\d\d?[-/.]\d{2,4}(?:[ ,].*)?"
        r"|\d{1,2}:\d\d(?::\d\d)?(?:\s?[AaPp][Mm])?"
        r"|\d{1,2}[- ][A-Z][a-z]{2}(?:[- ]\d{2,4})?|[A-Z][a-z]{2}-\d{2}"
    ),
    re.compile(r"\S+@\S+\.\S+"),
    re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE),
)
_FEWEST, _SAME = 2, 0.8


def is_address(cell: str) -> bool:
    """Whether a cell is an email address, perhaps behind a name."""
    return _EMAIL.fullmatch(cell.strip()) is not None


def is_contact(cell: str) -> bool:
    """Whether a cell is an email address or a phone number."""
    text = cell.strip()
    if "@" in text and is_address(text):
        return True
    if len(text) < _DIGITS_OF_A_PHONE or _PHONE.fullmatch(text) is None:
        return False
    return sum(map(str.isdigit, text)) >= _DIGITS_OF_A_PHONE and not _DATE.match(text)


def holds_contact(cells: Sequence[str], width: int = 0) -> bool:
    """Whether a row that is no row of the table may be a contact: it has an address.

    An address in a sentence is a note. One in a row of several cells is not, nor one that is
    commented out, or in a row with another delimiter. In a row as wide as the table, a phone number
    is enough.
    """
    filled = [cell for cell in cells if cell.strip()]
    if len(cells) == width and any(map(is_contact, filled)):
        return True
    if len(filled) > 1:
        return any(_NAMED_ADDRESS.fullmatch(cell.strip()) for cell in filled)
    for cell in filled:
        text = cell[_behind_comment(cell) :]
        if is_address(text):
            return True
        pieces = _OTHER_DELIMITERS.split(text)
        return len(pieces) > 1 and any(map(is_address, pieces))
    return False


def _behind_comment(cell: str) -> int:
    match = _COMMENT.match(cell)
    return match.end() if match else 0


def proved_by_columns(
    header: Sequence[str], above: Sequence[Sequence[str]], below: Sequence[Sequence[str]]
) -> bool:
    """Whether rows show that a row is their header, although its names are not known.

    Each of its names is a word and no other name. The rows above have fewer cells. In some column
    the cells below are of one type, numbers or dates or addresses, which the name is not. A single
    row below has two such cells at least.

    Args:
        header: the cells of the row.
        above: the rows above it that are not blank.
        below: rows below it.
    """
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    folded = {name.casefold() for name in names}
    if len(names) < _FEWEST or len(folded) < len(names) or not all(map(is_name, names)):
        return False
    if any(sum(bool(cell.strip()) for cell in row) * 2 > len(names) for row in above):
        return False
    rows = [row for row in below if len(row) == len(header)]
    if not rows or len(rows) < _SAME * len(below):
        return False
    columns = [[row[at].strip() for row in rows] for at in range(len(names))]
    if len(rows) < _FEWEST:
        return sum(_type_of(cells[0]) > 0 for cells in columns) >= _FEWEST
    return any(map(_is_typed, columns))


def is_name(text: str) -> bool:
    """Whether a cell can be a name: it has a letter, and is no number, date or address."""
    text = text.strip()
    return _LETTER.search(text) is not None and not _type_of(text) and not is_contact(text)


def _type_of(text: str) -> int:
    """The number of the type of a cell, from 1; 0 for words."""
    for number, pattern in enumerate(_TYPES, 1):
        if pattern.fullmatch(text):
            return number
    return 0


def _is_typed(cells: Sequence[str]) -> bool:
    """Whether the cells of a column that are not blank are of one type, but for a few."""
    types = [_type_of(cell) for cell in cells if cell]
    most = max((types.count(number) for number in range(1, len(_TYPES) + 1)), default=0)
    return len(types) >= _FEWEST and most >= _SAME * len(types)
