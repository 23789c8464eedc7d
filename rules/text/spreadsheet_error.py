"""A spreadsheet wrote an error instead of the value: `#REF!`, `#VALUE!`, `#####`.

The value is gone from the file; only the original spreadsheet may still have it. Providers take the
error for the person's name or company, and print it in a greeting. Database programs write some
of these too, such as `#Error` and `#Deleted` (Access).

Bad::

    email,first_name,company
    ann@kestrel-labs.com,Ann,#REF!
    bob@kestrel-labs.com,#NAME?,Kestrel Labs
    cleo@kestrel-labs.com,Cleo,########
    #VALUE!,Dan,Kestrel Labs

Findings::

    2:company TXT706 a spreadsheet error instead of a value
    3:first_name TXT706 a spreadsheet error instead of a value
    4:company TXT706 a spreadsheet error instead of a value
    5:email TXT706 a spreadsheet error instead of a value

Good::

    email,first_name,company
    ann@kestrel-labs.com,Ann,#1 Print Shop
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import ALL_KINDS, SHEET_ERROR, Rule, Scope, Severity, contains, stripped


def check(text: pd.Series[str]) -> pd.Series[bool]:
    plain = ~contains(text, "#")
    if not plain.all():
        plain[~plain] = ~stripped(text[~plain]).str.fullmatch(SHEET_ERROR)
    return plain


RULE = Rule(
    code="TXT706",
    name="text-spreadsheet-error",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=ALL_KINDS,
    message="a spreadsheet error instead of a value",
    check=check,
)
