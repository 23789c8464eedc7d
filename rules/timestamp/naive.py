"""The time has no time zone, so the exact time is unknown.

Experiture refuses the row as "naive datetime". `--timezone` adds the offset; times that the zone
has twice, or never, have rules of their own. An abbreviation does not count as a time zone, because
several zones share it (Chicago, Havana and Shanghai all use CST). It is used only if it is what the
zone of the option was called at that time.

Options::

    --timezone Europe/Berlin

Bad::

    email,created_at
    ann@kestrel-labs.com,2026-04-21 15:30:00
    bob@kestrel-labs.com,4/21/2026 3:30 PM
    cleo@kestrel-labs.com,2026-04-21 15:30 CEST
    dan@kestrel-labs.com,2026-04-21 15:30 EST

Findings::

    2:created_at TIM502 no time zone given (add `--timezone America/New_York`)
    3:created_at TIM502 no time zone given (add `--timezone America/New_York`)
    4:created_at TIM502 an abbreviation is not a time zone (add `--timezone America/New_York`)
    5:created_at TIM502 an abbreviation is not a time zone (add `--timezone America/New_York`)

Good::

    email,created_at
    ann@kestrel-labs.com,2026-04-21T15:30:00+02:00
    bob@kestrel-labs.com,2026-04-21T13:30:00Z

Fixed::

    email,created_at
    ann@kestrel-labs.com,2026-04-21T15:30:00+02:00
    bob@kestrel-labs.com,2026-04-21T15:30:00+02:00
    cleo@kestrel-labs.com,2026-04-21T15:30:00+02:00
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
    iso = context.judged["iso"]
    return timestamp.where(iso == "", iso)


RULE = Rule(
    code="TIM502",
    name="timestamp-naive",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"timestamp"}),
    message="no time zone given (add `--timezone America/New_York`)",
    check=check,
    yields_to=frozenset({"TXT705"}),
    reason=reason,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.SHAPE,
)
