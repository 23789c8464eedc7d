"""A quote stands in the middle of an unquoted cell, or something stands behind a closing quote.

`5" disc` is read as it stands, and `"Kestrel" Labs` as `Kestrel Labs`; another program may make
something else of it, or refuse the row. Written anew the cell is quoted as it should be.

Bad::

    email,company,first_name
    ann@kestrel-labs.com,Kestrel 5" Discs,Ann
    bob@kestrel-labs.com,"Kestrel" Labs,Bob

Findings::

    2 STR111 a quote stands where none belongs
    3 STR111 a quote stands where none belongs

Good::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel 5"" Discs",Ann
    bob@kestrel-labs.com,Kestrel Labs,Bob
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity


def check(records: pd.DataFrame) -> pd.Series[bool]:
    return records["flaw"] != "stray"


RULE = Rule(
    code="STR111",
    name="quote-stray",
    scope=Scope.RECORD,
    severity=Severity.WARNING,
    message="a quote stands where none belongs",
    check=check,
)
