"""The name is all in capitals, or all in small letters: `SMITH`, `smith`.

It is printed in a greeting as it stands, and reads like a form letter. Capitals where they most
likely belong are written only on request: nobody can tell `MacLeod` from `MACLEOD`. Initials are
let be, and so are names with letters beyond Latin-1, for want of evidence.

Options::

    --unsafe-fixes

Bad::

    email,first_name,last_name
    ann@kestrel-labs.com,ANN,BELL-O'BRIEN
    bob@kestrel-labs.com,bob,Pike

Findings::

    2:first_name NAM604 all in capitals or all in small letters
    2:last_name NAM604 all in capitals or all in small letters
    3:first_name NAM604 all in capitals or all in small letters

Good::

    email,first_name,last_name
    ann@kestrel-labs.com,Ann,McDonald
    bob@kestrel-labs.com,JJ,van der Berg

Fixed::

    email,first_name,last_name
    ann@kestrel-labs.com,Ann,Bell-O'Brien
    bob@kestrel-labs.com,Bob,Pike
"""

from __future__ import annotations

import re

import pandas as pd

from preflight.rule import Phase, Rule, Safety, Scope, Severity

_CAPITALS, _SMALL, _MARKS = "A-ZÀ-ÖØ-Þ", "a-zà-öø-þ", " .'’-"
# Fewer than three capitals in a row may be initials.
_SHOUTING = (
    rf"^[{_CAPITALS}{_MARKS}]*[{_CAPITALS}]{{3}}[{_CAPITALS}{_MARKS}]*$"
    rf"|^[{_SMALL}{_MARKS}]*[{_SMALL}]{{2}}[{_SMALL}{_MARKS}]*$"
)
_WORD = re.compile(rf"[{_CAPITALS}{_SMALL}]+")


def check(name: pd.Series[str]) -> pd.Series[bool]:
    return ~name.str.contains(_SHOUTING)


def fix(name: pd.Series[str]) -> pd.Series[str]:
    return name.map(lambda one: _WORD.sub(lambda word: word.group().capitalize(), one))


RULE = Rule(
    code="NAM604",
    name="name-shouting",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"name"}),
    suspects=_SHOUTING,
    message="all in capitals or all in small letters",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.CASE,
)
