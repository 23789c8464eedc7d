"""The cell holds something that cannot be read as a phone number.

The judge is the library `phonenumbers`, in the region that a country column, `--region` or the
profile names. TextUs keeps phone numbers as E.164, so a text that is none cannot become a contact
there. For Dotdigital a phone is a data field like any other, and this a warning.

Bad::

    email,phone
    ann@kestrel-labs.com,call me
    bob@kestrel-labs.com,+1415555267155526715
    cleo@kestrel-labs.com,+999 20 7946 0018

Findings::

    2:phone PHN402 not readable as a phone number: it is no phone number
    3:phone PHN402 not readable as a phone number: it has too many digits
    4:phone PHN402 not readable as a phone number: there is no such country code

Good::

    email,phone
    ann@kestrel-labs.com,+14155552671
    bob@kestrel-labs.com,
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["status"] != "unparsable"


def reason(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    del phone
    return "not readable as a phone number: " + context.judged["reason"]


RULE = Rule(
    code="PHN402",
    name="phone-unparsable",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="not readable as a phone number",
    check=check,
    reason=reason,
)
