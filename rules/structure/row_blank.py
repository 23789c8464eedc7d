"""The row holds nothing but delimiters and whitespace.

Spreadsheets leave such rows at the end, and people leave them between groups. No provider documents
what it does with one. The row is removed and counted as dropped.

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    ,
    bob@kestrel-labs.com,Bob

Findings::

    3 STR104 the row is blank

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Safety, Scope, Severity


def check(records: pd.DataFrame) -> pd.Series[bool]:
    return records["flaw"] != "blank"


RULE = Rule(
    code="STR104",
    name="row-blank",
    scope=Scope.RECORD,
    severity=Severity.WARNING,
    message="the row is blank",
    check=check,
    safety=Safety.SAFE,
    drops=True,
)
