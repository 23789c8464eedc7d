"""The name is blank, and the provider requires it.

TextUs needs a name in every row (it answers a file without the column with "Missing required
headers: name."). If no column holds the full name, it is joined from first and last name; one of
them is enough.

Options::

    --for textus

Bad::

    First Name,Last Name,Phone
    Ann,Bell,+14155552671
    ,Pike,+14155552672
    ,,+14155552673

Findings::

    4:First Name + Last Name NAM601 no name

Good::

    First Name,Last Name,Phone
    Ann,Bell,+14155552671
    ,Pike,+14155552672
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity, stripped


def check(name: pd.Series[str]) -> pd.Series[bool]:
    return stripped(name) != ""


RULE = Rule(
    code="NAM601",
    name="name-missing",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"name"}),
    blanks=True,
    message="no name",
    check=check,
)
