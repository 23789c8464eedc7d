"""The domain of the email address does not accept mail, according to the DNS.

Runs only with `--online`, because it asks the network: once for each domain, for its mail servers
(MX), or else for its address. It is an error if the domain does not exist, has neither, or refuses
mail with a null MX (RFC 7505): mail to it bounces, and a provider counts that against the sender. A
time-out or a failing server leaves the domain unknown, which is not a finding; the summary counts
the domains that could not be checked.

Options::

    --online

Domains::

    kestrel-labs.com takes mail
    kestrel-labz.com takes none: the domain does not exist
    halvorn.com takes none: the domain does not accept mail (null MX)
    slow-labs.com cannot be asked

Bad::

    email,first_name
    ann@kestrel-labz.com,Ann
    bob@halvorn.com,Bob
    cleo@kestrel-labs.com,Cleo
    dan@slow-labs.com,Dan

Findings::

    2:email EML311 mail cannot be delivered: the domain does not exist
    3:email EML311 mail cannot be delivered: the domain does not accept mail (null MX)

Good::

    email,first_name
    cleo@kestrel-labs.com,Cleo
    dan@slow-labs.com,Dan
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity


def _why(context: Context) -> pd.Series[str]:
    """Why mail cannot be delivered to each address; "" if it can be, or if that is unknown."""
    domains = context.judged["normal"].str.rpartition("@")[2].str.lower()
    if context.mail is None:
        return domains.str.slice(0, 0)
    reasons = context.mail(domain for domain in domains.unique() if domain)
    return domains.map(lambda domain: reasons.get(domain) or "").astype("str")


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    del email
    return _why(context) == ""


def reason(email: pd.Series[str], context: Context) -> pd.Series[str]:
    del email
    return "mail cannot be delivered: " + _why(context)


RULE = Rule(
    code="EML311",
    name="email-undeliverable",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"email"}),
    online=True,
    suspects="@",
    message="mail cannot be delivered",
    check=check,
    reason=reason,
)
