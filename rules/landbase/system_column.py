"""The column has the name of a Landbase system column, `LB_…`.

Landbase never maps its system columns and leaves them out of an import. Files exported from
Landbase have them. The column is not sent.

Options::

    --for landbase

Bad::

    email,LB_SCORE
    ann@kestrel-labs.com,7

Findings::

    1:LB_SCORE LDB102 a Landbase system column: it will not be sent

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
    message="a Landbase system column: it will not be sent",
    check=check,
)
