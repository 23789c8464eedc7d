"""The email address has capital letters before the @.

Mail nearly always reaches the same person, but programs that compare addresses character by
character treat `Ann@` and `ann@` as two contacts. A mail server may distinguish them, so preflight
writes lower case only on request, and only if the part before the @ is plain ASCII.

Options::

    --unsafe-fixes

Bad::

    email,first_name
    Ann@kestrel-labs.com,Ann
    BOB.PIKE@kestrel-labs.com,Bob

Findings::

    2:email EML312 capitals before the @ of the email address
    3:email EML312 capitals before the @ of the email address

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob.pike@kestrel-labs.com,Bob

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob.pike@kestrel-labs.com,Bob
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity

_DOMAIN = "@[^@]*$"


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    del email
    core = context.judged["core"]
    loud = (context.judged["reason"] == "") & (core != core.str.lower())
    local = core[loud].str.replace(_DOMAIN, "", regex=True)
    return ~(local != local.str.lower()).reindex(core.index, fill_value=False)


def fix(email: pd.Series[str], context: Context) -> pd.Series[str]:
    bare = (email == context.judged["core"]) & email.map(_ascii_local)
    return email.mask(bare, email.map(_lowered))


def _ascii_local(email: str) -> bool:
    return email.rpartition("@")[0].isascii()


def _lowered(email: str) -> str:
    local, at, domain = email.rpartition("@")
    return local.lower() + at + domain


RULE = Rule(
    code="EML312",
    name="email-case",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"email"}),
    message="capitals before the @ of the email address",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.CASE,
)
