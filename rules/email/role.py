"""The email address is that of a role and not of a person: `info@`, `sales@`, `noreply@`.

Several people read it or nobody does, nobody of them has consented for all, and they complain more
often than others; a provider counts that against the sender.

Bad::

    email,first_name
    info@kestrel-labs.com,Ann
    No-Reply@kestrel-labs.com,Bob

Findings::

    2:email EML306 the email address of a role, not of a person
    3:email EML306 the email address of a role, not of a person

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    sales.ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity

_ROLES = (
    "abuse", "accounts", "admin", "administrator", "billing", "contact", "do-not-reply",
    "donotreply", "enquiries", "help", "helpdesk", "hostmaster", "info", "inquiries", "jobs",
    "kontakt", "mailer-daemon", "marketing", "newsletter", "no-reply", "noreply", "office",
    "orders", "postmaster", "press", "privacy", "root", "sales", "security", "service", "support",
    "unsubscribe", "webmaster",
)  # fmt: skip
_ROLE = rf"^(?:{'|'.join(_ROLES)})@"


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    del email
    found = context.judged["core"].str.contains(f"(?i){_ROLE}")
    return (context.judged["reason"] != "") | ~found


RULE = Rule(
    code="EML306",
    name="email-role",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"email"}),
    suspects=_ROLE,
    message="the email address of a role, not of a person",
    check=check,
)
