"""The row is equal to an earlier one in every cell.

An export was run twice, or two files were pasted together. The first row is kept; the others are
removed and counted as dropped. Cells are compared as they are in the file.

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bobby

Findings::

    4 DUP802 the same row as row 1

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
    cleo@kestrel-labs.com,Ann

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
    bob@kestrel-labs.com,Bobby
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Alike, Rule, Safety, Scope, Severity

_ROW = ["high", "low"]


def check(rows: pd.DataFrame) -> pd.Series[bool]:
    return ~rows.duplicated(_ROW)


def reason(rows: pd.DataFrame) -> pd.Series[str]:
    first = rows.index.to_series().groupby([rows[name] for name in _ROW]).transform("first")
    return "the same row as row " + first.astype("str")


RULE = Rule(
    code="DUP802",
    name="row-duplicated",
    scope=Scope.TABLE,
    severity=Severity.WARNING,
    message="the same row as an earlier one",
    check=check,
    reason=reason,
    alike=Alike.ROW,
    safety=Safety.SAFE,
    drops=True,
)
