"""Two columns have the same name.

Which of them a provider reads is unknown. Names that differ only in case and whitespace are the
same to Dotdigital, which accepts `Email` in any case.

Bad::

    email,first_name,Email
    ann@kestrel-labs.com,Ann,a.bell@kestrel-labs.com

Findings::

    1:Email HDR203 same name as column 1: rename one of them, or leave one out with `--map "#1=-"` or `--map "#3=-"`

Good::

    email,first_name,other_email
    ann@kestrel-labs.com,Ann,a.bell@kestrel-labs.com
"""  # noqa: E501 - a message is one line

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import (
    Column,
    FileView,
    Problem,
    Rule,
    Scope,
    Severity,
    bare_name,
    map_option,
)


def check(view: FileView) -> Iterator[Problem]:
    first: dict[str, Column] = {}
    for column in view.headers:
        name = bare_name(column.name).casefold()
        if not name or (column.matched == "option" and column.field is None):
            continue
        other = first.setdefault(name, column)
        if other is column or _is_settled(view, other, column):
            continue
        leave_out = [map_option(each.position, None) for each in (other, column)]
        message = (
            f"same name as column {other.position + 1}: rename one of them, or leave one out with "
            f"`{leave_out[0]}` or `{leave_out[1]}`"
        )
        yield view.at(column, message=message)


def _is_settled(view: FileView, *columns: Column) -> bool:
    """Whether the user mapped one by its number, and the other is not sent."""
    chosen = any(column.matched == "option" for column in columns)
    return chosen and not view.sent.issuperset(column.position for column in columns)


RULE = Rule(
    code="HDR203",
    name="header-duplicated",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="two columns have the same name",
    check=check,
)
