"""The phone number is written in letters, as on a telephone keypad: `1-800-FLOWERS`.

People dial the digits under the letters. A provider that stores phone numbers keeps the letters, or
refuses them, and without a country nothing tells whose number it is. The letters may also be a word
beside too short a number, so the digits are written on request only, in E.164 form.

Options::

    --unsafe-fixes

Bad::

    email,phone,country
    ann@kestrel-labs.com,1-800-FLOWERS,US
    bob@kestrel-labs.com,+1 800 FLOWERS,

Findings::

    2:phone PHN417 a phone number in letters
    3:phone PHN417 a phone number in letters

Good::

    email,phone,country
    ann@kestrel-labs.com,+18003569377,US
    bob@kestrel-labs.com,+18003569377,

Fixed::

    email,phone,country
    ann@kestrel-labs.com,+18003569377,US
    bob@kestrel-labs.com,+18003569377,
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["reason"] != "vanity"


def fix(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    return phone.mask(context.judged["reason"] == "vanity", context.judged["e164"])


RULE = Rule(
    code="PHN417",
    name="phone-lettered",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="a phone number in letters",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.SHAPE,
)
