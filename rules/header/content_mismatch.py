"""The cells of a column do not fit its name.

Two names were swapped, or a column was inserted and its header was not. Every row would be refused,
or worse, imported with a phone number as its address. The decision covers the whole file: fewer
than a fifth of the cells look like the field, and at least half of them look like one and the same
other thing. A wrong cell among correct ones is a finding of its row.

Bad::

    email,phone,created_at
    +14155552671,ann@kestrel-labs.com,Kestrel Labs
    +14155552672,bob@kestrel-labs.com,Corvid Ltd
    +14155552673,cleo@kestrel-labs.com,Swift & Co

Findings::

    1:email HDR209 its cells look like phone numbers, not email addresses (3 of 3); swapped with `phone`? `--map email=phone --map phone=email`
    1:phone HDR209 its cells look like email addresses, not phone numbers (3 of 3); swapped with `email`? `--map phone=email --map email=phone`
    1:created_at HDR209 its cells look like words, not dates or times (3 of 3): correct the name or the cells; with `--map created_at=-` they are not checked as dates or times

Good::

    email,phone,created_at
    ann@kestrel-labs.com,+14155552671,2026-04-21T15:30:00Z
    bob@kestrel-labs.com,+14155552672,2026-04-21T15:31:00Z
    cleo@kestrel-labs.com,+14155552673,2026-04-21T15:32:00Z
"""  # noqa: E501 - a message is one line

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import LOOK_NAMES, Column, FileView, Problem, Rule, Scope, Severity, map_option

_FURTHER = frozenset({"email", "phone"})


def check(view: FileView) -> Iterator[Problem]:
    found: dict[int, str] = {}
    for column in view.headers:
        # A further address or number has no field, but it is checked like the first one.
        checked = column.field is not None or column.kind in _FURTHER
        if checked and column.position in view.used:
            look = view.looks[column.position].instead_of(column.kind, column.field)
            if look is not None:
                found[column.position] = look
    for position, look in found.items():
        column = view.columns[position]
        yield view.at(column, message=_message(view, column, look, found))


def _message(view: FileView, column: Column, look: str, found: dict[int, str]) -> str:
    looks = view.looks[column.position]
    named = f"{str(column.field).replace('_', ' ')}s"
    wanted = named if column.kind == "text" else LOOK_NAMES.get(column.kind, named)
    share = f"{looks.counts[look]} of {looks.cells}"
    message = f"its cells look like {LOOK_NAMES[look]}, not {wanted} ({share})"
    for position, theirs in found.items():
        other = view.columns[position]
        fields = column.field is not None and other.field is not None
        if fields and other is not column and look == other.kind and theirs == column.kind:
            name = other.name.strip()
            options = (map_option(column.name, other.field), map_option(name, column.field))
            return f"{message}; swapped with `{name}`? `{' '.join(options)}`"
    meant = view.profile.fields.get(look)
    held = {other.field for other in view.columns}
    taken = meant is not None and (view.profile.is_general or meant.header is not None)
    if meant is not None and taken and look in _FURTHER and look not in held:
        option = map_option(column.name, look)
        return f"{message}: correct the name, or say what they are with `{option}`"
    option = map_option(column.name, None)
    then = f"they are not checked as {wanted}"
    if not view.profile.is_general and column.field is not None:
        then = "the column is not sent"
    return f"{message}: correct the name or the cells; with `{option}` {then}"


RULE = Rule(
    code="HDR209",
    name="content-mismatch",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="the cells of the column do not fit its name",
    check=check,
)
