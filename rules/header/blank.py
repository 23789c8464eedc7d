"""A column has values but no name.

A name was deleted, or the rows are longer than the header. Without a name no provider knows what
the values are: Dotdigital wants the name of a data field, TextUs refuses headers it does not know.
`--map "#2=company"` says what the second column holds; `--map "#2=-"` leaves it out.

Bad::

    email,,first_name
    ann@kestrel-labs.com,Kestrel Labs,Ann

Findings::

    1: HDR204 column 2 has values but no name (words, 12 characters): say its field with `--map "#2=FIELD"`, or leave it out with `--map "#2=-"`

Good::

    email,company,first_name
    ann@kestrel-labs.com,Kestrel Labs,Ann
"""  # noqa: E501 - a message is one line

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import (
    Column,
    FileView,
    Looks,
    Problem,
    Rule,
    Scope,
    Severity,
    map_option,
    strip_invisible,
)


def check(view: FileView) -> Iterator[Problem]:
    for column in view.headers:
        settled = column.matched == "option"
        if settled or strip_invisible(column.name) or not view.filled[column.position]:
            continue
        yield view.at(column, message=_message(view, column))


def _message(view: FileView, column: Column) -> str:
    looks = view.looks[column.position] if column.position < len(view.looks) else Looks({})
    number = column.position + 1
    shape = f" ({looks.shape})" if looks.shape else ""
    field = looks.surely() or "FIELD"
    options = f"`{map_option(column.position, field)}`", f"`{map_option(column.position, None)}`"
    return (
        f"column {number} has values but no name{shape}: say its field with {options[0]}, "
        f"or leave it out with {options[1]}"
    )


RULE = Rule(
    code="HDR204",
    name="header-blank",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="the column has values but no name",
    check=check,
)
