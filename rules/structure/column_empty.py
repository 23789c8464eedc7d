"""A column has neither a name nor a value.

Spreadsheets write such columns where cells were cleared, and so do programs that end each line with
a delimiter, or the header alone. A provider that maps columns by name cannot map it; TextUs answers
headers it does not know with "Invalid headers provided". The column is dropped.

Bad::

    email,first_name,
    ann@kestrel-labs.com,Ann,
    bob@kestrel-labs.com,Bob,

Findings::

    1: STR108 the column has neither a name nor a value

Good::

    email,first_name
    ann@kestrel-labs.com,Ann

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity, strip_invisible


def check(view: FileView) -> Iterator[Problem]:
    if view.layout.header_surplus:
        message = "the header ends with a delimiter and the rows do not"
        yield Problem(message, line=view.layout.header_line, safety=Safety.SAFE)
    for column in view.headers:
        if not strip_invisible(column.name) and not view.filled[column.position]:
            yield view.at(column, safety=Safety.SAFE)


RULE = Rule(
    code="STR108",
    name="column-empty",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    message="the column has neither a name nor a value",
    check=check,
    safety=Safety.SAFE,
    drops=True,
)
