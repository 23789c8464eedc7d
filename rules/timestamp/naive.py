"""The time has no offset, so nobody can tell which moment it is.

Experiture refuses the row as "naive datetime". With `--timezone` the offset is added; times that
the zone has twice, or never, have rules of their own. The abbreviation of a zone is no offset, for
several zones share one (CST is one in Chicago, one in Havana, one in Shanghai); it settles
something only where it is what the zone of the option was called at that time.

Options::

    --timezone Europe/Berlin

Bad::

    email,created_at
    ann@kestrel-labs.com,2026-04-21 15:30:00
    bob@kestrel-labs.com,4/21/2026 3:30 PM
    cleo@kestrel-labs.com,2026-04-21 15:30 CEST
    dan@kestrel-labs.com,2026-04-21 15:30 EST

Findings::

    2:created_at TIM502 it has no offset
    3:created_at TIM502 it has no offset
    4:created_at TIM502 it has no offset: the abbreviation of a zone is none
    5:created_at TIM502 it has no offset: the abbreviation of a zone is none

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
