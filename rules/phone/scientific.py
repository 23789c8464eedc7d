"""A spreadsheet wrote the number in scientific form: `1.41556E+10`.

It took the phone number for a quantity and kept its first digits; the others are gone from the
file. Only the spreadsheet it was saved from, or its source, may still have them. No provider can
call or text what is left.

Bad::

    email,phone
    ann@kestrel-labs.com,1.41556E+10
    bob@kestrel-labs.com,"4,47911E+11"

Findings::

    2:phone PHN408 a spreadsheet's scientific form: digits of the number are lost
    3:phone PHN408 a spreadsheet's scientific form: digits of the number are lost

Good::

    email,phone
    ann@kestrel-labs.com,+14155552671
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity, trim_phone

_SCIENTIFIC = r"[+-]?[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,2}"


def check(phone: pd.Series[str]) -> pd.Series[bool]:
    return ~phone.map(trim_phone).str.fullmatch(_SCIENTIFIC)


RULE = Rule(
    code="PHN408",
    name="phone-scientific",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="a spreadsheet's scientific form: digits of the number are lost",
    check=check,
)
