"""The cell holds something typed to get past a form: `0000000000`, `1234567890`, `n/a`.

Nobody has the number, and where the provider matches contacts by phone, as TextUs does, all who
share it are one. A number that the library knows as valid is never taken for one of these.

Bad::

    email,phone
    ann@kestrel-labs.com,0000000000
    bob@kestrel-labs.com,(123) 456-7890
    cleo@kestrel-labs.com,n/a

Findings::

    2:phone PHN410 a placeholder, not a phone number of anybody
    3:phone PHN410 a placeholder, not a phone number of anybody
    4:phone PHN410 a placeholder, not a phone number of anybody

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
    return context.judged["status"] != "placeholder"


RULE = Rule(
    code="PHN410",
    name="phone-placeholder",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="a placeholder, not a phone number of anybody",
    check=check,
)
