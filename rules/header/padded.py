r"""A column's name has spaces or invisible characters around or in it.

To a program, `Email` and `Email ` are two names, and `="Email"` is a third. TextUs answers "Invalid
headers provided", Dotdigital ERROR_NO_EMAIL_COLUMN.

Bad::

    email, first_name
    ann@kestrel-labs.com,Ann

Findings::

    1: first_name HDR207 spaces or invisible characters around the name

Good::

    email,first_name
    ann@kestrel-labs.com,Ann

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import (
    FileView,
    Problem,
    Rule,
    Safety,
    Scope,
    Severity,
    bare_name,
    drop_zero_width,
    strip_invisible,
)


def check(view: FileView) -> Iterator[Problem]:
    for column in view.headers:
        bare = bare_name(column.name)
        if bare and bare != column.name:
            wrapped = bare != strip_invisible(drop_zero_width(column.name))
            message = 'the name is wrapped as a spreadsheet formula (`="…"`)' if wrapped else ""
            yield view.at(column, message=message, safety=Safety.SAFE, old=column.name, new=bare)


RULE = Rule(
    code="HDR207",
    name="header-padded",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    message="spaces or invisible characters around the name",
    check=check,
    safety=Safety.SAFE,
)
