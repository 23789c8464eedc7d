"""The record has fewer fields than the header has names.

A line break inside an unquoted cell cuts a record in two, and a deleted cell shifts all the
following ones. Nothing shows which cell is missing, so a provider would read the wrong values.

Bad::

    email,first_name,last_name
    ann@kestrel-labs.com,Ann,Bell
    bob@kestrel-labs.com,Bob

Findings::

    3 STR101 2 fields, but the header has 3

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
    return fields + " fields, but the header has " + records["expected"].astype("str")


RULE = Rule(
    code="STR101",
    name="row-short",
    scope=Scope.RECORD,
    severity=Severity.ERROR,
    message="fewer fields than the header",
    check=check,
    reason=reason,
    misplaces_cells=True,
)
