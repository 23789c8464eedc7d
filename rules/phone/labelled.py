"""A label that says which phone it is stands beside the number: `Cell 415…`, `p:+46…`, `(privat)`.

People write the label where a form has one field for all phones, and Facebook's lead ads put `p:`
in front of each number. A provider that reads the cell as a number, as TextUs does, refuses it. The
number is what counts, so a label that is known is removed: words for phone, mobile, home and work
in the languages of the column names. Other words are left for a person, see PHN415.

Options::

    --region US

Bad::

    email,phone
    ann@kestrel-labs.com,p:+46701740605
    bob@kestrel-labs.com,+14155552671 (mobile)
    cleo@kestrel-labs.com,Cell 415-555-2672

Findings::

    2:phone PHN414 a label beside the phone number, like `mobile` or `p:`
    3:phone PHN414 a label beside the phone number, like `mobile` or `p:`
    4:phone PHN414 a label beside the phone number, like `mobile` or `p:`

Good::

    email,phone
    ann@kestrel-labs.com,+46701740605
    bob@kestrel-labs.com,415-555-2671

Fixed::

    email,phone
    ann@kestrel-labs.com,+46701740605
    bob@kestrel-labs.com,+14155552671
    cleo@kestrel-labs.com,415-555-2672
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["core"] == context.judged["bare"]


def fix(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    del phone
    return context.judged["bare"]


RULE = Rule(
    code="PHN414",
    name="phone-labelled",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"phone"}),
    message="a label beside the phone number, like `mobile` or `p:`",
    check=check,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.UNWRAP,
)
