"""The phone number has an extension: `x2921`.

E.164 cannot hold one, and a text message cannot reach a phone behind a switchboard: TextUs stores
numbers as E.164, so under its profile this is an error. On request the number is written without
its extension, which is then lost.

Options::

    --unsafe-fixes

Bad::

    email,phone
    ann@kestrel-labs.com,+1 415 555 2671 x2921
    bob@kestrel-labs.com,+44 20 7946 0018 ext. 7

Findings::

    2:phone PHN406 the phone number has an extension
    3:phone PHN406 the phone number has an extension

Good::

    email,phone
    ann@kestrel-labs.com,+14155552671

Fixed::

    email,phone
    ann@kestrel-labs.com,+14155552671
    bob@kestrel-labs.com,+442079460018
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["reason"] != "extension"


def fix(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    del phone
    return context.judged["e164"]


RULE = Rule(
    code="PHN406",
    name="phone-extension",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"phone"}),
    message="the phone number has an extension",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.SHAPE,
)
