r"""The email address is wrapped in `mailto:`, angle brackets or quotes, or ends in a comma.

Or it has a label (`E-Mail:`, Exchange's `SMTP:`), or is there twice, as in a link of a spreadsheet.
It was copied from a mail program or a web page. The address is there, but a provider reads the
whole cell: Experiture answers "invalid email format", TalkValue INVALID_EMAIL, Dotdigital "Invalid
Email".

Bad::

    email,first_name
    mailto:ann@kestrel-labs.com,Ann
    Bob Pike <bob@kestrel-labs.com>,Bob
    <cleo@kestrel-labs.com>,Cleo
    dan@kestrel-labs.com;,Dan
    'eve@kestrel-labs.com',Eve
    SMTP:fay@kestrel-labs.com,Fay
    gus@kestrel-labs.com (gus@kestrel-labs.com),Gus

Findings::

    2:email EML304 extra text around the email address
    3:email EML304 extra text around the email address
    4:email EML304 extra text around the email address
    5:email EML304 extra text around the email address
    6:email EML304 extra text around the email address
    7:email EML304 extra text around the email address
    8:email EML304 extra text around the email address

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
    cleo@kestrel-labs.com,Cleo
    dan@kestrel-labs.com,Dan
    eve@kestrel-labs.com,Eve
    fay@kestrel-labs.com,Fay
    gus@kestrel-labs.com,Gus
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity, placeholder


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    return (context.judged["core"] == context.judged["trimmed"]) | placeholder(email)


def fix(email: pd.Series[str], context: Context) -> pd.Series[str]:
    del email
    return context.judged["core"]


RULE = Rule(
    code="EML304",
    name="email-wrapped",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"email"}),
    message="extra text around the email address",
    check=check,
    yields_to=frozenset({"EML302"}),
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.UNWRAP,
)
