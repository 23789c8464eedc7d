"""The record has more fields than the header has names.

Most often a comma in an unquoted cell: `Kestrel Labs, Inc.` becomes two cells, and all that follow
move. No provider can take the row for what it was. Where the cells allow one place for the comma
only, or one with a blank behind it, the column is named. With `--unsafe-fixes` the fields are
joined again where one way to do so fits the whole record, and no other: a guess, so on request.

Options::

    --unsafe-fixes

Bad::

    email,company,first_name
    ann@kestrel-labs.com,Kestrel Labs, Inc.,Ann
    bob@kestrel-labs.com,Kestrel Labs,Bob

Findings::

    2 STR102 4 fields where the header has 3; an unquoted delimiter in `company`, most likely

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

from preflight.rule import Rule, Safety, Scope, Severity


def check(records: pd.DataFrame) -> pd.Series[bool]:
    return records["flaw"] != "long"


def reason(records: pd.DataFrame) -> pd.Series[str]:
    fields = records["fields"].astype("str")
    said = fields + " fields where the header has " + records["expected"].astype("str")
    if "likely" not in records:
        return said
    place = "; an unquoted delimiter in `" + records["likely"].astype("str") + "`, most likely"
    return said.where(records["likely"] == "", said + place)


RULE = Rule(
    code="STR102",
    name="row-long",
    scope=Scope.RECORD,
    severity=Severity.ERROR,
    message="more fields than the header",
    check=check,
    reason=reason,
    safety=Safety.UNSAFE,
    repairs=True,
)
