r"""The cell does not contain a valid email address.

The library `email_validator` decides, without asking the network, and the message gives its reason.
Whitespace, `mailto:`, angle brackets and the like around an address have rules of their own, and so
have several addresses in one cell, and placeholders.
Experiture answers such a row with "invalid email format", TalkValue with INVALID_EMAIL, Dotdigital
with the reason "Invalid Email".

Bad::

    email,first_name
    ann@@kestrel-labs.com,Ann
    @kestrel-labs.com,Bob
    cleo.kestrel-labs.com,Cleo
    dan..pike@kestrel-labs.com,Dan

Findings::

    2:email EML302 not a valid email address: the part after the @-sign contains invalid characters: '@'
    3:email EML302 not a valid email address: there must be something before the @-sign
    4:email EML302 not a valid email address: an email address must have an @-sign
    5:email EML302 not a valid email address: an email address cannot have two periods in a row

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    o'brien+fair@kestrel-labs.com,Bob
    dani\xc3\xa8le@kestrel-labs.com,Dani\xc3\xa8le
"""  # noqa: E501 - a message is one line

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    del email
    return context.judged["reason"] == ""


def reason(email: pd.Series[str], context: Context) -> pd.Series[str]:
    del email
    return "not a valid email address: " + context.judged["reason"]


RULE = Rule(
    code="EML302",
    name="email-invalid",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"email"}),
    message="not a valid email address",
    check=check,
    yields_to=frozenset({"EML308", "EML310", "TXT706"}),
    reason=reason,
)
