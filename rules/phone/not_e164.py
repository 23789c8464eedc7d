"""The phone number is valid, but not written as E.164: a plus, the country code, and digits only.

TextUs stores phone numbers as E.164, and its help asks for a plus and the country code for numbers
of another country: under its profile this is an error. Dotdigital's help wants mobile numbers in
international format. The region comes from the row's country or calling code, `--region` or the
profile, and is never guessed. An extension stays behind the number; PHN406 covers it, PHN414 and
PHN415 words around a number, PHN417 a number in letters, and PHN418 digits that may have lost a plus.

Options::

    --region US

Bad::

    email,phone,country
    ann@kestrel-labs.com,(415) 555-2671,US
    bob@kestrel-labs.com,+44 (0)20 7946 0018,GB
    cleo@kestrel-labs.com,030 23125000,Germany
    dan@kestrel-labs.com,415.555.2672,
    eve@kestrel-labs.com,011 15 2345-6789,AR
    hal@kestrel-labs.com,(415) 555-2673 ext. 12,US

Findings::

    2:phone PHN404 not in international format (like +12125550143)
    3:phone PHN404 not in international format (like +12125550143)
    4:phone PHN404 not in international format (like +12125550143)
    5:phone PHN404 not in international format (like +12125550143)
    6:phone PHN404 not in international format (like +12125550143): with a 9 in place of Argentina's 15
    7:phone PHN404 not in international format (like +12125550143)

Good::

    email,phone,country
    ann@kestrel-labs.com,+14155552671,US
    bob@kestrel-labs.com,+442079460018,GB

Fixed::

    email,phone,country
    ann@kestrel-labs.com,+14155552671,US
    bob@kestrel-labs.com,+442079460018,GB
    cleo@kestrel-labs.com,+493023125000,Germany
    dan@kestrel-labs.com,+14155552672,
    eve@kestrel-labs.com,+5491123456789,AR
    hal@kestrel-labs.com,+14155552673 x12,US
"""  # noqa: E501 - a finding is one line

from __future__ import annotations

import re

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity, contains

# Digits of any script and the punctuation between them. A letter may be an extension or a note.
_ONLY_A_NUMBER = re.compile(r"[^\w+\uff0b]*[+\uff0b]?(?:[^\w+\uff0b]*\d)+[^\w+\uff0b]*")
# The same in ASCII, as most numbers are written.
_PLAINLY = r"^[ -*,-/:-@\[-^`{-~]*\+?(?:[ -*,-/:-@\[-^`{-~]*[0-9])+[ -*,-/:-@\[-^`{-~]*$"
# An extension, written so that it can be nothing else.
_EXTENSION = re.compile(r"(?i)(.*\d)\s*(?:ext|extn|extension|x|#)[:.]?\s*(\d{1,6})\s*")
_ARGENTINE_MOBILE = "+549"
# PHN417 and PHN418 name numbers in letters, and digits that may have lost a plus.
_OF_OTHER_RULES = ("vanity", "either")
_MESSAGE = "not in international format (like +12125550143)"


def _is_only_a_number(cell: str) -> bool:
    return _ONLY_A_NUMBER.fullmatch(cell) is not None


def _are_only_numbers(cells: pd.Series[str]) -> pd.Series[bool]:
    only = contains(cells, _PLAINLY)
    if only.all():
        return only
    others = cells[~only].map(_is_only_a_number).astype(bool)
    return only | others.reindex(cells.index, fill_value=False)


def _extension(cell: str) -> str:
    """The extension of a number that is nothing but a number and an extension; "" if there is none.

    In letters, or among words, a number is left for a person.
    """
    match = _EXTENSION.fullmatch(cell)
    return match[2] if match and _is_only_a_number(match[1]) else ""


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    judged = context.judged
    written = judged["bare"] == judged["e164"]
    extended = judged["reason"] == "extension"
    if extended.any():
        # With an extension a number is in international format if it has a plus.
        has_plus = judged["bare"].str.lstrip(" (").str.startswith(("+", "\uff0b"))
        written = written.mask(extended, has_plus)
    others = judged["reason"].isin(_OF_OTHER_RULES)
    return (judged["status"] != "ok") | written | others


def _had_15(cell: str, e164: str) -> bool:
    """Whether the 9 of an Argentine mobile number is not written, but a 15 before the last digits.

    The library knows both forms, and writes the 9 in international format.
    """
    digits = "".join(filter(str.isdigit, cell))
    return e164.removeprefix("+54") not in digits and "15" in digits


def reason(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    judged = context.judged
    messages = pd.Series(_MESSAGE, index=phone.index, dtype="str")
    some = judged[judged["e164"].str.startswith(_ARGENTINE_MOBILE)]
    if some.empty:
        return messages
    pairs = zip(some["bare"], some["e164"], strict=True)
    old = pd.Series([_had_15(*pair) for pair in pairs], index=some.index, dtype=bool)
    old = old.reindex(phone.index, fill_value=False)
    return messages.mask(old, f"{_MESSAGE}: with a 9 in place of Argentina's 15")


def fix(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    judged = context.judged
    settled = judged["reason"] == ""
    fixed = phone.mask(settled & _are_only_numbers(judged["bare"]), judged["e164"])
    some = judged.loc[judged["reason"] == "extension", "bare"]
    if some.empty:
        return fixed
    extended = some.map(_extension).reindex(judged.index, fill_value="")
    return fixed.mask(extended != "", judged["e164"] + " x" + extended)


RULE = Rule(
    code="PHN404",
    name="phone-not-e164",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"phone"}),
    message=_MESSAGE,
    check=check,
    reason=reason,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.SHAPE,
)
