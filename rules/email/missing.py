"""The email address is blank, and the provider matches contacts by it.

Dotdigital accepts a file only with an `Email` column; TalkValue matches contacts by email, and so
does Experiture, whose files need the column with valid addresses in it. TextUs does not need one.
If there is another column of addresses, the message names it: a provider does not look there.

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

from preflight.rule import Context, Rule, Scope, Severity, bare_name, stripped

_MESSAGE = "no email address"


def check(email: pd.Series[str]) -> pd.Series[bool]:
    return stripped(email) != ""


def reason(email: pd.Series[str], context: Context) -> pd.Series[str]:
    others = [
        f"`{bare_name(column.name)}`"
        for column in context.columns
        if column.kind == "email" and column.position != context.column.position
    ]
    message = f"{_MESSAGE}; if {' or '.join(others)} has one, move it here" if others else _MESSAGE
    return pd.Series(message, index=email.index, dtype="str")


RULE = Rule(
    code="EML301",
    name="email-missing",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"email"}),
    blanks=True,
    message=_MESSAGE,
    check=check,
    reason=reason,
)
