"""The cell holds several phone numbers.

A provider reads the cell as one number; TextUs stores it as E.164. (Its help allows several numbers
separated by commas in a *conversation import*; it does not mention them for the contacts upload.)
Anything that the library reads as one number stays one: `030/23125000` is an area code and a
number. The library reads a second number after a semicolon or a comma as an extension, but it
counts as a second one here, and so do one or two digits behind a slash, if what stands before them
is a valid number. A person has to choose which one to keep; on request preflight keeps the first.

Options::

    --unsafe-fixes

Bad::

    email,phone
    ann@kestrel-labs.com,+14155552671 / +14155552672
    bob@kestrel-labs.com,+14155552673; +14155552674
    cleo@kestrel-labs.com,m +14155552675 w +14155552676
    dan@kestrel-labs.com,+1 415-555-2677/8

Findings::

    2:phone PHN407 several phone numbers in one cell
    3:phone PHN407 several phone numbers in one cell
    4:phone PHN407 several phone numbers in one cell
    5:phone PHN407 several phone numbers in one cell: the second one is abbreviated

Good::

    email,phone,country
    ann@kestrel-labs.com,+14155552671,US
    bob@kestrel-labs.com,030/23125000,DE

Fixed::

    email,phone
    ann@kestrel-labs.com,+14155552671
    bob@kestrel-labs.com,+14155552673
    cleo@kestrel-labs.com,+14155552675
    dan@kestrel-labs.com,+1 415-555-2677
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity, phones_in

_MESSAGE = "several phone numbers in one cell"


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["status"] != "several"


def _is_abbreviated(context: Context) -> pd.Series[bool]:
    return context.judged["reason"] == "abbreviated"


def reason(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    messages = pd.Series(_MESSAGE, index=phone.index, dtype="str")
    return messages.mask(_is_abbreviated(context), f"{_MESSAGE}: the second one is abbreviated")


def fix(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    cells = zip(context.judged["bare"], _is_abbreviated(context), strict=True)
    first = [
        cell.rpartition("/")[0].rstrip() if abbreviated else phones_in(cell)[0]
        for cell, abbreviated in cells
    ]
    return pd.Series(first, index=phone.index, dtype="str")


RULE = Rule(
    code="PHN407",
    name="phone-several",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message=_MESSAGE,
    check=check,
    reason=reason,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
