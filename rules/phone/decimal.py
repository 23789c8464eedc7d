"""A program read the phone number as a decimal and added `.0`: `14155552671.0`.

Some tools turn a column of whole numbers with a gap in it into decimals, and write each with `.0`.
The phone library ignores the point and reads the zero as one more digit. Where numbers have no
fixed length, as in Germany, that is a valid number of another person. TextUs stores phone numbers
as E.164, so the contact would be lost or wrong there. The `.0` is never part of a phone number.

Options::

    --region US

Bad::

    email,phone
    ann@kestrel-labs.com,14155552671.0
    bob@kestrel-labs.com,+4930231250.0

Findings::

    2:phone PHN413 ends in `.0`: a program read the number as a decimal
    3:phone PHN413 ends in `.0`: a program read the number as a decimal

Good::

    email,phone
    ann@kestrel-labs.com,+14155552671
    bob@kestrel-labs.com,415.555.2671

Fixed::

    email,phone
    ann@kestrel-labs.com,14155552671
    bob@kestrel-labs.com,+4930231250
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["status"] != "decimal"


def fix(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    del phone
    return context.judged["bare"].str.removesuffix(".0")


RULE = Rule(
    code="PHN413",
    name="phone-decimal",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="ends in `.0`: a program read the number as a decimal",
    check=check,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.UNWRAP,
)
