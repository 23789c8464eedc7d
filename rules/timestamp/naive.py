"""The time has no offset, so nobody can tell which moment it is.

Experiture refuses the row as "naive datetime". With `--timezone` the offset is added; a time that
the zone has twice, or never, when the clocks change, stays as it is, and so does a date of which
day and month cannot be told apart.

Options::

    --timezone Europe/Berlin

Bad::

    email,created_at
    ann@kestrel-labs.com,2026-04-21 15:30:00
    bob@kestrel-labs.com,4/21/2026 3:30 PM
    cleo@kestrel-labs.com,2026-03-29T02:30:00
    dan@kestrel-labs.com,3/4/2026 15:30

Findings::

    2:created_at TIM502 it has no offset
    3:created_at TIM502 it has no offset
    4:created_at TIM502 it has no offset
    5:created_at TIM502 it has no offset, and day and month cannot be told apart

Good::

    email,created_at
    ann@kestrel-labs.com,2026-04-21T15:30:00+02:00
    bob@kestrel-labs.com,2026-04-21T13:30:00Z

Fixed::

    email,created_at
    ann@kestrel-labs.com,2026-04-21T15:30:00+02:00
    bob@kestrel-labs.com,2026-04-21T15:30:00+02:00
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(timestamp: pd.Series[str], context: Context) -> pd.Series[bool]:
    del timestamp
    return context.judged["status"] != "naive"


def reason(timestamp: pd.Series[str], context: Context) -> pd.Series[str]:
    del timestamp
    return context.judged["reason"]


def fix(timestamp: pd.Series[str], context: Context) -> pd.Series[str]:
    moment = context.judged["iso"]
    return timestamp.where(moment == "", moment)


RULE = Rule(
    code="TIM502",
    name="timestamp-naive",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"timestamp"}),
    message="it has no offset",
    check=check,
    reason=reason,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.SHAPE,
)
