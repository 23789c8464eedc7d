"""A column has values but no name.

A name was deleted, or the rows are longer than the header. Without a name no provider knows what
the values are: Dotdigital wants the name of a data field, TextUs refuses headers it does not know.

Bad::

    email,,first_name
    ann@kestrel-labs.com,Kestrel Labs,Ann

Findings::

    1: HDR204 the column has values but no name

Good::

    email,company,first_name
    ann@kestrel-labs.com,Kestrel Labs,Ann
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity, strip_invisible


def check(view: FileView) -> Iterator[Problem]:
    for column in view.headers:
        if not strip_invisible(column.name) and view.filled[column.position]:
            yield view.at(column)


RULE = Rule(
    code="HDR204",
    name="header-blank",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="the column has values but no name",
    check=check,
)
