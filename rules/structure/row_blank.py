"""The row holds nothing but delimiters and blanks.

Spreadsheets leave such rows at the end, and people between groups. What a provider makes of one is
nowhere documented. The row is dropped, and counted as dropped.

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    ,
    bob@kestrel-labs.com,Bob

Findings::

    3 STR104 a row without a value

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
    message="a row without a value",
    check=check,
    safety=Safety.SAFE,
    drops=True,
)
