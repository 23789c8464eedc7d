r"""The email address has whitespace around it, or zero-width characters in it.

This comes from copied cells and from fixed-width exports. Providers that match contacts by email
refuse such an address, or treat it as another contact. Experiture's lists trim addresses, but its
import answers a wrong one with "invalid email format". Joiners that a script needs are kept.

Bad::

    email,first_name
    \x20ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com\xc2\xa0,Bob
    cleo@kestrel\xe2\x80\x8b-labs.com,Cleo

Findings::

    2:email EML303 whitespace around the email address, or invisible characters in it
    3:email EML303 whitespace around the email address, or invisible characters in it
    4:email EML303 whitespace around the email address, or invisible characters in it

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
    cleo@kestrel-labs.com,Cleo

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
    cleo@kestrel-labs.com,Cleo
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    return email == context.judged["trimmed"]


def fix(email: pd.Series[str], context: Context) -> pd.Series[str]:
    del email
    return context.judged["trimmed"]


RULE = Rule(
    code="EML303",
    name="email-padded",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"email"}),
    message="whitespace around the email address, or invisible characters in it",
    check=check,
    yields_to=frozenset({"EML301"}),
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.TRIM,
)
