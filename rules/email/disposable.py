"""The email address belongs to a disposable-address service.

Its owner reads it for ten minutes; later mail bounces or piles up unread, and a provider counts
that against the sender. The list is short and covers well-known services, so a domain that is not
on it may still be disposable.

Bad::

    email,first_name
    ann@mailinator.com,Ann
    bob@inbox.yopmail.com,Bob

Findings::

    2:email EML307 the email address is from a disposable-address service
    3:email EML307 the email address is from a disposable-address service

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@notmailinator.com,Bob
"""

from __future__ import annotations

import re

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity, contains

_SERVICES = (
    "10minutemail.com", "dispostable.com", "emailondeck.com", "fakeinbox.com", "getnada.com",
    "grr.la", "guerrillamail.biz", "guerrillamail.com", "guerrillamail.info", "guerrillamail.net",
    "guerrillamail.org", "mailcatch.com", "maildrop.cc", "mailinator.com", "mailnesia.com",
    "mintemail.com", "moakt.com", "mohmal.com", "sharklasers.com", "spam4.me", "spamgourmet.com",
    "temp-mail.io", "temp-mail.org", "tempinbox.com", "throwawaymail.com", "trash-mail.com",
    "trashmail.com", "wegwerfemail.de", "yopmail.com",
)  # fmt: skip
_DOMAIN = rf"[@.](?:{'|'.join(map(re.escape, _SERVICES))})$"


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    del email
    found = contains(context.judged["core"], f"(?i){_DOMAIN}")
    return (context.judged["reason"] != "") | ~found


RULE = Rule(
    code="EML307",
    name="email-disposable",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"email"}),
    suspects=_DOMAIN,
    message="the email address is from a disposable-address service",
    check=check,
)
