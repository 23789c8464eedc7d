"""The cell is not a date and time, or names one that does not exist.

Experiture wants timestamps with an offset (`2026-04-21T15:30:00Z`); the 30th of February or an
offset of `+10:60` cannot become one. Dates without a time have a rule of their own. What stands for
a missing value (`n/a`, `0000-00-00`) is an error where the column is sent to a provider; it is
cleared with `--unsafe-fixes`.

Options::

    --for talkvalue
    --unsafe-fixes

Bad::

    email,joined_at
    ann@kestrel-labs.com,2026-02-30T10:00:00Z
    bob@kestrel-labs.com,2026-04-21T10:00:00+10:60
    cleo@kestrel-labs.com,yesterday
    dan@kestrel-labs.com,n/a

Findings::

    2:joined_at TIM501 the date, time or offset does not exist
    3:joined_at TIM501 the date, time or offset does not exist
    4:joined_at TIM501 not recognised as a date and time
    5:joined_at TIM501 a word for a missing value, not a date; leave it blank, or add `--unsafe-fixes`

Good::

    email,joined_at
    ann@kestrel-labs.com,2026-02-28T10:00:00Z
    bob@kestrel-labs.com,2026-04-21T10:00:00+10:00

Fixed::

    email,joined_at
    dan@kestrel-labs.com,
"""  # noqa: E501 - a finding is one line

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(timestamp: pd.Series[str], context: Context) -> pd.Series[bool]:
    del timestamp
    sent = context.field is not None and context.field.header is not None
    wrong = ["invalid", "nothing"] if sent and not context.profile.is_general else ["invalid"]
    return ~context.judged["status"].isin(wrong)


def _is_missing(context: Context) -> pd.Series[bool]:
    return context.judged["status"] == "nothing"


def reason(timestamp: pd.Series[str], context: Context) -> pd.Series[str]:
    del timestamp
    message = "a word for a missing value, not a date; leave it blank, or add `--unsafe-fixes`"
    return context.judged["reason"].mask(_is_missing(context), message)


def fix(timestamp: pd.Series[str], context: Context) -> pd.Series[str]:
    return timestamp.mask(_is_missing(context), "")


RULE = Rule(
    code="TIM501",
    name="timestamp-invalid",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"timestamp"}),
    message="not a valid timestamp",
    check=check,
    yields_to=frozenset({"TXT706"}),
    reason=reason,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
