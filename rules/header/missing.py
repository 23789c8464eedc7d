"""The first row looks like data: the header is missing.

A provider would read the first contact as the column names, and lose it. TextUs answers "Missing
required headers", Dotdigital ERROR_NO_EMAIL_COLUMN. preflight reports nothing else about the
columns then, because their names are values.

Bad::

    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Findings::

    1 HDR201 the first row looks like data, not a header: add a line of column names above it

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    if view.header_is_data:
        yield Problem(line=view.layout.header_line)


RULE = Rule(
    code="HDR201",
    name="header-missing",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="the first row looks like data, not a header: add a line of column names above it",
    check=check,
)
