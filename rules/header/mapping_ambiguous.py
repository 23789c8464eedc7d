"""Two columns claim one field.

Which of two addresses is the contact's is not for a program to decide. `--map "Work Email=-"` says
that a column is not the field, `--map "Work Email=email"` that it is, and the others are not. Under
the general profile it only matters for the field by which contacts are told apart; under a
provider's, for every field that is sent.

Options::

    --for dotdigital

Bad::

    Email,Work Email,FIRSTNAME
    ann@kestrel-labs.com,a.bell@kestrel-labs.com,Ann

Findings::

    1:Work Email HDR208 it claims `email`, as `Email` (column 1) does; keep one: --map Email=email or --map 'Work Email=email'

Good::

    Email,WORKMAIL,FIRSTNAME
    ann@kestrel-labs.com,a.bell@kestrel-labs.com,Ann
"""  # noqa: E501 - a message stands as it is

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import Column, FileView, Problem, Rule, Scope, Severity, map_option


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
            yield view.at(column, message=_asked(view, field, first[field], column))
        else:
            first[field] = column


def _asked(view: FileView, field: str, first: Column, second: Column) -> str:
    message = f"it claims `{field}`, as `{first.name.strip()}` (column {first.position + 1}) does"
    blank = [one for one in (first, second) if not view.filled[one.position]]
    if len(blank) == 1:
        name = blank[0].name.strip()
        return f"{message}; `{name}` is empty: {map_option(name, None)}"
    if first.matched == second.matched == "option":
        return f"{message}, and --map or the config says both"
    options = [map_option(one.name, field) for one in (first, second)]
    return f"{message}; keep one: {' or '.join(options)}"


RULE = Rule(
    code="HDR208",
    name="mapping-ambiguous",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="two columns claim one field",
    check=check,
)
