"""Distinguishes what a spreadsheet did to a cell from what a person did.

A spreadsheet reads a CSV as numbers and dates, and writes them in its own format: a phone number
becomes `1.41556E+10`, a postcode loses its leading zeros, a timestamp gets another format, letters
are lost to another encoding. These are not corrections. A cell is *damaged* if it has the text that
a spreadsheet makes of the earlier cell; then the earlier cell is restored. Any other difference is
an *edit*, and is kept.

The functions only compare two texts; they do not guess what a cell should hold.
"""

from __future__ import annotations

import enum
import functools
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import product

_SCIENTIFIC = re.compile(r"([+-]?\d(?:[.,]\d+)?)[Ee]([+-]?\d{1,3})")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_SEPARATED = re.compile(r"[+-]?\d{1,3}(?:([.,' \u00a0\u202f])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_DIGITS = 15
"""How many digits of a number a spreadsheet keeps."""

_CLOCK = r"(?: (\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6}))?)?(?: ([AaPp])[Mm])?)?"
_DAYS = (
    ("ymd", re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})" + _CLOCK)),
    ("dmy", re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})" + _CLOCK)),
    ("dby", re.compile(r"(\d{1,2})([- ])([A-Za-z]{3,9})\2(\d{4}|\d{2})" + _CLOCK)),
    ("bdy", re.compile(r"([A-Za-z]{3,9})( )(\d{1,2}), (\d{4})" + _CLOCK)),
)
_NOON = 12
_SHORT_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})|([A-Za-z]{3,9})[- ]?(\d{1,2})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TRUTH = {
    "true": True, "false": False, "wahr": True, "falsch": False, "vrai": True, "faux": False,
    "verdadero": True, "falso": False, "vero": True, "waar": True, "onwaar": False, "sant": True,
    "falskt": False, "verdadeiro": True,
}  # fmt: skip
_LOST = "?\ufffd_"
_BASIC_PLANE = 0xFFFF
# Replacements of code pages for letters and signs that have no decomposition.
_NEAREST = dict(zip("łŁøØđĐħĦıŧŦ‘’‚“”„–—‐", "lLoOdDhHitT'''\"\"\"---", strict=True))
_WINDOWS = [bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256)]
"""cp1252 as spreadsheets read it: bytes that it does not define are control characters."""


class Difference(enum.StrEnum):
    """How a cell differs from the earlier one."""

    NONE = "none"
    DAMAGE = "damage"
    EDIT = "edit"


@functools.lru_cache(maxsize=1 << 16)
def difference(before: str, after: str) -> Difference:
    """How a cell of a corrected file differs from the cell that was written.

    Args:
        before: the cell as written.
        after: the cell in the corrected file.
    """
    if after == before:
        return Difference.NONE
    if f"'{before}" == after or before == f"'{after}":
        # The apostrophe marks a text in a spreadsheet, and is not a part of it.
        return Difference.DAMAGE
    if not before or not after:
        return Difference.EDIT
    tests = (
        _same_lines, _same_number, same_moment, _made_a_date, _same_truth, _lost_letters, _mangled,
    )  # fmt: skip
    return Difference.DAMAGE if any(test(before, after) for test in tests) else Difference.EDIT


def _same_lines(before: str, after: str) -> bool:
    """Whether the texts differ in line ends only."""
    return before.replace("\r\n", "\n").replace("\r", "\n") == after.replace("\r\n", "\n").replace(
        "\r", "\n"
    )


def _same_number(before: str, after: str) -> bool:
    """Whether a spreadsheet reads `before` as a number and writes it as `after`.

    It removes a leading `+`, leading zeros and trailing zeros of a fraction, may swap comma and
    point, separates thousands, and rounds a long number or writes it in scientific notation.
    """
    was, wide = _value(before.strip()), _value(after.strip())
    if was is None or wide is None:
        return False
    if was == wide:
        return _is_written(after.strip())
    scientific = _SCIENTIFIC.fullmatch(after.strip())
    if scientific:
        kept = len(re.sub(r"\D", "", scientific[1]))
        return _rounded(was, kept) == wide
    return len(was.as_tuple().digits) > _DIGITS and _rounded(was, _DIGITS) == wide


def _is_written(after: str) -> bool:
    """Whether a spreadsheet writes a number so: without a `+` and without leading zeros."""
    return not after.startswith("+") and not re.match(r"-?0\d", after)


def _plain(text: str) -> Decimal | None:
    """The number of a cell of digits with at most one comma or point; else None."""
    if not _NUMBER.fullmatch(text):
        return None
    return Decimal(text.replace(",", "."))


def _value(text: str) -> Decimal | None:
    """The number of a cell, also with separators or in scientific notation; else None."""
    plain = _plain(text)
    if plain is not None:
        return plain
    scientific = _SCIENTIFIC.fullmatch(text)
    if scientific:
        try:
            return Decimal(f"{scientific[1].replace(',', '.')}E{scientific[2]}")
        except InvalidOperation:  # pragma: no cover - three digits of an exponent always fit
            return None
    grouped = _SEPARATED.fullmatch(text)
    if grouped:
        whole = text.replace(grouped[1], "")
        return _plain(whole)
    return None


def _rounded(value: Decimal, digits: int) -> Decimal:
    """A number rounded to some digits as a spreadsheet rounds: halves away from zero."""
    if not value:
        return value
    shift = value.adjusted() - digits + 1
    return value.quantize(Decimal(1).scaleb(shift), rounding="ROUND_HALF_UP")


