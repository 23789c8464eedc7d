"""The record has fewer fields than the header has names.

A line break inside an unquoted cell cuts a record in two, and a deleted cell shifts all the
following ones. Nothing shows which cell is missing, so a provider would read the wrong values. Some
programs leave out blank cells at the end of a row: if the cells that are there fit their columns,
`--unsafe-fixes` adds the blank ones. That is still a guess.

Options::

    --unsafe-fixes

Bad::

    email,first_name,last_name
    ann@kestrel-labs.com,Ann,Bell
    bob@kestrel-labs.com,Bob
    Cleo,Hall

Findings::

    3 STR101 2 fields, but the header has 3; probably blank cells at the end were left out
    4 STR101 2 fields, but the header has 3

Good::

    email,first_name,last_name
    ann@kestrel-labs.com,Ann,Bell

Fixed::

    email,first_name,last_name
    ann@kestrel-labs.com,Ann,Bell
    bob@kestrel-labs.com,Bob,
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Repair, Rule, Safety, Scope, Severity


def check(records: pd.DataFrame) -> pd.Series[bool]:
    return records["flaw"] != "short"


def reason(records: pd.DataFrame) -> pd.Series[str]:
    fields = records["fields"].astype("str")
    words = records["fields"].eq(1).map({True: " field", False: " fields"})
    message = fields + words + ", but the header has " + records["expected"].astype("str")
    if "repair" not in records:
        return message
    left_out = message + "; probably blank cells at the end were left out"
    return message.where(records["repair"] != "fill", left_out)


RULE = Rule(
    code="STR101",
    name="row-short",
    scope=Scope.RECORD,
    severity=Severity.ERROR,
    message="fewer fields than the header",
    check=check,
    reason=reason,
    safety=Safety.UNSAFE,
    yields_to=frozenset({"HDR218"}),
    repairs=frozenset({Repair.FILL}),
    misplaces_cells=True,
)
