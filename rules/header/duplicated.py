"""Two columns have the same name.

Which of them a provider reads is unknown. Names that differ only in case and whitespace are the
same to Dotdigital, which accepts `Email` in any case.

Bad::

    email,first_name,Email
    ann@kestrel-labs.com,Ann,a.bell@kestrel-labs.com

Findings::

    1:Email HDR203 same name as column 1

Good::

    email,first_name,other_email
    ann@kestrel-labs.com,Ann,a.bell@kestrel-labs.com
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import (
    FileView,
    Problem,
    Rule,
    Scope,
    Severity,
    drop_zero_width,
    strip_invisible,
)


def check(view: FileView) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for column in view.headers:
        name = strip_invisible(drop_zero_width(column.name)).casefold()
        if not name:
            continue
        if name in first:
            message = f"same name as column {first[name] + 1}"
            yield view.at(column, message=message)
        else:
            first[name] = column.position


RULE = Rule(
    code="HDR203",
    name="header-duplicated",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="two columns have the same name",
    check=check,
)
