"""The number can be read, but nobody in its region has such a number.

A digit is missing or one too many, or the area code does not exist. The judge is the library
`phonenumbers`. A text message to it goes nowhere. TextUs stores numbers as E.164; Dotdigital keeps
a phone as a data field like any other, so there this is a warning.

Bad::

    email,phone,country
    ann@kestrel-labs.com,+1 415 555 267,US
    bob@kestrel-labs.com,020 7946 00,GB

Findings::

    2:phone PHN403 no valid number of US (+1)
    3:phone PHN403 no valid number of GB (+44)

Good::

    email,phone,country
    ann@kestrel-labs.com,+14155552671,US
    bob@kestrel-labs.com,+442079460018,GB
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["status"] != "invalid"


def reason(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    del phone
    return context.judged["reason"]


RULE = Rule(
    code="PHN403",
    name="phone-invalid",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="no valid number of its region",
    check=check,
    reason=reason,
)
