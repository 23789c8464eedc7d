"""The column has the name of one of Landbase's own, `LB_…`.

Landbase's system columns are never mapped and are excluded from an import. Files that were exported
from Landbase carry them. The column is left out of what is sent.

Options::

    --for landbase

Bad::

    email,LB_SCORE
    ann@kestrel-labs.com,7

Findings::

    1:LB_SCORE LDB102 a system column of Landbase; it is left out

Good::

    email,score
    ann@kestrel-labs.com,7

Fixed::

    email
    ann@kestrel-labs.com
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity, strip_invisible


def check(view: FileView) -> Iterator[Problem]:
    for column in view.headers:
        if column.position not in view.used and strip_invisible(column.name).startswith("LB_"):
            yield view.at(column, safety=Safety.SAFE, old=column.name, new="")


RULE = Rule(
    code="LDB102",
    name="system-column",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    profiles=frozenset({"landbase"}),
    message="a system column of Landbase; it is left out",
    check=check,
)
