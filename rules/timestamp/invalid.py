"""The cell is not a date and time, or names one that does not exist.

Experiture wants timestamps with an offset (`2026-04-21T15:30:00Z`); the 30th of February or an
offset of `+10:60` cannot become one. Dates without a time have a rule of their own.

Bad::

    email,created_at
    ann@kestrel-labs.com,2026-02-30T10:00:00Z
    bob@kestrel-labs.com,2026-04-21T10:00:00+10:60
    cleo@kestrel-labs.com,yesterday

Findings::

    2:created_at TIM501 the date, time or offset does not exist
    3:created_at TIM501 the date, time or offset does not exist
    4:created_at TIM501 not recognised as a date and time

Good::

    email,created_at
    ann@kestrel-labs.com,2026-02-28T10:00:00Z
    bob@kestrel-labs.com,2026-04-21T10:00:00+10:00
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity


def check(timestamp: pd.Series[str], context: Context) -> pd.Series[bool]:
    del timestamp
    return context.judged["status"] != "invalid"


def reason(timestamp: pd.Series[str], context: Context) -> pd.Series[str]:
    del timestamp
    return context.judged["reason"]


RULE = Rule(
    code="TIM501",
    name="timestamp-invalid",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"timestamp"}),
    message="not a valid timestamp",
    check=check,
    yields_to=frozenset({"TXT706"}),
    reason=reason,
)
