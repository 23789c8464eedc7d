"""The moment is later than the file, for something that lies in the past.

A contact was created, registered or scanned before the file was written. A later moment is most
often a wrong year, a month and a day that changed places, or a test entry; a clock that runs ahead
by up to a day is none. What counts is when the file was last written; for standard input, now. No
provider is known to refuse the row.

Bad::

    email,created_at,event_date
    ann@kestrel-labs.com,2999-04-21T15:30:00Z,2999-04-21T15:30:00Z
    bob@kestrel-labs.com,2024-04-21T15:30:00Z,2024-04-21T15:30:00Z

Findings::

    2:created_at TIM507 later than the file, of something that lies in the past

Good::

    email,created_at
    ann@kestrel-labs.com,2024-04-21T15:30:00Z
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity

# What a clock may run ahead. As no offset reaches a day, a moment that is later than this has the
# file's own date in UTC or a later one.
_TOLERANCE = timedelta(days=1)


def suspects(context: Context) -> str:
    """ISO dates from the first day that may be too late."""
    if context.written is None or not (context.field and context.field.past):
        return ""
    day = f"{context.written.astimezone(UTC):%Y-%m-%d}"
    # A larger digit at some place, behind the same ones before it; or the same day.
    places = [at for at, digit in enumerate(day) if digit.isdigit() and digit != "9"]
    later = [f"{day[:at]}[{int(day[at]) + 1}-9]" for at in places]
    return rf"^(?:{'|'.join([*later, day])})"


def check(timestamp: pd.Series[str], context: Context) -> pd.Series[bool]:
    valid = pd.Series(True, index=timestamp.index, dtype=bool)
    if context.written is None or not (context.field and context.field.past):
        return valid
    limit = context.written.astimezone(UTC) + _TOLERANCE
    told = context.judged["status"].isin(["ok", "not-iso", "naive"])
    moment = context.judged["iso"]
    late = told & (moment.str.slice(0, 10) >= f"{limit - _TOLERANCE:%Y-%m-%d}")
    valid[late] = moment[late].map(lambda one: _instant(one) <= limit).astype(bool)
    return valid


def _instant(moment: str) -> datetime:
    # datetime knows no leap second; the second before it is late enough to tell.
    return datetime.fromisoformat(moment.replace(":60", ":59"))


RULE = Rule(
    code="TIM507",
    name="timestamp-future",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"timestamp"}),
    message="later than the file, of something that lies in the past",
    suspects=suspects,
    check=check,
)