def same_moment(before: str, after: str) -> bool:
    """Whether both are the same date, and the same time if there is one, in another format.

    Day and month may be in either order, because the spreadsheet's order is not known. Seconds and
    a midnight may be missing.
    """
    were, are = _moments(before.strip()), _moments(after.strip())
    if not were or not are:
        return False
    return any(
        was == now or was.replace(second=0, microsecond=0) == now for was, now in product(were, are)
    )


@functools.lru_cache(maxsize=1 << 12)
def _moments(text: str) -> frozenset[datetime]:
    """The possible readings of a date, or of a date and a time; empty for other texts."""
    bare = re.sub(r"(?<=\d)T(?=\d)", " ", text)
    for form, pattern in _DAYS:
        if match := pattern.fullmatch(bare):
            first, mark, second, third, *clock = match.groups()
            orders = [(first, second, third)]
            if form == "ymd":
                orders = [(third, second, first)]
            elif form == "bdy" or (form == "dmy" and mark != "."):
                orders.append((second, first, third))
            # A year of two digits has lost its century.
            centuries = ("19", "20") if len(third) < len("2026") and form != "ymd" else ("",)
            read = (
                _moment(day, month, century + year, *clock)
                for (day, month, year), century in product(orders, centuries)
            )
            return frozenset(filter(None, read))
    return frozenset()


def _moment(day: str, month: str, year: str, *clock: str | None) -> datetime | None:
    """A date and a time as written; None if it does not exist."""
    hour, minute, second, fraction, half = clock
    name = month[:3].lower()
    if not (day.isdigit() and (month.isdigit() or name in _MONTHS)):
        return None
    hours = int(hour or 0)
    if half is not None:
        if not 1 <= hours <= _NOON:
            return None
        hours = hours % _NOON + (_NOON if half in "Pp" else 0)
    try:
        return datetime(  # noqa: DTZ001 - compared as written
            int(year), int(month) if month.isdigit() else _MONTHS.index(name) + 1, int(day), hours,
            int(minute or 0), int(second or 0), int((fraction or "0").ljust(6, "0")),
        )  # fmt: skip
    except ValueError:
        return None


def _made_a_date(before: str, after: str) -> bool:
    """Whether `1/2`, `3-4` or `MAR1` came back as a date."""
    short = _SHORT_DAY.fullmatch(before.strip())
    if not short:
        return False
    if short[3]:
        month = short[3][:3].lower()
        pairs = {(int(short[4]), _MONTHS.index(month) + 1)} if month in _MONTHS else set()
    else:
        first, second = int(short[1]), int(short[2])
        pairs = {(first, second), (second, first)}
    named = re.fullmatch(r"(\d{1,2})[-. ]{1,2}([A-Za-z]{3})[a-z]*\.?", after.strip())
    named = named or re.fullmatch(r"([A-Za-z]{3})[a-z]*\.?[-. ]{1,2}(\d{1,2})", after.strip())
    if named:
        left, right = named.groups()
        day, month = (left, right) if left.isdigit() else (right, left)
        name = month.lower()
        return name in _MONTHS and (int(day), _MONTHS.index(name) + 1) in pairs
    return any((moment.day, moment.month) in pairs for moment in _moments(after.strip()))


def _same_truth(before: str, after: str) -> bool:
    """Whether `true` came back as `TRUE`, or in the language of the spreadsheet."""
    was, now = _TRUTH.get(before.strip().casefold()), _TRUTH.get(after.strip().casefold())
    return was is not None and was == now


def _lost_letters(before: str, after: str) -> bool:
    """Whether letters beyond ASCII came back as `?`, U+FFFD or the nearest ASCII letter.

    Letters that a code page lacks are replaced one by one, and the others are kept. A letter
    outside of the basic plane becomes one mark or two.
    """
    if before.isascii():
        return False
    was, now = unicodedata.normalize("NFC", before), unicodedata.normalize("NFC", after)
    return any(_is_left(was, now, marks) for marks in (1, 2))


def _is_left(was: str, now: str, marks: int) -> bool:
    """Whether each letter of a text is unchanged or replaced by one of its `_remains`."""
    at = 0
    for letter in was:
        left = next(
            (
                remains
                for remains in _remains(letter, marks)
                if remains and now.startswith(remains, at)
            ),
            "",
        )
        if not left:
            return False
        at += len(left)
    return at == len(now)


def _remains(letter: str, marks: int) -> Iterator[str]:
    """The possible replacements of a letter, itself among them."""
    yield letter
    if not letter.isascii():
        yield "".join(c for c in unicodedata.normalize("NFKD", letter) if not _is_accent(c))
        yield _NEAREST.get(letter, letter)
        yield from (mark * (marks if ord(letter) > _BASIC_PLANE else 1) for mark in _LOST)


def _is_accent(letter: str) -> bool:
    return unicodedata.combining(letter) > 0


def _mangled(before: str, after: str) -> bool:
    """Whether the bytes of one encoding were read in another: `José` as `JosÃ©` or `Jos\u201a`."""
    if before.isascii() or after.isascii():
        return False
    if "".join(_WINDOWS[byte] for byte in before.encode("utf-8", "replace")) == after:
        return True
    for written, read in (
        ("utf-8", "cp1252"), ("utf-8", "latin-1"), ("utf-8", "mac-roman"), ("utf-8", "cp850"),
        ("cp1252", "mac-roman"), ("mac-roman", "cp1252"), ("cp1252", "cp850"), ("cp850", "cp1252"),
        ("cp1252", "utf-8"), ("latin-1", "utf-8"),
    ):  # fmt: skip
        try:
            if before.encode(written).decode(read, errors="replace") == after:
                return True
        except UnicodeEncodeError:
            continue
    return False
