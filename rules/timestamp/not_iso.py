"""The timestamp is not in ISO 8601 format.

Experiture's example is `2026-04-21T15:30:00Z`. Only one reading is possible, so the cell is
rewritten; if day and month could be swapped, another date in the column settled the order. An
offset of hours only, a space for the T, a lower-case t or z, week dates and a count of seconds
since 1970 are all understood, and refused as they are.

Bad::

    email,created_at
    ann@kestrel-labs.com,2026-04-21 15:30:00 +0200
    bob@kestrel-labs.com,21 April 2026 3:30 PM UTC
    cleo@kestrel-labs.com,03/04/2026 15:30 +02
    dan@kestrel-labs.com,28/04/2026 15:30 +02
    eve@kestrel-labs.com,2026-04-21t15:30:00z

Findings::

    2:created_at TIM504 not in ISO 8601 format
    3:created_at TIM504 not in ISO 8601 format
    4:created_at TIM504 not in ISO 8601 format; day/month order taken from other dates in the column
    5:created_at TIM504 not in ISO 8601 format
    6:created_at TIM504 not in ISO 8601 format

Good::

    email,created_at
    ann@kestrel-labs.com,2026-04-21T15:30:00+02:00
    bob@kestrel-labs.com,2026-04-21T15:30:00Z

Fixed::

    email,created_at
    ann@kestrel-labs.com,2026-04-21T15:30:00+02:00
    bob@kestrel-labs.com,2026-04-21T15:30:00Z
    cleo@kestrel-labs.com,2026-04-03T15:30:00+02:00
    dan@kestrel-labs.com,2026-04-28T15:30:00+02:00
    eve@kestrel-labs.com,2026-04-21T15:30:00Z
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(timestamp: pd.Series[str], context: Context) -> pd.Series[bool]:
    del timestamp
    return context.judged["status"] != "not-iso"


def reason(timestamp: pd.Series[str], context: Context) -> pd.Series[str]:
    del timestamp
    return context.judged["reason"]


def fix(timestamp: pd.Series[str], context: Context) -> pd.Series[str]:
    iso = context.judged["iso"]
    return timestamp.where(iso == "", iso)


RULE = Rule(
    code="TIM504",
    name="timestamp-not-iso",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"timestamp"}),
    message="not in ISO 8601 format",
    check=check,
    yields_to=frozenset({"TXT705"}),
    reason=reason,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.SHAPE,
)
