"""There are words around the phone number, or letters among its digits.

`(call after 5)`, `Fax` or `old` may say that the number should not be used, so a person decides.
The library skips some words, and reads others as the digits of a telephone's keys, which is another
number. TextUs stores phone numbers as E.164, which has digits only; Dotdigital treats a phone as an
ordinary data field, so under its profile this is a warning. Known labels, such as `mobile`, are
removed, see PHN414, and a number that is written in letters on purpose is one, see PHN417.

Options::

    --region US

Bad::

    email,phone
    ann@kestrel-labs.com,415-555-2672 (call after 5)
    bob@kestrel-labs.com,Fax +14155552671
    cleo@kestrel-labs.com,415-555-267A

Findings::

    2:phone PHN415 words around the phone number: keep the number alone in the cell
    3:phone PHN415 words around the phone number: keep the number alone in the cell
    4:phone PHN415 letters among the digits of the phone number

Good::

    email,phone
    ann@kestrel-labs.com,+14155552672
    bob@kestrel-labs.com,+1 415 555 2671 x29
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity

_MESSAGE = "words around the phone number: keep the number alone in the cell"


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["status"] != "words"


def reason(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    messages = pd.Series(_MESSAGE, index=phone.index, dtype="str")
    among = context.judged["reason"] == "among"
    return messages.mask(among, "letters among the digits of the phone number")


RULE = Rule(
    code="PHN415",
    name="phone-words",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message=_MESSAGE,
    check=check,
    reason=reason,
)
