r"""The email address is valid, but written in another than its normal form.

The part behind the @ means the same in capitals, and a letter with its accent beside it the same
as in one character; programs that compare addresses character by character take them for two
contacts. It is written as `email_validator` normalises it, save that a domain in Punycode
(`xn--…`) stays so: not every provider takes the other form. What stands before the @ keeps its
capitals.

Bad::

    email,first_name
    ann@Kestrel-Labs.COM,Ann
    Bob.Pike@KESTREL-LABS.com,Bob
    rene\xcc\x81@kestrel-labs.com,Ren\xc3\xa9

Findings::

    2:email EML309 not in the normal form of an email address
    3:email EML309 not in the normal form of an email address
    4:email EML309 not in the normal form of an email address

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    Bob.Pike@kestrel-labs.com,Bob
    ren\xc3\xa9@kestrel-labs.com,Ren\xc3\xa9
    dora@xn--bcherei-n2a.de,Dora

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    Bob.Pike@kestrel-labs.com,Bob
    ren\xc3\xa9@kestrel-labs.com,Ren\xc3\xa9
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity

_PUNYCODE = "(?i)@.*xn--"


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    del email
    judged = context.judged
    other = (judged["reason"] == "") & (judged["core"] != judged["normal"])
    differs = judged.loc[other, "core"] != _normal(judged[other])
    return ~differs.reindex(judged.index, fill_value=False)


def fix(email: pd.Series[str], context: Context) -> pd.Series[str]:
    return email.where(email != context.judged["core"], _normal(context.judged))


def _normal(judged: pd.DataFrame) -> pd.Series[str]:
    """The normal form; the core itself where it is not valid, so that there is none."""
    core, normal = judged["core"], judged["normal"]
    punycode = (normal != "") & core.str.contains(_PUNYCODE)
    if not punycode.any():
        return normal.where(normal != "", core)
    domain = core[punycode].str.rpartition("@")[2].str.lower()
    local = normal[punycode].str.rpartition("@")[0]
    return normal.mask(punycode, local + "@" + domain).where(normal != "", core)


RULE = Rule(
    code="EML309",
    name="email-not-normalised",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"email"}),
    message="not in the normal form of an email address",
    check=check,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.CASE,
)
