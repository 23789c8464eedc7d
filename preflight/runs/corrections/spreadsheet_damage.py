"""What a spreadsheet did to a cell, told from what a person did to it.

A spreadsheet reads a CSV as numbers and dates and writes back what it made of them: a phone number
becomes `1.41556E+10`, a postcode loses its noughts, a moment comes back in another form, letters
are lost to another encoding. None of that is a correction. A cell is *damaged* where what stands
there is what a spreadsheet makes of the cell as it was; then it is put back. Whatever else differs
is an *edit*, and stays.

Everything here compares two texts; nothing guesses what a cell should hold.
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
# What code pages put for letters and signs that have no decomposition.
_NEAREST = dict(zip("łŁøØđĐħĦıŧŦ‘’‚“”„–—‐", "lLoOdDhHitT'''\"\"\"---", strict=True))
_WINDOWS = [bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256)]
"""cp1252 as spreadsheets read it: bytes that it leaves free are control characters."""


class Difference(enum.StrEnum):
    """What became of a cell."""

    NONE = "none"
    DAMAGE = "damage"
    EDIT = "edit"


@functools.lru_cache(maxsize=1 << 16)
def difference(before: str, after: str) -> Difference:
    """What became of a cell between the file that was written and the one that came back.

    Args:
        before: the cell as it was.
        after: as it is now.
    """
    if after == before:
        return Difference.NONE
    if f"'{before}" == after or before == f"'{after}":
        # What marks a text as one in a spreadsheet, and is no part of it.
        return Difference.DAMAGE
    if not before or not after:
        return Difference.EDIT
    tests = (
        _same_lines, _same_number, same_moment, _made_a_date, _same_truth, _lost_letters, _mangled,
    )  # fmt: skip
    return Difference.DAMAGE if any(test(before, after) for test in tests) else Difference.EDIT


def _same_lines(before: str, after: str) -> bool:
    """The same text with other line ends."""
    return before.replace("\r\n", "\n").replace("\r", "\n") == after.replace("\r\n", "\n").replace(
        "\r", "\n"
    )


def _same_number(before: str, after: str) -> bool:
    """The number that a spreadsheet reads in the cell, written as it writes numbers.

    A leading `+` and leading noughts go, trailing noughts of a fraction too, the comma and the
    point may change places, thousands get a separator, and a long number is rounded or put into
    scientific form.
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
    """Whether a spreadsheet writes numbers like that: without a `+`, and without idle noughts."""
    return not after.startswith("+") and not re.match(r"-?0\d", after)


def _plain(text: str) -> Decimal | None:
    """The number that a cell of nothing else is."""
    if not _NUMBER.fullmatch(text):
        return None
    return Decimal(text.replace(",", "."))


def _value(text: str) -> Decimal | None:
    """The number that a cell is, with separators or in scientific form too."""
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
    """A number with so many digits, as a spreadsheet rounds: halves away from nought."""
    if not value:
        return value
    shift = value.adjusted() - digits + 1
    return value.quantize(Decimal(1).scaleb(shift), rounding="ROUND_HALF_UP")


def same_moment(before: str, after: str) -> bool:
    """The same day, and the same time as far as it is written, in another form.

    Day and month may stand in either order, since the spreadsheet's is not known; the seconds, and
    a midnight, may be gone.
    """
    were, are = _moments(before.strip()), _moments(after.strip())
    if not were or not are:
        return False
    return any(
        was == now or was.replace(second=0, microsecond=0) == now for was, now in product(were, are)
    )


@functools.lru_cache(maxsize=1 << 12)
def _moments(text: str) -> frozenset[datetime]:
    """What a date, or a date and a time, can be read as; nothing where it is not one."""
    bare = re.sub(r"(?<=\d)T(?=\d)", " ", text)
    for form, pattern in _DAYS:
        if told := pattern.fullmatch(bare):
            one, mark, two, three, *clock = told.groups()
            orders = [(one, two, three)]
            if form == "ymd":
                orders = [(three, two, one)]
            elif form == "bdy" or (form == "dmy" and mark != "."):
                orders.append((two, one, three))
            # A year of two digits has lost its century.
            centuries = ("19", "20") if len(three) < len("2026") and form != "ymd" else ("",)
            read = (
                _moment(day, month, century + year, *clock)
                for (day, month, year), century in product(orders, centuries)
            )
            return frozenset(filter(None, read))
    return frozenset()


def _moment(day: str, month: str, year: str, *clock: str | None) -> datetime | None:
    """A day and a time as they are written; None where there is no such moment."""
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
    """`1/2`, `3-4` or `MAR1` that came back as a day of the year."""
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
        one, other = named.groups()
        day, month = (one, other) if one.isdigit() else (other, one)
        name = month.lower()
        return name in _MONTHS and (int(day), _MONTHS.index(name) + 1) in pairs
    return any((moment.day, moment.month) in pairs for moment in _moments(after.strip()))


def _same_truth(before: str, after: str) -> bool:
    """`true` that came back as `TRUE`, or in the spreadsheet's own language."""
    was, now = _TRUTH.get(before.strip().casefold()), _TRUTH.get(after.strip().casefold())
    return was is not None and was == now


def _lost_letters(before: str, after: str) -> bool:
    """Letters beyond ASCII that came back as `?`, as U+FFFD, or as the nearest plain letter.

    What a code page lacks is lost letter by letter, and what it has stays. Of a letter outside of
    the basic plane one mark is left, or two.
    """
    if before.isascii():
        return False
    was, now = unicodedata.normalize("NFC", before), unicodedata.normalize("NFC", after)
    return any(_is_left(was, now, marks) for marks in (1, 2))


def _is_left(was: str, now: str, marks: int) -> bool:
    """Whether letter after letter of a text is there, or what may be left of it."""
    at = 0
    for letter in was:
        left = next((one for one in _remains(letter, marks) if one and now.startswith(one, at)), "")
        if not left:
            return False
        at += len(left)
    return at == len(now)


def _remains(letter: str, marks: int) -> Iterator[str]:
    """What may be left of a letter."""
    yield letter
    if not letter.isascii():
        yield "".join(c for c in unicodedata.normalize("NFKD", letter) if not _is_accent(c))
        yield _NEAREST.get(letter, letter)
        yield from (mark * (marks if ord(letter) > _BASIC_PLANE else 1) for mark in _LOST)


def _is_accent(letter: str) -> bool:
    return unicodedata.combining(letter) > 0


def _mangled(before: str, after: str) -> bool:
    """The bytes of one encoding, read in another: `José` as `JosÃ©`, or as `Jos\u201a`."""
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
