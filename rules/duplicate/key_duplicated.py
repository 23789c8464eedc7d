"""Another row is the same contact: it has the same email address, or phone number for TextUs.

Providers match contacts by it, and decide which row wins: Dotdigital answers "Duplicate". Addresses
are compared without case, phone numbers as E.164, both after fixing. The first row without other
errors is kept, or else the first one; the rest are rejected, so that a person can look at them.

Bad::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
    Ann@Kestrel-Labs.com,Annie

Findings::

    4:email DUP801 the same contact as row 1

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Safety, Scope, Severity

_KEY = ["high", "low"]


def check(keys: pd.DataFrame) -> pd.Series[bool]:
    return ~keys.duplicated(_KEY)


def reason(keys: pd.DataFrame) -> pd.Series[str]:
    first = (
        keys.index.to_series().groupby([keys[name] for name in _KEY], sort=False).transform("first")
    )
    return "the same contact as row " + first.astype("str")


RULE = Rule(
    code="DUP801",
    name="key-duplicated",
    scope=Scope.TABLE,
    severity=Severity.ERROR,
    message="the same contact as an earlier row",
    check=check,
    reason=reason,
    safety=Safety.SAFE,
)
