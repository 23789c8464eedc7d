"""The header stands again among the rows.

Files that were pasted together have it, and exports that repeat it on each page. A provider would
take the names for a contact. The row is left away, and counted as dropped.

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    Email, First_Name
    bob@kestrel-labs.com,Bob

Findings::

    3 STR107 the header stands here again

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Email

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
"""

from __future__ import annotations

import re

import pandas as pd

from preflight.rule import RowContext, Rule, Safety, Scope, Severity, strip_invisible

_FEWEST_NAMES = 2


def among(context: RowContext) -> str | None:
    names = [_folded(name) for name in context.header if _folded(name)]
    if len(names) < _FEWEST_NAMES:
        return None
    return rf"(?i)^\W*{re.escape(names[0])}\W*$"


def check(rows: pd.DataFrame, context: RowContext) -> pd.Series[bool]:
    differs = pd.Series(data=False, index=rows.index)
    for position, name in enumerate(context.header):
        differs |= rows[position].map(_folded) != _folded(name)
    return differs


def _folded(text: str) -> str:
    return strip_invisible(text).casefold()


RULE = Rule(
    code="STR107",
    name="header-repeated",
    scope=Scope.ROW,
    severity=Severity.ERROR,
    message="the header stands here again",
    check=check,
    among=among,
    safety=Safety.SAFE,
    drops=True,
)
