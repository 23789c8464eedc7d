"""The cell holds text typed to get past a form: `0000000000`, `1234567890`, `n/a`.

Or digits of it are hidden: `***-***-2671`, `415-555-XXXX`. Nobody has this number, and a provider
that matches contacts by phone, as TextUs does, merges all who share it into one. A number that the
library considers valid never counts as a placeholder. Where the provider demands no phone number,
`--unsafe-fixes` clears the cell and so keeps the contact.

Options::

    --unsafe-fixes

Bad::

    email,phone
    ann@kestrel-labs.com,0000000000
    bob@kestrel-labs.com,(123) 456-7890
    cleo@kestrel-labs.com,n/a

Findings::

    2:phone PHN410 a placeholder, not a real phone number
    3:phone PHN410 a placeholder, not a real phone number
    4:phone PHN410 a placeholder, not a real phone number

Good::

    email,phone
    ann@kestrel-labs.com,+14155552671
    bob@kestrel-labs.com,

Fixed::

    email,phone
    ann@kestrel-labs.com,
    bob@kestrel-labs.com,
    cleo@kestrel-labs.com,
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    valid: pd.Series[bool] = context.judged["status"] != "placeholder"
    if context.column.required:
        # An apostrophe alone: nothing is left of it, and the row needs a number.
        valid &= context.judged["core"] != ""
    return valid


def _may_be_blank(context: Context) -> bool:
    """Whether no row needs a number: the provider does not, nor does the user."""
    field, profile = context.field, context.profile
    if field is None or field.required or field.name in profile.key:
        return False
    return not any(field.name in names for demand in profile.any_of for names in demand)


def fix(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    return phone.str.slice(0, 0) if _may_be_blank(context) else phone


RULE = Rule(
    code="PHN410",
    name="phone-placeholder",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="a placeholder, not a real phone number",
    check=check,
    yields_to=frozenset({"PHN401"}),
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
