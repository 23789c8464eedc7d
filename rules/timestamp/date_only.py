"""The cell holds a date without a time of day: `2026-04-21`.

Experiture wants timestamps with an offset (`2026-04-21T15:30:00Z`), and a date is none. Elsewhere
the contact is kept: most programs read a date as such, or as midnight in a zone of their own, which
may be the day before. On request it becomes midnight in the zone of `--timezone`.

Options::

    --timezone Europe/Stockholm
    --unsafe-fixes

Bad::

    email,created_at
    ann@kestrel-labs.com,2026-04-21
    bob@kestrel-labs.com,12/31/2025

Findings::

    2:created_at TIM509 a date without a time
    3:created_at TIM509 a date without a time

Good::

    email,created_at
    ann@kestrel-labs.com,2026-04-21T00:00:00+02:00

Fixed::

    email,created_at
    ann@kestrel-labs.com,2026-04-21T00:00:00+02:00
    bob@kestrel-labs.com,2025-12-31T00:00:00+01:00
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(timestamp: pd.Series[str], context: Context) -> pd.Series[bool]:
    del timestamp
    return context.judged["status"] != "date-only"


def reason(timestamp: pd.Series[str], context: Context) -> pd.Series[str]:
    del timestamp
    return context.judged["reason"]


def fix(timestamp: pd.Series[str], context: Context) -> pd.Series[str]:
    iso = context.judged["iso"]
    return timestamp.where(iso == "", iso)


RULE = Rule(
    code="TIM509",
    name="timestamp-date-only",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"timestamp"}),
    message="a date without a time",
    check=check,
    yields_to=frozenset({"TXT705"}),
    reason=reason,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.SHAPE,
)
