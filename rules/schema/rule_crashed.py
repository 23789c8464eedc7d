"""A rule crashed on these rows, so they were not checked and do not pass.

The message gives the rule's code and the class of the error, never the error's text, which may hold
a value. This rule is always on: rows that could not be checked must not be sent.

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

    2:company SCH002 a rule crashed on this cell, which was not checked (OWN001: KeyError)

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
    message="a rule crashed here, so this was not checked",
)
