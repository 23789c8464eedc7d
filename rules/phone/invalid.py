"""The phone number can be read, but it cannot exist in its region.

A digit is missing or extra, or the area code does not exist, according to the library
`phonenumbers`. A text message to it is lost. TextUs stores numbers as E.164; Dotdigital treats a
phone as an ordinary data field, so under its profile this is a warning.

Bad::

    email,phone,country
    ann@kestrel-labs.com,+1 415 555 267,US
    bob@kestrel-labs.com,020 7946 00,GB

Findings::

    2:phone PHN403 not a valid number for US (+1)
    3:phone PHN403 not a valid number for GB (+44)

Good::

    email,phone,country
    ann@kestrel-labs.com,+14155552671,US
    bob@kestrel-labs.com,+442079460018,GB
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity

# What phone rules of their own are about. Where one of them is off, the cell is still not valid.
_OTHERS = {
    "unparsable": "PHN402", "several": "PHN407", "scientific": "PHN408", "placeholder": "PHN410",
    "decimal": "PHN413", "words": "PHN415", "old-form": "PHN416",
}  # fmt: skip


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return ~context.judged["status"].isin(["invalid", *_OTHERS])


def reason(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    del phone
    judged = context.judged
    return judged["reason"].where(judged["status"] == "invalid", "not a valid phone number")


RULE = Rule(
    code="PHN403",
    name="phone-invalid",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="not a valid number for its region",
    check=check,
    yields_to=frozenset({*_OTHERS.values(), "TXT706"}),
    reason=reason,
)
