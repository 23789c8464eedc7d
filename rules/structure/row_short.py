"""The record has fewer fields than the header has names.

A line break inside an unquoted cell cuts a record in two, and a deleted cell moves all that follow.
Which cell is missing cannot be told, so no provider can take the row for what it was.

Bad::

    email,first_name,last_name
    ann@kestrel-labs.com,Ann,Bell
    bob@kestrel-labs.com,Bob

Findings::

    3 STR101 2 fields where the header has 3

Good::

    email,first_name,last_name
    ann@kestrel-labs.com,Ann,Bell
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity


def check(records: pd.DataFrame) -> pd.Series[bool]:
    return records["flaw"] != "short"


def reason(records: pd.DataFrame) -> pd.Series[str]:
    fields = records["fields"].astype("str")
    return fields + " fields where the header has " + records["expected"].astype("str")


RULE = Rule(
    code="STR101",
    name="row-short",
    scope=Scope.RECORD,
    severity=Severity.ERROR,
    message="fewer fields than the header",
    check=check,
    reason=reason,
)
