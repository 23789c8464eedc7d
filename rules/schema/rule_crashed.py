"""A rule failed on these rows: what it would have said of them is unknown, and they are not passed.

The rule's own defect is told by its code and the class of the error, never by the error's text,
which may hold a value. This rule is always on: what nobody could judge must not be sent.

With::

    '''A rule that fails.'''

    import pandas as pd

    from preflight.rule import Rule, Scope, Severity


    def check(text: pd.Series) -> pd.Series:
        if (text == "Kestrel Labs").any():
            raise KeyError("no such company")
        return text != ""


    RULE = Rule(
        code="OWN001",
        name="company-odd",
        scope=Scope.CELL,
        severity=Severity.WARNING,
        kinds=frozenset({"text"}),
        suspects=".",
        message="an odd company",
        check=check,
    )

Bad::

    email,company
    ann@kestrel-labs.com,Kestrel Labs
    bob@kestrel-labs.com,Halvorn Furniture

Findings::

    2:company SCH002 a rule failed on this cell, and it is unknown, not passed (OWN001: KeyError)

Good::

    email,company
    bob@kestrel-labs.com,Halvorn Furniture
"""

from __future__ import annotations

from preflight.rule import Rule, Scope, Severity

RULE = Rule(
    code="SCH002",
    name="rule-crashed",
    scope=Scope.CRASH,
    severity=Severity.ERROR,
    message="a rule failed here, and it is unknown, not passed",
)
