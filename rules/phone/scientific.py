"""A spreadsheet wrote the phone number in scientific notation: `1.41556E+10`.

It read the phone number as a number and kept only the first digits; the others are gone from the
file. Only the original spreadsheet or its source may still have them, and nobody can call or text
what is left. If all digits are there, the number can be read off, but not whether a zero or a plus
stood in front.

Bad::

    email,phone
    ann@kestrel-labs.com,1.41556E+10
    bob@kestrel-labs.com,"4,47911E+11"
    cleo@kestrel-labs.com,4.155552671E+09

Findings::

    2:phone PHN408 in scientific notation, from a spreadsheet: digits are lost
    3:phone PHN408 in scientific notation, from a spreadsheet: digits are lost
    4:phone PHN408 in scientific notation, from a spreadsheet

Good::

    email,phone
    ann@kestrel-labs.com,+14155552671
"""

from __future__ import annotations

import re

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity

_PARTS = re.compile(r"[+-]?[0-9](?:[.,]([0-9]+))?[eE]\+?([0-9]+)")
_FORM = "in scientific notation, from a spreadsheet"
_LOST = f"{_FORM}: digits are lost"


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["status"] != "scientific"


def _reason(phone: str) -> str:
    parts = _PARTS.fullmatch(phone)
    whole = parts is not None and len(parts[1] or "") >= int(parts[2])
    return _FORM if whole else _LOST


def reason(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    del phone
    return context.judged["bare"].map(_reason)


RULE = Rule(
    code="PHN408",
    name="phone-scientific",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message=_LOST,
    check=check,
    reason=reason,
)
