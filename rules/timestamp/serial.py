"""A spreadsheet's day number instead of a moment: `46133.645`.

A spreadsheet counts days from the end of 1899, and wrote the number and not what it stood for.
Experiture's example is `2026-04-21T15:30:00Z`. On request the number is written as a date and time,
which then lacks its offset: it is not done unasked, since some spreadsheets count from 1904. A
whole number has no time of day, and is left alone.

Options::

    --unsafe-fixes --timezone Europe/Berlin

Bad::

    email,created_at
    ann@kestrel-labs.com,46133.645
    bob@kestrel-labs.com,46133

Findings::

    2:created_at TIM508 a spreadsheet's day number
    3:created_at TIM508 a spreadsheet's day number

Good::

    email,created_at
    ann@kestrel-labs.com,2026-04-21T15:28:48+02:00

Fixed::

    email,created_at
    ann@kestrel-labs.com,2026-04-21T15:28:48
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pandas as pd

from preflight.rule import Phase, Rule, Safety, Scope, Severity, strip_invisible

# The days from 1954 to 2119: other numbers of five digits are more likely postcodes or ids.
_SERIAL = re.compile(r"[2-7][0-9]{4}(?:[.,][0-9]{1,12})?")
_FIRST = datetime(1899, 12, 30)  # noqa: DTZ001 - a day number has no zone


def check(timestamp: pd.Series[str]) -> pd.Series[bool]:
    return ~timestamp.map(lambda value: bool(_SERIAL.fullmatch(strip_invisible(value))))


def fix(timestamp: pd.Series[str]) -> pd.Series[str]:
    return timestamp.map(_moment)


def _moment(value: str) -> str:
    """The date and time of a day number; a whole day has no time of day, and stays."""
    day, _, rest = strip_invisible(value).replace(",", ".").partition(".")
    if not rest:
        return value
    seconds = round(float(f"0.{rest}") * 86_400)
    return (_FIRST + timedelta(days=int(day), seconds=seconds)).isoformat()


RULE = Rule(
    code="TIM508",
    name="timestamp-serial",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"timestamp"}),
    message="a spreadsheet's day number",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
