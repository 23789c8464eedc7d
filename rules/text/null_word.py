"""The cell holds a word for a missing value: `NULL`, `N/A`, `-`, `#N/A`, `nan`, `00/00/0000`.

A database or a spreadsheet wrote it instead of a blank, or a form a tag that nobody filled in. A
provider takes it for a value: it is printed, and overwrites a better one. The cell is cleared only
on request, because a company may have that name, and because a blank clears the field with some
providers.

Options::

    --unsafe-fixes

Bad::

    email,company,city
    ann@kestrel-labs.com,NULL,Leeds
    bob@kestrel-labs.com,Kestrel Labs,-
    cleo@kestrel-labs.com,#N/A,nan
    dan@kestrel-labs.com,[object Object],{{contact.city}}

Findings::

    2:company TXT705 a word for a missing value instead of a blank
    3:city TXT705 a word for a missing value instead of a blank
    4:company TXT705 a word for a missing value instead of a blank
    4:city TXT705 a word for a missing value instead of a blank
    5:company TXT705 a word for a missing value instead of a blank
    5:city TXT705 a word for a missing value instead of a blank

Good::

    email,company,city
    ann@kestrel-labs.com,Null Island Ltd,Leeds
    bob@kestrel-labs.com,,Nan

Fixed::

    email,company,city
    ann@kestrel-labs.com,,Leeds
    bob@kestrel-labs.com,Kestrel Labs,
    cleo@kestrel-labs.com,,
    dan@kestrel-labs.com,,
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import PLACEHOLDER, Phase, Rule, Safety, Scope, Severity, placeholder


def check(text: pd.Series[str]) -> pd.Series[bool]:
    return ~placeholder(text)


def fix(text: pd.Series[str]) -> pd.Series[str]:
    return text.str.slice(0, 0)


RULE = Rule(
    code="TXT705",
    name="text-null-word",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"text", "country", "timestamp"}),
    suspects=PLACEHOLDER,
    message="a word for a missing value instead of a blank",
    check=check,
    yields_to=frozenset({"TXT712", "TIM501"}),
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
