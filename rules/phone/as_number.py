"""A workbook holds the phone number as a quantity, and its leading zero is gone.

National numbers of many countries begin with 0, and a spreadsheet that takes them for quantities
drops it. What is left mostly reads as the right number still, and sometimes as another one: in
Italy the zero is part of the number. Format the column as text where it comes from, and export it
again. A number that is whole with its country code has lost nothing but its plus.

Options::

    --region DE

Workbook::

    numbers phone

Bad::

    email,phone
    ann@kestrel-labs.com,1701234567
    bob@kestrel-labs.com,491701234567

Findings::

    2:phone PHN412 held as a quantity by the sheet: a leading zero is lost

Good::

    email,phone
    bob@kestrel-labs.com,491701234567
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
    message="held as a quantity by the sheet: a leading zero is lost",
    check=check,
)
