"""A quote opens a cell that swallows the lines below it, up to another quote further down.

Those lines look like records of their own. Only the line with the quote counts as malformed; the
others are read as separate records.

Bad::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel Labs,Ann
    bob@kestrel-labs.com,Kestrel Labs,Bob
    cleo@kestrel-labs.com,Kestrel Labs,Cleo
    dan@kestrel-labs.com,Kestrel Labs,Dan
    eve@kestrel-labs.com,"Kestrel Labs",Eve

Findings::

    2 STR109 a quote opens here and swallows the following lines

Good::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel Labs",Ann
    bob@kestrel-labs.com,"Kestrel
    Labs",Bob
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity


def check(records: pd.DataFrame) -> pd.Series[bool]:
    return records["flaw"] != "runaway"


RULE = Rule(
    code="STR109",
    name="quote-runaway",
    scope=Scope.RECORD,
    severity=Severity.ERROR,
    message="a quote opens here and swallows the following lines",
    check=check,
    misplaces_cells=True,
)
