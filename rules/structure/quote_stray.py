"""A quote in the middle of an unquoted cell, or text after a closing quote.

`5" disc` is read as it is, and `"Kestrel" Labs` as `Kestrel Labs`. Another program may read them
differently, or refuse the row. The cell is rewritten with correct quotes.

Bad::

    email,company,first_name
    ann@kestrel-labs.com,Kestrel 5" Discs,Ann
    bob@kestrel-labs.com,"Kestrel" Labs,Bob

Findings::

    2 STR111 a quote in the wrong place
    3 STR111 a quote in the wrong place

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
    message="a quote in the wrong place",
    check=check,
)
