"""The phone number is in a form that its country has given up.

Mexico gave up the prefixes 1, 01, 02, 044 and 045 in 2019, and Brazil put a 9 before all mobile
numbers of eight digits; address books, WhatsApp and old exports still have both. Benin put 01
before all numbers and Colombia 60 before landlines; Chile gave up the 0 and put a 2 behind the area
code, Ivory Coast put the two digits of the operator in front, and people write Argentina's 15
behind the 9 that replaces it. The library `phonenumbers` does not know the old form as a number,
and TextUs stores numbers as E.164. The number of today is most likely the same person's; on request
it is written instead, in E.164 form.

Options::

    --unsafe-fixes

Bad::

    email,phone,country
    ann@kestrel-labs.com,+5215541637145,MX
    bob@kestrel-labs.com,044 55 4525 8448,MX
    cleo@kestrel-labs.com,(11) 9612-4567,BR

Findings::

    2:phone PHN416 an old form: Mexico gave up the prefixes 1, 01, 02, 044 and 045
    3:phone PHN416 an old form: Mexico gave up the prefixes 1, 01, 02, 044 and 045
    4:phone PHN416 an old form: mobile numbers in Brazil have got a 9 after the area code

Good::

    email,phone,country
    ann@kestrel-labs.com,+525541637145,MX
    bob@kestrel-labs.com,+5511996124567,BR

Fixed::

    email,phone,country
    ann@kestrel-labs.com,+525541637145,MX
    bob@kestrel-labs.com,+525545258448,MX
    cleo@kestrel-labs.com,+5511996124567,BR
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["status"] != "old-form"


def reason(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    del phone
    return context.judged["reason"]


def fix(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    del phone
    return context.judged["today"]


RULE = Rule(
    code="PHN416",
    name="phone-old-form",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="a form of phone number that its country has given up",
    check=check,
    reason=reason,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.SHAPE,
)
