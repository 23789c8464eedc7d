"""The name that TextUs wants is made of several columns.

TextUs requires `name`, and takes one column for it. First and last name stand in two here; they are
sent as one, a blank between, and each by itself is not sent.

Options::

    --for textus

Bad::

    First Name,Last Name,Phone
    Ann,Bell,+14155552671

Findings::

    1 TXU101 the name is made of First Name and Last Name

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
            f"the {known.header} is made of {pieces}",
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
    message="the name is made of several columns",
    check=check,
)
