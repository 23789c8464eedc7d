"""The workbook stores the phone number as a number, and its leading zero is lost.

National numbers of many countries begin with 0, which a spreadsheet drops from numbers. The rest
usually still reads as the right phone number, but sometimes as another one: in Italy the zero is
part of it. Format the column as text in the source, and export it again. A number stored with its
country code has lost only its plus.

Options::

    --region DE

Workbook::

    numbers phone

Bad::

    email,phone
    ann@kestrel-labs.com,1701234567
    bob@kestrel-labs.com,491701234567

Findings::

    2:phone PHN412 stored as a number in the sheet: a leading zero is lost

Good::

    email,phone
    bob@kestrel-labs.com,493023125000
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity


def check(cells: pd.DataFrame) -> pd.Series[bool]:
    return (cells["trunk"] != "0") | cells["whole"]


RULE = Rule(
    code="PHN412",
    name="phone-as-number",
    scope=Scope.STORED,
    severity=Severity.WARNING,
    kinds=frozenset({"phone"}),
    message="stored as a number in the sheet: a leading zero is lost",
    check=check,
)
