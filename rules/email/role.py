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


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    del email
    local = context.judged["core"].str.rpartition("@")[0].str.lower()
    return (context.judged["reason"] != "") | ~local.isin(_ROLES)


RULE = Rule(
    code="EML306",
    name="email-role",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"email"}),
    suspects=rf"^(?:{'|'.join(_ROLES)})@",
    message="the email address of a role, not of a person",
    check=check,
)
