"""The record has more fields than the header has names.

The usual cause is a comma in an unquoted cell: `Kestrel Labs, Inc.` becomes two cells, and all the
following ones shift. A provider would read the wrong values. If the cells allow only one place for
the comma, or only one where a space follows it, the message names the column. With
`--unsafe-fixes` the fields are joined again if exactly one way to join them fits the whole record;
that is still a guess. Blank fields beyond the header are taken away: nothing is lost with them.

Options::

    --unsafe-fixes

Bad::

    email,company,first_name
    ann@kestrel-labs.com,Kestrel Labs, Inc.,Ann
    bob@kestrel-labs.com,Kestrel Labs,Bob,,

Findings::

    2 STR102 4 fields, but the header has 3; probably an unquoted delimiter in `company`
    3 STR102 5 fields, but the header has 3; the surplus is blank

Good::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel Labs, Inc.",Ann
    bob@kestrel-labs.com,Kestrel Labs,Bob

Fixed::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel Labs, Inc.",Ann
    bob@kestrel-labs.com,Kestrel Labs,Bob
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Repair, Rule, Safety, Scope, Severity


def check(records: pd.DataFrame) -> pd.Series[bool]:
    return records["flaw"] != "long"


def reason(records: pd.DataFrame) -> pd.Series[str]:
    fields = records["fields"].astype("str")
    message = fields + " fields, but the header has " + records["expected"].astype("str")
    if "repair" not in records:
        return message
    blank = records["repair"] == "trim"
    message = message.where(~blank, message + "; the surplus is blank")
    place = "; probably an unquoted delimiter in `" + records["likely"].astype("str") + "`"
    return message.where(blank | (records["likely"] == ""), message + place)


RULE = Rule(
    code="STR102",
    name="row-long",
    scope=Scope.RECORD,
    severity=Severity.ERROR,
    message="more fields than the header",
    check=check,
    reason=reason,
    safety=Safety.UNSAFE,
    yields_to=frozenset({"HDR215", "STR116"}),
    repairs=frozenset({Repair.TRIM, Repair.JOIN}),
    misplaces_cells=True,
)
