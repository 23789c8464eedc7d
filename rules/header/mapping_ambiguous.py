"""Two columns could be the same field.

Only you know which of two addresses is the contact's. `--map "Work Email=-"` says that a column is
not the field; `--map "Work Email=email"` says that it is, and that the others are not. Under the
general profile this matters only for the field that identifies contacts; under a provider's
profile, for every field that is sent.

Options::

    --for dotdigital

Bad::

    Email,Work Email,FIRSTNAME
    ann@kestrel-labs.com,a.bell@kestrel-labs.com,Ann

Findings::

    1:Work Email HDR208 two columns could be `email`: `Email` (column 1) and `Work Email` (column 2); keep one with `--map Email=email` or `--map 'Work Email=email'`

Good::

    Email,WORKMAIL,FIRSTNAME
    ann@kestrel-labs.com,a.bell@kestrel-labs.com,Ann
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
    profile = view.profile
    joined = {piece for column in view.columns if column.pieces for piece in column.pieces}
    pieces = {view.columns[position].field for position in joined}
    first: dict[str, Column] = {}
    for column in view.headers:
        field = column.field
        if field is None:
            continue
        if (
            field not in profile.key
            and profile.fields[field].header is None
            and field not in pieces
        ):
            continue
        if field in first:
            yield view.at(column, message=_message(view, field, first[field], column))
        else:
            first[field] = column


def _message(view: FileView, field: str, first: Column, second: Column) -> str:
    both = " and ".join(
        f"`{column.name.strip()}` (column {column.position + 1})" for column in (first, second)
    )
    message = f"two columns could be `{field}`: {both}"
    same = bare_name(first.name).casefold() == bare_name(second.name).casefold()
    names = {column: column.position if same else column.name for column in (first, second)}
    blank = [column for column in (first, second) if not view.filled[column.position]]
    if len(blank) == 1:
        name = f"column {blank[0].position + 1}" if same else f"`{blank[0].name.strip()}`"
        return f"{message}; {name} is empty: ignore it with `{map_option(names[blank[0]], None)}`"
    if first.matched == second.matched == "option":
        return f"{message}; --map or the config names both: keep one"
    options = [f"`{map_option(name, field)}`" for name in names.values()]
    return f"{message}; keep one with {' or '.join(options)}"


RULE = Rule(
    code="HDR208",
    name="mapping-ambiguous",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="two columns could be the same field",
    check=check,
    yields_to=frozenset({"HDR203"}),
)
