"""Two columns claim one field.

Which of two addresses is the contact's is not for a program to decide. `--map "Work Email=-"` says
that a column is not the field. Under the general profile it only matters for the field by which
contacts are told apart; under a provider's, for every field that is sent.

Options::

    --for dotdigital

Bad::

    Email,Work Email,FIRSTNAME
    ann@kestrel-labs.com,a.bell@kestrel-labs.com,Ann

Findings::

    1:Work Email HDR208 it claims `email`, as column 1 does

Good::

    Email,WORKMAIL,FIRSTNAME
    ann@kestrel-labs.com,a.bell@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    profile = view.profile
    joined = {piece for column in view.columns if column.pieces for piece in column.pieces}
    pieces = {view.columns[position].field for position in joined}
    first: dict[str, int] = {}
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
            yield view.at(column, message=f"it claims `{field}`, as column {first[field] + 1} does")
        else:
            first[field] = column.position


RULE = Rule(
    code="HDR208",
    name="mapping-ambiguous",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="two columns claim one field",
    check=check,
)
