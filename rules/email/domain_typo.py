"""The domain of the email address looks like a well-known one with a slip: `gmial.com`.

Such domains exist, often to catch mail that was meant for another, so that no library can refuse
the address; a domain under `.con` does not exist at all. The likely one is written only on request,
since the address may be meant as it is.

Options::

    --unsafe-fixes

Bad::

    email,first_name
    ann@gmial.com,Ann
    bob@hotmail.con,Bob
    cleo@kestrel-labs.con,Cleo

Findings::

    2:email EML305 the domain looks misspelt: likely gmail.com
    3:email EML305 the domain looks misspelt: likely hotmail.com
    4:email EML305 the domain looks misspelt: likely .com for .con

Good::

    email,first_name
    ann@gmail.com,Ann
    bob@yahoo.co.uk,Bob

Fixed::

    email,first_name
    ann@gmail.com,Ann
    bob@hotmail.com,Bob
    cleo@kestrel-labs.com,Cleo
"""

from __future__ import annotations

import re

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity

_SLIPS = {
    slip: right
    for right, slips in {
        "gmail.com": "gmail.con gmail.co gmail.cm gmai.com gmal.com gmial.com gamil.com gmali.com"
        " gnail.com gmaill.com gmil.com",
        "hotmail.com": "hotmail.con hotmail.co hotmail.cm hotmai.com hotmal.com hotmial.com"
        " hotamil.com hotmil.com",
        "yahoo.com": "yahoo.con yahoo.co yahoo.cm yaho.com yahooo.com yhaoo.com yhoo.com",
        "outlook.com": "outlook.con outlook.co outlook.cm outlok.com outloo.com outllok.com",
        "icloud.com": "icloud.con icloud.co icloud.cm iclod.com icoud.com iclould.com",
    }.items()
    for slip in slips.split()
}


_SLIPPED = rf"@(?:{'|'.join(map(re.escape, _SLIPS))})$|\.con$"


def _domain(context: Context) -> pd.Series[str]:
    return context.judged["core"].str.rpartition("@")[2].str.lower()


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    del email
    slipped = context.judged["core"].str.contains(f"(?i){_SLIPPED}")
    return (context.judged["reason"] != "") | ~slipped


def reason(email: pd.Series[str], context: Context) -> pd.Series[str]:
    del email
    return "the domain looks misspelt: likely " + _domain(context).map(
        lambda domain: _SLIPS.get(domain, ".com for .con")
    )


def fix(email: pd.Series[str], context: Context) -> pd.Series[str]:
    return email.where(email != context.judged["core"], email.map(_mended))


def _mended(email: str) -> str:
    local, at, domain = email.rpartition("@")
    right = _SLIPS.get(domain.lower(), domain[:-1] + "m")
    return local + at + right


RULE = Rule(
    code="EML305",
    name="email-domain-typo",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"email"}),
    suspects=_SLIPPED,
    message="the domain looks misspelt",
    check=check,
    reason=reason,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.SHAPE,
)
