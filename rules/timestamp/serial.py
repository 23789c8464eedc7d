"""The cell holds a spreadsheet's day number instead of a timestamp: `46133.645`.

A spreadsheet counts days, and exported the number instead of the date. Most count from the end of
1899; in a workbook that counts from 1904 the same number means a day 1,462 days later, and the
number does not say which. So only on request it is written as a date and time, counted from 1899
and without a time zone. A whole number has no time of day, and is unchanged. Experiture's example
of a timestamp is `2026-04-21T15:30:00Z`.

Options::

    --unsafe-fixes --timezone Europe/Berlin

Bad::

    email,created_at
    ann@kestrel-labs.com,46133.645
    bob@kestrel-labs.com,46133

Findings::

    2:created_at TIM508 a spreadsheet's day number, counted from 1900 or 1904
    3:created_at TIM508 a spreadsheet's day number, counted from 1900 or 1904

Good::

    email,created_at
    ann@kestrel-labs.com,2026-04-21T15:28:48+02:00

Fixed::

    email,created_at
    ann@kestrel-labs.com,2026-04-21T15:28:48
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(timestamp: pd.Series[str], context: Context) -> pd.Series[bool]:
    del timestamp
    return context.judged["status"] != "serial"


def fix(timestamp: pd.Series[str], context: Context) -> pd.Series[str]:
    iso = context.judged["iso"]
    return timestamp.where(iso == "", iso)


RULE = Rule(
    code="TIM508",
    name="timestamp-serial",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"timestamp"}),
    message="a spreadsheet's day number, counted from 1900 or 1904",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
