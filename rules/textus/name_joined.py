"""The name that TextUs wants is joined from several columns.

TextUs requires `name`, in one column. This file has first and last name in two; they are sent as
one, joined by a space, and not separately.

Options::

    --for textus

Bad::

    First Name,Last Name,Phone
    Ann,Bell,+14155552671

Findings::

    1 TXU101 the name is joined from First Name and Last Name

Good::

    name,phone_number
    Ann Bell,+14155552671

Fixed::

    phone_number,name
    +14155552671,Ann Bell
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    names = {column.position: column.name for column in view.headers}
    for column in view.columns:
        if not column.pieces or not all(piece in names for piece in column.pieces):
            continue
        pieces = " and ".join(names[piece] for piece in column.pieces)
        known = view.profile.fields[column.field or ""]
        yield Problem(
            f"the {known.header} is joined from {pieces}",
            line=view.layout.header_line,
            safety=Safety.SAFE,
            old=pieces,
            new=known.header,
        )


RULE = Rule(
    code="TXU101",
    name="name-joined",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    profiles=frozenset({"textus"}),
    message="the name is joined from several columns",
    check=check,
)
