"""The same contact stands in another file of this call: it would be sent twice.

It is looked for with `--across`. Contacts are compared as DUP801 compares the rows of one file: by
email address without case, or by phone number as E.164 where the provider matches by it, after
fixing. The first file in which the contact is not rejected keeps it, and the others are reported,
once each.

Beside::

    email,first_name
    bob@kestrel-labs.com,Bob
    ann@kestrel-labs.com,Ann

Bad::

    email,first_name
    Ann@Kestrel-Labs.com,Annie
    cat@kestrel-labs.com,Cat

Findings::

    2:email DUP809 the same contact as row 2 of beside.csv

Good::

    email,first_name
    cat@kestrel-labs.com,Cat
    dan@kestrel-labs.com,Dan
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Alike, Rule, Scope, Severity

_KEY = ["high", "low"]


def check(keys: pd.DataFrame) -> pd.Series[bool]:
    return ~keys.duplicated(_KEY)


def reason(keys: pd.DataFrame) -> pd.Series[str]:
    first = keys.groupby(_KEY, sort=False)[["row", "path"]].transform("first")
    return "the same contact as row " + first["row"].astype("str") + " of " + first["path"]


RULE = Rule(
    code="DUP809",
    name="contact-in-another-file",
    scope=Scope.TABLE,
    severity=Severity.WARNING,
    message="the same contact as in another file",
    check=check,
    reason=reason,
    alike=Alike.FILES,
)
