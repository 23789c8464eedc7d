"""The email address is blank, and the provider matches contacts by it.

Dotdigital accepts a file only with an `Email` column; TalkValue matches contacts by email, and so
does Experiture, whose files need the column with valid addresses in it. TextUs does not need one.

Options::

    --for dotdigital

Bad::

    Email,FIRSTNAME
    ann@kestrel-labs.com,Ann
    ,Bob
    "  ",Cleo

Findings::

    3:Email EML301 no email address
    4:Email EML301 no email address

Good::

    Email,FIRSTNAME
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity, stripped


def check(email: pd.Series[str]) -> pd.Series[bool]:
    return stripped(email) != ""


RULE = Rule(
    code="EML301",
    name="email-missing",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"email"}),
    blanks=True,
    message="no email address",
    check=check,
)
