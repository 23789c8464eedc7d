"""Forms of phone numbers that a country has given up, and the number of today.

The forms are those that the metadata of `phonenumbers` no longer accepts. libphonenumber's metadata
for Mexico says: "Dialling tokens 01, 02, 044, 045 and 1 are removed as they are no longer valid
since August 2019". In its metadata for Brazil every mobile number of an area code has a 9 and eight
digits; the eight digits alone were the number before. In that for Benin every number begins with
01, and in that for Colombia every landline number with 60. Chile has no national prefix any more,
and its landline numbers have got a 2 after the area code (libphonenumber's issues 1245 and 1255).
Ivory Coast has put two digits in front of its eight on 31 January 2021, which depend on the
operator: after its regulator ARTCI, the second digit of the old number shows that of a mobile
number, and the third digit that of a landline.
For Argentina the library itself reads the mobile prefix 15, but not behind a 9 that means the same.
Whether the number of today is the same person's is likely, and not certain.

Where nothing tells the number of today (Vietnam and others), the old number is simply not valid.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.patterns import matching


@dataclass(frozen=True, slots=True)
class _OldForm:
    """One form of a country.

    Attributes:
        region: ISO 3166 code.
        code: the calling code.
        pattern: of the digits after it.
        today: what replaces them, a template of `re`.
        reason: what is wrong, for people.
    """

    region: str
    code: str
    pattern: re.Pattern[str]
    today: str
    reason: str


_OLD_FORMS = (
    _OldForm(
        "MX", "52", re.compile(r"(?:01|02|044|045|1)(\d{10})"), r"\1",
        "an old form: Mexico gave up the prefixes 1, 01, 02, 044 and 045",
    ),
    _OldForm(
        "BR", "55", re.compile(r"0?(\d\d)([6-9]\d{7})"), r"\g<1>9\2",
        "an old form: mobile numbers in Brazil have got a 9 after the area code",
    ),
    _OldForm(
        "AR", "54", re.compile(r"9(0?\d{2,4}15\d{6,8})"), r"\1",
        "an old form: in Argentina a 9 after +54 replaces the 15",
    ),
    _OldForm(
        "AR", "54", re.compile(r"90(\d{10})"), r"9\1",
        "an old form: in Argentina no 0 follows the 9 after +54",
    ),
    _OldForm(
        "BJ", "229", re.compile(r"([2-9]\d{7})"), r"01\1",
        "an old form: all numbers in Benin begin with 01 today",
    ),
    _OldForm(
        "CO", "57", re.compile(r"([1-8][2-9]\d{6})"), r"60\1",
        "an old form: landline numbers in Colombia begin with 60 today",
    ),
    _OldForm(
        "CL", "56", re.compile(r"0(9\d{8}|[2-7]\d{8})"), r"\1",
        "an old form: numbers in Chile no longer begin with 0",
    ),
    _OldForm(
        "CL", "56", re.compile(r"0?(2(?=[2-9]\d{6}$)|[3-7]\d(?=[2-9]\d{5}$))(\d+)"), r"\g<1>2\2",
        "an old form: landline numbers in Chile have got a 2 after the area code",
    ),
    *(
        _OldForm(
            "CI", "225", re.compile(f"({digits})"), rf"{operator}\1",
            f"an old form: this number in Ivory Coast begins with {operator} today",
        )
        for operator, digits in (
            ("01", r"[04-9][0-3]\d{6}"), ("05", r"[04-9][4-6]\d{6}"), ("07", r"[04-9][7-9]\d{6}"),
            ("21", r"2\d8\d{5}"), ("25", r"[23]\d0\d{5}"),
            ("27", r"(?:2\d[1-79]|3\d[1-9])\d{5}"),
        )
    ),
)  # fmt: skip
_REGIONS = tuple(dict.fromkeys(form.region for form in _OLD_FORMS))
_CODES = "|".join(dict.fromkeys(form.code for form in _OLD_FORMS))
_ABROAD = rf"^[^0-9]*(?:00)?[^0-9]*(?:{_CODES})"
# Digits and the punctuation between them.
_DIALLED = re.compile(
    r"[\s()\[\]./\u00ad\u200b\u2010-\u2015\u2212\u2060-]*[+\uff0b]?[^\w+]*(?:\d[^\w+]*)+"
)


def suspects(cells: pa.Array, regions: pa.Array) -> pa.Array:
    """True where a cell is in a region with old forms, or begins with its calling code."""
    here = pc.is_in(regions, value_set=pa.array(_REGIONS))
    return pc.or_(here, matching(cells, _ABROAD))


@functools.lru_cache(maxsize=1 << 14)
def today(cell: str, region: str) -> tuple[str, str]:
    """The number of today in E.164 form, and what is wrong; twice "" if the form is not known.

    Args:
        cell: it, without labels.
        region: ISO 3166 code of the cell's region, "" if unknown.
    """
    if _DIALLED.fullmatch(cell) is None:
        return "", ""
    digits = phonenumbers.normalize_digits_only(cell)
    abroad = "+" in cell or "\uff0b" in cell
    if digits.startswith("00"):
        digits, abroad = digits[2:], True
    for form in _OLD_FORMS:
        rests = [digits.removeprefix(form.code)] if digits.startswith(form.code) else []
        if region == form.region and not abroad:
            rests.append(digits)
        elif not abroad:
            rests = []
        for rest in rests:
            number = _number(form, rest)
            if number:
                return number, form.reason
    return "", ""


def _number(form: _OldForm, rest: str) -> str:
    if form.pattern.fullmatch(rest) is None:
        return ""
    number = phonenumbers.parse(f"+{form.code}{form.pattern.sub(form.today, rest)}")
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
