"""The cell holds several phone numbers.

A provider takes the cell for one number; TextUs stores it as E.164. What the library reads as one
number is never taken for several: `030/23125000` is an area code and a number. Which to keep is for
a person to say; on request it is the first.

Options::

    --unsafe-fixes

Bad::

    email,phone
    ann@kestrel-labs.com,+14155552671 / +14155552672
    bob@kestrel-labs.com,+14155552673; +14155552674

Findings::

    2:phone PHN407 several phone numbers in one cell
    3:phone PHN407 several phone numbers in one cell

Good::

    email,phone,country
    ann@kestrel-labs.com,+14155552671,US
    bob@kestrel-labs.com,030/23125000,DE

Fixed::

    email,phone
    ann@kestrel-labs.com,+14155552671
    bob@kestrel-labs.com,+14155552673
"""

from __future__ import annotations

import re

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity, trim_phone

_BETWEEN = re.compile(r"[/;,|&\r\n]| or | and ")
_DIGIT = re.compile(r"\d")
# A number with its area code; a shorter piece may be a part of one.
_DIGITS = 8


def _is_one(phone: str) -> bool:
    pieces = _BETWEEN.split(phone)
    return len(pieces) < 2 or any(len(_DIGIT.findall(piece)) < _DIGITS for piece in pieces)


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return (context.judged["status"] == "ok") | context.judged["core"].map(_is_one)


def fix(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    del phone
    return context.judged["core"].map(lambda core: trim_phone(_BETWEEN.split(core)[0]))


RULE = Rule(
    code="PHN407",
    name="phone-several",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="several phone numbers in one cell",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
