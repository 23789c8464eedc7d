"""The date can be read day first or month first, and nothing in its column settles which.

Of `03/04/2026` nobody can tell whether it is in March or in April. A column settles it where one of
its dates leaves one reading alone: with `21/04/2026` anywhere in the column all of it is day first,
with `04/21/2026` month first; with both, nothing is settled. Experiture's example is
`2026-04-21T15:30:00Z`. On request the date is written in the order that is customary in the
`--region` (CLDR's short date), which is a guess; without a region it stays as it is.

Options::

    --unsafe-fixes --region US

Bad::

    email,created_at
    ann@kestrel-labs.com,03/04/2026 15:30 +02:00
    bob@kestrel-labs.com,3/4/2026 3:30 PM
    cleo@kestrel-labs.com,04/04/2026 15:30 +02:00

Findings::

    2:created_at TIM503 day and month cannot be told apart: no cell of the column settles it
    3:created_at TIM503 day and month cannot be told apart: no cell of the column settles it

Good::

    email,created_at
    ann@kestrel-labs.com,2026-04-03T15:30:00+02:00
    bob@kestrel-labs.com,2026-03-04T15:30:00-05:00

Fixed::

    email,created_at
    ann@kestrel-labs.com,2026-03-04T15:30:00+02:00
    bob@kestrel-labs.com,2026-03-04T15:30:00
    cleo@kestrel-labs.com,04/04/2026 15:30 +02:00
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(timestamp: pd.Series[str], context: Context) -> pd.Series[bool]:
    del timestamp
    return context.judged["status"] != "ambiguous-order"


def reason(timestamp: pd.Series[str], context: Context) -> pd.Series[str]:
    del timestamp
    return context.judged["reason"]


def fix(timestamp: pd.Series[str], context: Context) -> pd.Series[str]:
    moment = context.judged["iso"]
    return timestamp.where(moment == "", moment)


RULE = Rule(
    code="TIM503",
    name="timestamp-ambiguous-order",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"timestamp"}),
    message="day and month cannot be told apart",
    check=check,
    reason=reason,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
