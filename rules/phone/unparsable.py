"""The cell cannot be read as a phone number.

The library `phonenumbers` reads it, in the region that a country column, `--region` or the profile
gives. TextUs stores phone numbers as E.164, so a cell without a number cannot become a contact
there. Dotdigital treats a phone as an ordinary data field, so under its profile this is a warning.

Bad::

    email,phone
    ann@kestrel-labs.com,call me
    bob@kestrel-labs.com,+1415555267155526715
    cleo@kestrel-labs.com,+999 20 7946 0018

Findings::

    2:phone PHN402 cannot be read as a phone number: it is not a number
    3:phone PHN402 cannot be read as a phone number: too many digits
    4:phone PHN402 cannot be read as a phone number: unknown country code

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
    return "cannot be read as a phone number: " + context.judged["reason"]


RULE = Rule(
    code="PHN402",
    name="phone-unparsable",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="cannot be read as a phone number",
    check=check,
    yields_to=frozenset({"TXT706"}),
    reason=reason,
)
