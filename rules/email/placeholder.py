"""The cell holds text typed to get past a form: `test@test.com`, `none@none`, `n/a`.

Facebook's testing tool writes `test@fb.com`, and a page that protects its addresses `[email
protected]`; a directory hides a part, as in `a***n@kestrel-labs.com`. Nobody reads mail to it, and
nobody ever can under `example.com` and similar domains (RFC 2606). It bounces or hits a spam trap,
and providers merge all contacts that share it into one.

Bad::

    email,first_name
    test@test.com,Ann
    none@none,Bob
    n/a,Cleo
    dan@example.com,Dan
    [email protected],Eve

Findings::

    2:email EML310 a placeholder, not a real email address
    3:email EML310 a placeholder, not a real email address
    4:email EML310 a placeholder, not a real email address
    5:email EML310 a placeholder, not a real email address
    6:email EML310 a placeholder, not a real email address

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    test@kestrel-labs.com,Bob
    cleo@example-labs.com,Cleo
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import (
    PLACEHOLDER_ADDRESS,
    Context,
    Rule,
    Scope,
    Severity,
    placeholder,
    placeholder_email,
)


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    # A cell such as `Loading...` is one with its full stops.
    return ~(placeholder_email(context.judged["core"]) | placeholder(email))


RULE = Rule(
    code="EML310",
    name="email-placeholder",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"email"}),
    suspects=PLACEHOLDER_ADDRESS,
    message="a placeholder, not a real email address",
    check=check,
)
