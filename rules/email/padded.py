r"""Blanks or invisible characters stand around the email address.

They come from cells that were copied and from fixed-width exports. Providers that match contacts by
email refuse such an address, or take it for another contact; Experiture names stripped blanks as the
cure for its "invalid email format".

Bad::

    email,first_name
    \x20ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com\xc2\xa0,Bob

Findings::

    2:email EML303 blanks or invisible characters around the email address
    3:email EML303 blanks or invisible characters around the email address

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
"""

import pandas as pd

from preflight.rule import Phase, Rule, Safety, Scope, Severity, strip_invisible


def check(email: pd.Series) -> pd.Series:
    return email == email.map(strip_invisible)


def fix(email: pd.Series) -> pd.Series:
    return email.map(strip_invisible)


RULE = Rule(
    code="EML303",
    name="email-padded",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"email"}),
    message="blanks or invisible characters around the email address",
    check=check,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.TRIM,
)
