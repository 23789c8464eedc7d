r"""The phone number has whitespace or invisible characters around it, or an apostrophe in front.

People type the apostrophe to make a spreadsheet keep a number as text; in a CSV it is part of the
value. Phones' contact apps put invisible direction marks around copied numbers.

Bad::

    email,phone
    ann@kestrel-labs.com,'+14155552671
    bob@kestrel-labs.com,\xe2\x80\xaa+14155552672\xe2\x80\xac
    cleo@kestrel-labs.com,+14155552673\x20

Findings::

    2:phone PHN411 whitespace, invisible characters or an apostrophe around the phone number
    3:phone PHN411 whitespace, invisible characters or an apostrophe around the phone number
    4:phone PHN411 whitespace, invisible characters or an apostrophe around the phone number

Good::

    email,phone
    ann@kestrel-labs.com,+14155552671

Fixed::

    email,phone
    ann@kestrel-labs.com,+14155552671
    bob@kestrel-labs.com,+14155552672
    cleo@kestrel-labs.com,+14155552673
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    core = context.judged["core"]
    fine = phone == core
    # Of an apostrophe alone nothing is left; where a row needs a number, that is PHN410.
    return fine | (core == "") if context.column.required else fine


def fix(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    del phone
    return context.judged["core"]


RULE = Rule(
    code="PHN411",
    name="phone-padded",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"phone"}),
    message="whitespace, invisible characters or an apostrophe around the phone number",
    check=check,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.TRIM,
)
