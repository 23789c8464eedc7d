"""The date can be read day first or month first, and nothing in its column settles which.

`03/04/2026` may be in March or in April. One unambiguous date settles the whole column: with
`21/04/2026` anywhere in it, all dates are day first; with `04/21/2026`, month first; with both,
nothing is settled. Experiture's example is `2026-04-21T15:30:00Z`. On request the date is written
in the order that is usual in the `--region` (CLDR's short date), which is a guess; without a region
it is unchanged.

Options::

    --unsafe-fixes --region US

Bad::

    email,created_at
    ann@kestrel-labs.com,03/04/2026 15:30 +02:00
    bob@kestrel-labs.com,3/4/2026 3:30 PM
    cleo@kestrel-labs.com,04/04/2026 15:30 +02:00

Findings::

    2:created_at TIM503 day and month are ambiguous: no other date in the column settles the order
    3:created_at TIM503 day and month are ambiguous: no other date in the column settles the order

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
    iso = context.judged["iso"]
    return timestamp.where(iso == "", iso)


RULE = Rule(
    code="TIM503",
    name="timestamp-ambiguous-order",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"timestamp"}),
    message="day and month are ambiguous",
    check=check,
    reason=reason,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
