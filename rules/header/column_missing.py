"""A column that the provider requires is not there.

Dotdigital says ERROR_NO_EMAIL_COLUMN, TextUs "Missing required headers: name.". The headers that
come nearest are named; `--map "Their header=field"` says which one it is.

Options::

    --for dotdigital

Bad::

    Emial Adress,FIRSTNAME
    ann@kestrel-labs.com,Ann

Findings::

    1 HDR202 no column holds the required `Email`; the nearest is `Emial Adress`

Good::

    Email,FIRSTNAME
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity

_NEAR = 0.6


def _likeness(header: str, names: tuple[str, ...]) -> float:
    """How much a header is like the most similar of some names; 0 to 1."""
    folded = header.casefold()
    return max(difflib.SequenceMatcher(None, folded, name.casefold()).ratio() for name in names)


def check(view: FileView) -> Iterator[Problem]:
    if not view.headers:
        return
    held = {column.field for column in view.columns}
    free = [column.name.strip() for column in view.headers if column.field is None]
    for name in view.profile.required:
        if name in held:
            continue
        field = view.profile.fields[name]
        message = f"no column holds the required `{field.header or name}`"
        if pieces := view.profile.joins.get(name):
            message += f" (nor its pieces {' and '.join(f'`{piece}`' for piece in pieces)})"
        known = (name, field.header or name, *field.aliases)
        near = sorted(
            (-_likeness(header, known), header)
            for header in free
            if _likeness(header, known) > _NEAR
        )
        if near:
            message += f"; the nearest is `{near[0][1]}`"
        yield Problem(message, line=view.layout.header_line)


RULE = Rule(
    code="HDR202",
    name="column-missing",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="a required column is missing",
    check=check,
)
