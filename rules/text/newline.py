r"""A line break inside a field of one line: a name, a company, a city.

It was copied with the text, or an address of several lines went into one cell. It breaks greetings
and lists, and simple CSV readers take the rest for a row of its own. Notes, addresses and unknown
columns may have several lines.

Options::

    --unsafe-fixes

Bad::

    email,company,notes
    ann@kestrel-labs.com,"Kestrel
    Labs","met at
    the fair"

Findings::

    2:company TXT707 a line break inside the value

Good::

    email,company,notes
    ann@kestrel-labs.com,Kestrel Labs,"met at
    the fair"

Fixed::

    email,company,notes
    ann@kestrel-labs.com,Kestrel Labs,"met at
    the fair"
"""

from __future__ import annotations

import re

import pandas as pd

from preflight.rule import (
    Context,
    Phase,
    Rule,
    Safety,
    Scope,
    Severity,
    contains,
    strip_invisible,
    stripped,
)

_BREAK = re.compile(r" *[\r\n]+[ \r\n]*")
_OF_LINES = ("notes", "address")


def check(text: pd.Series[str], context: Context) -> pd.Series[bool]:
    if context.field is None or context.field.name in _OF_LINES:
        return text == text
    return ~contains(stripped(text), r"[\r\n]")


def fix(text: pd.Series[str]) -> pd.Series[str]:
    return text.map(lambda value: _BREAK.sub(" ", strip_invisible(value)))


RULE = Rule(
    code="TXT707",
    name="text-newline",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"text", "name", "country"}),
    message="a line break inside the value",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
