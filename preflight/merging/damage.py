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
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import product

_SCIENTIFIC = re.compile(r"([+-]?\d(?:[.,]\d+)?)[Ee]([+-]?\d{1,3})")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_SEPARATED = re.compile(r"[+-]?\d{1,3}(?:([.,' \u00a0\u202f])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_DIGITS = 15
"""How many digits of a number a spreadsheet keeps."""

_DAY_FORMS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d",
    "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%b %d, %Y",
)  # fmt: skip
_CLOCK_FORMS = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S.%f")
_SHORT_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})|([A-Za-z]{3,9})[- ]?(\d{1,2})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TRUTH = {
    "true": True, "false": False, "wahr": True, "falsch": False, "vrai": True, "faux": False,
    "verdadero": True, "falso": False, "vero": True, "waar": True, "onwaar": False, "sant": True,
    "falskt": False, "verdadeiro": True,
}  # fmt: skip


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
    if after == before or after == f"'{before}":
        return Difference.NONE
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
        return _plain(before.strip()) is not None and _is_written(after.strip())
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
    """What a date, or a date and a time, can be read as; nothing where it is none."""
    if not 6 <= len(text) <= 30 or not re.search(r"\d", text):
        return frozenset()
    found = set()
    bare = re.sub(r"(?<=\d)T(?=\d)", " ", text)
    for day, clock in product(_DAY_FORMS, _CLOCK_FORMS):
        try:
            found.add(datetime.strptime(bare, day + clock))  # noqa: DTZ007 - compared as written
        except ValueError:
            continue
    return frozenset(found)


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
    """Letters beyond ASCII that came back as `?`, as U+FFFD, or without their accents."""
    if before.isascii():
        return False
    was = unicodedata.normalize("NFC", before)
    if unicodedata.normalize("NFC", after) == was:
        return True
    if len(after) == len(was) and all(
        one == other or (not one.isascii() and other in "?\ufffd_")
        for one, other in zip(was, after, strict=True)
    ):
        return True
    return after.isascii() and _bare(was) == after


def _bare(text: str) -> str:
    """A text without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _mangled(before: str, after: str) -> bool:
    """The bytes of one encoding, read in another: `José` as `JosÃ©`, or as `Jos\u201a`."""
    if before.isascii() or after.isascii():
        return False
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
