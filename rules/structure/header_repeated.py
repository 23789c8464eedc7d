"""The header is repeated among the rows.

This happens when files are pasted together, and in exports that repeat the header on each page. A
provider would import the names as a contact. The row is removed and counted as dropped. If no name
of the header is known, its row may be data in a file without a header: then no row is removed. The
names may be others of the same fields: `E-mail` for `email`.

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    Email, First_Name
    bob@kestrel-labs.com,Bob
    E-mail address,Vorname
    cleo@kestrel-labs.com,Cleo

Findings::

    3 STR107 the header is repeated here
    5 STR107 the header is repeated here

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Email

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
    cleo@kestrel-labs.com,Cleo
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

import pandas as pd

from preflight.rule import (
    RowContext,
    Rule,
    Safety,
    Scope,
    Severity,
    contains,
    strip_invisible,
)

_FEWEST_NAMES = 2
_ANCHORS = ("email", "phone", "timestamp")
_IN_A_NAME = r"[\pL#]"  # as no phone number has it


def among(context: RowContext) -> Mapping[int, str] | None:
    names = {at: _folded(name) for at, name in enumerate(context.header) if _folded(name)}
    known = context.certain or any(column.field for column in context.columns)
    if len(names) < _FEWEST_NAMES or not known:
        return None
    patterns = dict.fromkeys(_anchors(context)[:1], "^[^@0-9]+$")
    first = min(names)
    # Where the anchor comes first, its pattern would miss a name with a digit.
    own = rf"(?i)^\W*{re.escape(names[first])}\W*$"
    return {**patterns, first: f"{own}|{patterns[first]}" if first in patterns else own}


def _anchors(context: RowContext) -> list[int]:
    """The columns that hold a field and whose cells are never names."""
    return [
        column.position for column in context.columns if column.kind in _ANCHORS and column.field
    ]


def check(rows: pd.DataFrame, context: RowContext) -> pd.Series[bool]:
    # Of many rows few are left after a column or two.
    same = rows
    for position, name in enumerate(context.header):
        same = same[same[position].map(_folded) == _folded(name)]
    differs = pd.Series(~rows.index.isin(same.index), index=rows.index)
    likely = rows[differs]
    for position in _anchors(context):
        likely = likely[contains(likely[position], _IN_A_NAME)]
    for position in _anchors(context):
        likely = likely[likely[position].map(functools.cache(context.profile.knows)).astype(bool)]
    for at in likely.index if _anchors(context) else ():
        differs[at] = not context.names_the_same(rows.loc[at].tolist(), _folded)
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
