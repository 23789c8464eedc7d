"""A quote opens a cell and never closes.

To a strict reader, the rest of the file is one cell. Only the line with the quote counts as
malformed; reading goes on with the next line.

Bad::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel Labs,Ann
    bob@kestrel-labs.com,Kestrel Labs,Bob

Findings::

    2 STR103 a quote opens here and never closes

Good::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel Labs",Ann
    bob@kestrel-labs.com,Kestrel Labs,Bob
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity


def check(records: pd.DataFrame) -> pd.Series[bool]:
    return records["flaw"] != "unclosed"


RULE = Rule(
    code="STR103",
    name="quote-unclosed",
    scope=Scope.RECORD,
    severity=Severity.ERROR,
    message="a quote opens here and never closes",
    check=check,
    misplaces_cells=True,
)
