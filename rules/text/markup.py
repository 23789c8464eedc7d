"""HTML stands in the value: `<script …>`, `<b>Ann</b>`.

A provider that puts the value into a mail or a page as it is runs it there, or shows its tags. It
comes from web forms, by carelessness or on purpose.

Bad::

    email,first_name,company
    ann@kestrel-labs.com,<b>Ann</b>,Kestrel Labs
    bob@kestrel-labs.com,Bob,<script src=//kestrel-labs.com>

Findings::

    2:first_name SEC902 a tag of a web page in the value
    3:company SEC902 a tag of a web page in the value

Good::

    email,first_name,company
    ann@kestrel-labs.com,Ann,Bell <3 Labs
    bob@kestrel-labs.com,Bob,Pike & Sons
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity

_TAG = r"<[/!]?[A-Za-z][A-Za-z0-9]*(?:[ \t\n\v\f\r][^<>]*)?/?>|<(?:[sS][cC][rR][iI][pP][tT])|<!--"


def check(text: pd.Series[str]) -> pd.Series[bool]:
    found = text[text.str.contains("<", regex=False)].str.contains(_TAG)
    return ~found.reindex(text.index, fill_value=False)


RULE = Rule(
    code="SEC902",
    name="markup",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"text", "name", "country"}),
    message="a tag of a web page in the value",
    check=check,
)
