"""The number went through a program that keeps numbers as fractions: `14155552671.0`.

A column of numbers with a gap in it becomes one of fractions in some tools, and is written with
`.0` behind each. The library drops the point and takes the zero for one more digit: where numbers
have no fixed length, as in Germany, that is a valid number, and a stranger's. TextUs stores phone
numbers as E.164, so there the row would be lost or wrong. The `.0` is no part of any number.

Options::

    --region US

Bad::

    email,phone
    ann@kestrel-labs.com,14155552671.0
    bob@kestrel-labs.com,+4930231250.0

Findings::

    2:phone PHN413 a number with `.0` behind it, from a program that took it for a fraction
    3:phone PHN413 a number with `.0` behind it, from a program that took it for a fraction

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
    return context.judged["core"].str.removesuffix(".0")


RULE = Rule(
    code="PHN413",
    name="phone-decimal",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="a number with `.0` behind it, from a program that took it for a fraction",
    check=check,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.UNWRAP,
)
