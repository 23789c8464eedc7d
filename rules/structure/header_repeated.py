"""The header is repeated among the rows.

This happens when files are pasted together, and in exports that repeat the header on each page. A
provider would import the names as a contact. The row is removed and counted as dropped. If no name
of the header is known, its row may be data in a file without a header: then no row is removed.

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    Email, First_Name
    bob@kestrel-labs.com,Bob

Findings::

    3 STR107 the header is repeated here

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
    known = context.certain or any(column.field for column in context.columns)
    if len(names) < _FEWEST_NAMES or not known:
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
    message="the header is repeated here",
    check=check,
    among=among,
    safety=Safety.SAFE,
    drops=True,
)
