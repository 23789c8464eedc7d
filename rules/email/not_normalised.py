r"""The email address is valid, but not in its normal form.

Upper case after the @ means the same as lower case, and a letter followed by a combining accent the
same as one character; programs that compare addresses character by character treat them as two
contacts. The address is rewritten as `email_validator` normalises it, except that a Punycode domain
(`xn--…`) stays: not every provider accepts the other form. The part before the @ keeps its upper
case.

Bad::

    email,first_name
    ann@Kestrel-Labs.COM,Ann
    Bob.Pike@KESTREL-LABS.com,Bob
    rene\xcc\x81@kestrel-labs.com,Ren\xc3\xa9

Findings::

    2:email EML309 the email address is not in its normal form
    3:email EML309 the email address is not in its normal form
    4:email EML309 the email address is not in its normal form

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
    """The normal form, or the core itself if it is not a valid address."""
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
    message="the email address is not in its normal form",
    check=check,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.CASE,
)
