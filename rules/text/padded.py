r"""The value has whitespace around it.

It comes from fixed-width exports and from copied cells. "Acme" and "Acme " are two companies to a
segment or a filter.

Bad::

    email,first_name,company
    ann@kestrel-labs.com,Ann,Kestrel Labs\x20
    bob@kestrel-labs.com,\x09Bob,Kestrel Labs

Findings::

    2:company TXT701 whitespace around the value
    3:first_name TXT701 whitespace around the value

Good::

    email,first_name,company
    ann@kestrel-labs.com,Ann,Kestrel Labs

Fixed::

    email,first_name,company
    ann@kestrel-labs.com,Ann,Kestrel Labs
    bob@kestrel-labs.com,Bob,Kestrel Labs
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Phase, Rule, Safety, Scope, Severity

_BLANKS = " \t\n\v\f\r"


def check(text: pd.Series[str]) -> pd.Series[bool]:
    return text == text.str.strip(_BLANKS)


def fix(text: pd.Series[str]) -> pd.Series[str]:
    return text.str.strip(_BLANKS)


RULE = Rule(
    code="TXT701",
    name="text-padded",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"text", "name", "country"}),
    message="whitespace around the value",
    check=check,
    yields_to=frozenset({"NAM601"}),
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.TRIM,
)
