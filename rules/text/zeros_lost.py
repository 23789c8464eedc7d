"""The workbook stores the postcode as a number, and its leading zeros are lost.

Spreadsheets read 02139 as the number 2139. The other postcodes of the column, which have more
digits, give it away; but postcodes of another country may really be shorter. Format the column as
text in the source, and export it again; a number format such as 00000 keeps the zeros too.

Workbook::

    numbers zip

Bad::

    email,zip
    ann@kestrel-labs.com,94107
    bob@kestrel-labs.com,2139
    cleo@kestrel-labs.com,10115

Findings::

    3:zip TXT708 fewer digits than the column's other numbers: leading zeros may be lost

Good::

    email,zip
    ann@kestrel-labs.com,94107
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity


def check(cells: pd.DataFrame) -> pd.Series[bool]:
    return (cells["field"] != "postcode") | (cells["value"].str.len() >= cells["digits"])


RULE = Rule(
    code="TXT708",
    name="zeros-lost",
    scope=Scope.STORED,
    severity=Severity.WARNING,
    kinds=frozenset({"text"}),
    message="fewer digits than the column's other numbers: leading zeros may be lost",
    check=check,
)
