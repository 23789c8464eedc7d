"""The time does not exist in its zone: the clocks went forward.

On 29 March 2026 Berlin has no 02:30: 03:00 follows 01:59:59. Somebody typed the time, or it is in
another zone than the one given. No offset is correct for it, so nothing is written. Experiture
refuses a time without an offset.

Options::

    --timezone Europe/Berlin

Bad::

    email,created_at
    ann@kestrel-labs.com,2026-03-29T02:30:00
    bob@kestrel-labs.com,2026-03-29T02:30[Europe/Berlin]

Findings::

    2:created_at TIM505 this time does not exist in its time zone: the clocks went forward
    3:created_at TIM505 this time does not exist in its time zone: the clocks went forward

Good::

    email,created_at
    ann@kestrel-labs.com,2026-03-29T03:30:00+02:00
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity


def check(timestamp: pd.Series[str], context: Context) -> pd.Series[bool]:
    del timestamp
    return context.judged["status"] != "dst-gap"


RULE = Rule(
    code="TIM505",
    name="timestamp-dst-gap",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"timestamp"}),
    message="this time does not exist in its time zone: the clocks went forward",
    check=check,
)
