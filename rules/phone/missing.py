"""The phone number is blank, and the provider requires it.

TextUs reaches people by phone: its contacts file needs a name and a phone number in every row.

Options::

    --for textus

Bad::

    name,phone_number
    Ann Bell,+14155552671
    Bob Pike,

Findings::

    3:phone_number PHN401 no phone number

Good::

    name,phone_number
    Ann Bell,+14155552671
    Bob Pike,+14155552672
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity, strip_invisible


def check(phone: pd.Series[str]) -> pd.Series[bool]:
    return phone.map(strip_invisible) != ""


RULE = Rule(
    code="PHN401",
    name="phone-missing",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    blanks=True,
    message="no phone number",
    check=check,
)
