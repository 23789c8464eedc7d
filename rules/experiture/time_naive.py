"""A mapped text column holds timestamps without a time zone.

Experiture refuses a timestamp without an offset as "naive datetime"; its own have one, as in
`2026-04-21T15:30:00Z`. TIM502 finds them in the columns that preflight knows as timestamps.
preflight does not know the types of fields that only your account has, so this is a warning.

Options::

    --for experiture --map "Last seen=notes"

Bad::

    email,Last seen
    ann@kestrel-labs.com,2026-04-21T15:30:00
    bob@kestrel-labs.com,2026-04-21 15:30

Findings::

    2:Last seen EXP101 a timestamp without a time zone; Experiture refuses these in timestamp fields
    3:Last seen EXP101 a timestamp without a time zone; Experiture refuses these in timestamp fields

Good::

    email,Last seen
    ann@kestrel-labs.com,2026-04-21T15:30:00Z
    bob@kestrel-labs.com,2026-04-21
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity

_NAIVE = (
    r"^[12][0-9]{3}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?$"
)


def check(text: pd.Series[str], context: Context) -> pd.Series[bool]:
    if context.column.matched != "option":
        return text == text
    return ~text.str.contains(_NAIVE)


RULE = Rule(
    code="EXP101",
    name="mapped-time-naive",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    profiles=frozenset({"experiture"}),
    kinds=frozenset({"text"}),
    suspects=_NAIVE,
    message="a timestamp without a time zone; Experiture refuses these in timestamp fields",
    check=check,
)
