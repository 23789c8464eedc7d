"""A column that the provider requires is missing.

Dotdigital answers ERROR_NO_EMAIL_COLUMN, TextUs "Missing required headers: name.". The message
names the closest columns, by their names and by what their cells look like; preflight uses none of
them unless you ask. `--map "Their header=field"` says which column it is. Of fields that can
replace one another (`--any-of email,phone`) one is enough.

Options::

    --for dotdigital

Bad::

    Emial Adress,Elektronisch,FIRSTNAME
    paper,ann@kestrel-labs.com,Ann

Findings::

    1 HDR202 the required column `Email` is missing; closest: `Elektronisch` (its cells look like email addresses), `Emial Adress`; choose one with `--map Elektronisch=email`

Good::

    Email,FIRSTNAME
    ann@kestrel-labs.com,Ann
"""  # noqa: E501 - a message is one line

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity, map_option


def check(view: FileView) -> Iterator[Problem]:
    if not view.headers:
        return
    held = {column.field for column in view.columns}
    for name in view.profile.required:
        if name not in held:
            header = view.profile.fields[name].header or name
            message = f"the required column `{header}` is missing"
            yield Problem(
                message + _pieces(view, name) + _nearest(view, name), line=view.layout.header_line
            )
    for demand in view.profile.any_of:
        if not any(all(name in held for name in names) for names in demand):
            fields = " or ".join(" with ".join(f"`{name}`" for name in names) for names in demand)
            near = _nearest(view, demand[0][0])
            yield Problem(f"no column holds {fields}{near}", line=view.layout.header_line)


def _pieces(view: FileView, name: str) -> str:
    """The other fields that it can be joined from, and which of them the file has."""
    pieces = view.profile.joins.get(name)
    if not pieces:
        return ""
    names = {column.field: column.name.strip() for column in view.headers}
    held = [f"`{names[piece]}` holds {piece}" for piece in pieces if piece in names]
    lacking = " and ".join(piece for piece in pieces if piece not in names)
    if not held:
        return f" (and so are {lacking}, which it could be joined from)"
    return f" ({', '.join(held)}; add {lacking} to join them)"


def _nearest(view: FileView, name: str) -> str:
    found = view.candidates(view.profile.fields[name])
    pieces = view.profile.joins.get(name, ())
    alone = next((column for column in view.headers if column.field in pieces), None)
    if not found and alone is not None:
        return f"; or send that alone with `{map_option(alone.name, name)}`"
    if not found:
        return f'; name the column with `--map "Their header={name}"`'
    shown = [f"`{one.name}`" + (f" ({one.evidence})" if one.evidence else "") for one in found]
    option = map_option(found[0].name, name)
    return f"; closest: {', '.join(shown)}; choose one with `{option}`"


RULE = Rule(
    code="HDR202",
    name="column-missing",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="a required column is missing",
    check=check,
    yields_to=frozenset({"STR115", "STR116", "HDR215"}),
)
