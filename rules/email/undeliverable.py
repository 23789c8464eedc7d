"""The domain of the email address takes no mail, as the DNS says.

Only with `--online`, for it asks the network: each domain once, for its mail servers (MX), else its
address. A domain that does not exist, one with neither, and one that says by a null MX (RFC 7505)
that it takes no mail are errors: mail to them bounces, and a provider counts that against the
sender. What could not be found out, for a time-out or a failing server, is unknown, and is no
finding; the summary says how many domains could not be asked.

Options::

    --online

Domains::

    kestrel-labs.com takes mail
    kestrel-labz.com takes none: there is no such domain
    halvorn.com takes none: the domain takes no mail (null MX)
    slow-labs.com cannot be asked

Bad::

    email,first_name
    ann@kestrel-labz.com,Ann
    bob@halvorn.com,Bob
    cleo@kestrel-labs.com,Cleo
    dan@slow-labs.com,Dan

Findings::

    2:email EML311 no mail can reach it: there is no such domain
    3:email EML311 no mail can reach it: the domain takes no mail (null MX)

Good::

    email,first_name
    cleo@kestrel-labs.com,Cleo
    dan@slow-labs.com,Dan
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity


def _why(context: Context) -> pd.Series[str]:
    """Why mail cannot reach each address; "" where it can, or where nobody knows."""
    domains = context.judged["normal"].str.rpartition("@")[2].str.lower()
    if context.mail is None:
        return domains.str.slice(0, 0)
    told = context.mail(domain for domain in domains.unique() if domain)
    return domains.map(lambda domain: told.get(domain) or "").astype("str")


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    del email
    return _why(context) == ""


def reason(email: pd.Series[str], context: Context) -> pd.Series[str]:
    del email
    return "no mail can reach it: " + _why(context)


RULE = Rule(
    code="EML311",
    name="email-undeliverable",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"email"}),
    online=True,
    suspects="@",
    message="no mail can reach it",
    check=check,
    reason=reason,
)
