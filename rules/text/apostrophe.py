"""An apostrophe stands in front of a number: `'02138`.

People type it, and programs write it, so that a spreadsheet keeps the number as text; in a CSV it
is part of the value. Names and words that begin with one (`'t Hooft`, `'90s Music`) stay. Phone
numbers have a rule of their own.

Bad::

    email,zip,created_at
    ann@kestrel-labs.com,'02138,'2026-04-21T15:30:00Z

Findings::

    2:zip TXT710 an apostrophe in front of the number
    2:created_at TXT710 an apostrophe in front of the number

Good::

    email,company,zip
    ann@kestrel-labs.com,'90s Music,02138

Fixed::

    email,zip,created_at
    ann@kestrel-labs.com,02138,2026-04-21T15:30:00Z
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Phase, Rule, Safety, Scope, Severity, contains

# Digits and the punctuation of numbers, dates and times.
_APOSTROPHE = "['\u2018\u2019`]"
_NUMBER = rf"^\s*{_APOSTROPHE}([+(-]{{0,2}}[0-9][0-9 .,:/()+-]{{2,}}(?:T[0-9:.+-]+)?Z?%?)\s*$"


def check(cell: pd.Series[str]) -> pd.Series[bool]:
    plain = ~contains(cell, _APOSTROPHE)
    if not plain.all():
        plain[~plain] = ~cell[~plain].str.match(_NUMBER)
    return plain


def fix(cell: pd.Series[str]) -> pd.Series[str]:
    return cell.str.replace(_NUMBER, r"\1", regex=True)


RULE = Rule(
    code="TXT710",
    name="number-with-apostrophe",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"text", "timestamp"}),
    message="an apostrophe in front of the number",
    check=check,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.OPEN,
)
