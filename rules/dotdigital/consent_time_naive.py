"""The time of consent has no time zone, so the exact time is unknown.

CONSENTDATETIME proves when a contact agreed. How Dotdigital reads one without an offset is not
documented, and it may be a day off. Give the zone with `--timezone`.

Options::

    --for dotdigital

Bad::

    Email,CONSENTDATETIME
    ann@kestrel-labs.com,2026-04-21T15:30:00

Findings::

    2:CONSENTDATETIME DDG103 no time zone given for the consent (add `--timezone America/New_York`)

Good::

    Email,CONSENTDATETIME
    ann@kestrel-labs.com,2026-04-21T15:30:00+02:00
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity


def check(timestamp: pd.Series[str], context: Context) -> pd.Series[bool]:
    if context.field is None or context.field.name != "consent_datetime":
        return timestamp == timestamp
    return context.judged["status"] != "naive"


RULE = Rule(
    code="DDG103",
    name="consent-time-naive",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    profiles=frozenset({"dotdigital"}),
    kinds=frozenset({"timestamp"}),
    message="no time zone given for the consent (add `--timezone America/New_York`)",
    check=check,
)
