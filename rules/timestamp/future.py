"""The time is later than the file, for something that must be in the past.

A contact was created, registered or scanned before the file was written. A later time usually means
a wrong year, swapped day and month, or a test entry. A clock that is up to a day ahead is accepted.
The file counts as written when it was last changed; standard input, now. No provider is known to
refuse the row.

Bad::

    email,created_at,event_date
    ann@kestrel-labs.com,2999-04-21T15:30:00Z,2999-04-21T15:30:00Z
    bob@kestrel-labs.com,2024-04-21T15:30:00Z,2024-04-21T15:30:00Z

Findings::

    2:created_at TIM507 in the future: later than the file was written

Good::

    email,created_at
    ann@kestrel-labs.com,2024-04-21T15:30:00Z
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity

# How far a clock may be ahead. No offset is as long as a day, so the local date of any later time
# is the file's own date in UTC or a date after it.
_TOLERANCE = timedelta(days=1)


def suspects(context: Context) -> str:
    """A pattern of ISO dates from the first day that may be too late."""
    if context.written is None or not (context.field and context.field.past):
        return ""
    day = f"{context.written.astimezone(UTC):%Y-%m-%d}"
    # A larger digit in some place after equal digits; or the same day.
    places = [at for at, digit in enumerate(day) if digit.isdigit() and digit != "9"]
    later = [f"{day[:at]}[{int(day[at]) + 1}-9]" for at in places]
    return rf"^(?:{'|'.join([*later, day])})"


def check(timestamp: pd.Series[str], context: Context) -> pd.Series[bool]:
    valid = pd.Series(True, index=timestamp.index, dtype=bool)
    if context.written is None or not (context.field and context.field.past):
        return valid
    limit = context.written.astimezone(UTC) + _TOLERANCE
    known = context.judged["status"].isin(["ok", "not-iso", "naive"])
    iso = context.judged["iso"]
    late = known & (iso.str.slice(0, 10) >= f"{limit - _TOLERANCE:%Y-%m-%d}")
    valid[late] = iso[late].map(lambda text: _parsed(text) <= limit).astype(bool)
    return valid


def _parsed(iso: str) -> datetime:
    # datetime has no leap seconds; the second before is close enough.
    return datetime.fromisoformat(iso.replace(":60", ":59"))


RULE = Rule(
    code="TIM507",
    name="timestamp-future",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"timestamp"}),
    message="in the future: later than the file was written",
    suspects=suspects,
    check=check,
)
