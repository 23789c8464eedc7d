"""Letters of a mathematical alphabet instead of plain ones: `𝐀𝐧𝐧`, `𝓑𝓸𝓫`.

People use them as a typeface, mostly in profiles of social networks. To a program they are other
letters: it finds no such name, sorts it behind all others, and a letter to `𝐚𝐧𝐧@…` arrives nowhere.
They are written as the letters that they look like.

Bad::

    email,first_name
    𝐚𝐧𝐧@kestrel-labs.com,𝐀𝐧𝐧
    bob@kestrel-labs.com,𝓑𝓸𝓫

Findings::

    2:email TXT713 letters of a mathematical alphabet instead of plain ones
    2:first_name TXT713 letters of a mathematical alphabet instead of plain ones
    3:first_name TXT713 letters of a mathematical alphabet instead of plain ones

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    zoe@kestrel-labs.com,Zoë

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import (
    STYLED,
    Context,
    Phase,
    Rule,
    Safety,
    Scope,
    Severity,
    contains,
    plain_letters,
)


def suspects(context: Context) -> str:
    # Every address beyond ASCII is a suspect anyway.
    return "" if context.column.kind == "email" else STYLED


def check(text: pd.Series[str], context: Context) -> pd.Series[bool]:
    # The domain of an address has a normal form anyway.
    return ~contains(text, f"{STYLED}.*@" if context.column.kind == "email" else STYLED)


def fix(text: pd.Series[str]) -> pd.Series[str]:
    return text.map(plain_letters)


RULE = Rule(
    code="TXT713",
    name="text-styled",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"email", "name", "text", "country"}),
    suspects=suspects,
    message="letters of a mathematical alphabet instead of plain ones",
    check=check,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.DECODE,
)
