r"""Blanks or invisible characters stand around or in a column's name.

`Email` and `Email ` are two names to a program. TextUs answers "Invalid headers provided",
Dotdigital ERROR_NO_EMAIL_COLUMN.

Bad::

    email, first_name
    ann@kestrel-labs.com,Ann

Findings::

    1: first_name HDR207 blanks or invisible characters around the name

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
    drop_zero_width,
    strip_invisible,
)


def check(view: FileView) -> Iterator[Problem]:
    for column in view.headers:
        bare = strip_invisible(drop_zero_width(column.name))
        if bare and bare != column.name:
            yield view.at(column, safety=Safety.SAFE, old=column.name, new=bare)


RULE = Rule(
    code="HDR207",
    name="header-padded",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    message="blanks or invisible characters around the name",
    check=check,
    safety=Safety.SAFE,
)
