"""The digits are one phone number in their country, and with a plus in front another one.

Spreadsheets and exports drop the plus of international numbers. In Germany `4917012345678` is then
a landline of Norddeich without its leading zero, or a mobile number without its plus. Both are
valid, so nothing in the cell says who is meant. A provider may take it either way. Where the whole
column lost its plus, `--unsafe-fixes` writes it; else write the number with its plus.

Options::

    --unsafe-fixes

Bad::

    email,phone,country
    ann@kestrel-labs.com,4917012345678,DE

Findings::

    2:phone PHN418 with a plus in front it is a different number: write the one that is meant as +…

Good::

    email,phone,country
    ann@kestrel-labs.com,+4917012345678,DE
    bob@kestrel-labs.com,04917 012345678,DE

Fixed::

    email,phone,country
    ann@kestrel-labs.com,+4917012345678,DE
"""

from __future__ import annotations

import unicodedata

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["reason"] != "either"


def _with_plus(bare: str) -> str:
    return "+" + "".join(str(unicodedata.digit(char)) for char in bare if char.isdecimal())


def fix(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    either = context.judged["reason"] == "either"
    return phone.mask(either, context.judged["bare"].map(_with_plus))


RULE = Rule(
    code="PHN418",
    name="phone-plus-missing",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="with a plus in front it is a different number: write the one that is meant as +…",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.SHAPE,
)
