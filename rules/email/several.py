r"""The cell holds two or more email addresses.

A provider reads the whole cell as one address and refuses it: Experiture answers "invalid email
format", TalkValue INVALID_EMAIL, Dotdigital "Invalid Email". A person has to choose which one to
keep; on request preflight keeps the first.

Options::

    --unsafe-fixes

Bad::

    email,first_name
    ann@kestrel-labs.com; ann.bell@kestrel-labs.com,Ann
    bob@kestrel-labs.com bob.pike@kestrel-labs.com,Bob

Findings::

    2:email EML308 several email addresses in one cell
    3:email EML308 several email addresses in one cell

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import (
    Context,
    Phase,
    Rule,
    Safety,
    Scope,
    Severity,
    emails_in,
    several_emails,
    trim_email,
    unwrap_email,
)


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    del email
    return (context.judged["reason"] == "") | ~several_emails(context.judged["core"])


def fix(email: pd.Series[str], context: Context) -> pd.Series[str]:
    del email
    return context.judged["core"].map(lambda core: unwrap_email(trim_email(emails_in(core)[0])))


RULE = Rule(
    code="EML308",
    name="email-several",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"email"}),
    message="several email addresses in one cell",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
