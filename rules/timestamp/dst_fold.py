"""The time exists twice in its zone, because the clocks went back.

On 25 October 2026 Berlin has 02:30 in summer time, and again an hour later in winter time. The cell
does not say which. On request the first of the two is written, which is a guess. Experiture refuses
a time without an offset.

Options::

    --unsafe-fixes --timezone Europe/Berlin

Bad::

    email,created_at
    ann@kestrel-labs.com,2026-10-25T02:30:00
    bob@kestrel-labs.com,25.10.2026 02:30

Findings::

    2:created_at TIM506 this time happened twice in its time zone: the clocks went back
    3:created_at TIM506 this time happened twice in its time zone: the clocks went back

Good::

    email,created_at
    ann@kestrel-labs.com,2026-10-25T02:30:00+01:00

Fixed::

    email,created_at
    ann@kestrel-labs.com,2026-10-25T02:30:00+02:00
    bob@kestrel-labs.com,2026-10-25T02:30:00+02:00
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(timestamp: pd.Series[str], context: Context) -> pd.Series[bool]:
    del timestamp
    return context.judged["status"] != "dst-fold"


def fix(timestamp: pd.Series[str], context: Context) -> pd.Series[str]:
    del timestamp
    return context.judged["iso"]


RULE = Rule(
    code="TIM506",
    name="timestamp-dst-fold",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"timestamp"}),
    message="this time happened twice in its time zone: the clocks went back",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.SHAPE,
)
