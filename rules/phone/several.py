"""The cell holds several phone numbers.

A provider reads the cell as one number; TextUs stores it as E.164. (Its help allows several numbers
separated by commas in a *conversation import*; it does not mention them for the contacts upload.)
Anything that the library reads as one number stays one: `030/23125000` is an area code and a
number. The library reads a second number after a semicolon or a comma as an extension, but it
counts as a second one here. A person has to choose which one to keep; on request preflight keeps
the first.

Options::

    --unsafe-fixes

Bad::

    email,phone
    ann@kestrel-labs.com,+14155552671 / +14155552672
    bob@kestrel-labs.com,+14155552673; +14155552674
    cleo@kestrel-labs.com,m +14155552675 w +14155552676

Findings::

    2:phone PHN407 several phone numbers in one cell
    3:phone PHN407 several phone numbers in one cell
    4:phone PHN407 several phone numbers in one cell

Good::

    email,phone,country
    ann@kestrel-labs.com,+14155552671,US
    bob@kestrel-labs.com,030/23125000,DE

Fixed::

    email,phone
    ann@kestrel-labs.com,+14155552671
    bob@kestrel-labs.com,+14155552673
    cleo@kestrel-labs.com,+14155552675
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity, phones_in


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["status"] != "several"


def fix(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    del phone
    return context.judged["core"].map(lambda cell: phones_in(cell)[0])


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
