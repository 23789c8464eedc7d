"""A column that the provider requires is not there.

Dotdigital says ERROR_NO_EMAIL_COLUMN, TextUs "Missing required headers: name.". The columns that
come nearest are named, by their names and by what their cells look like; none is taken without
being asked for. `--map "Their header=field"` says which one it is. Of fields that stand for one
another (`--any-of email,phone`) one is enough.

Options::

    --for dotdigital

Bad::

    Emial Adress,Elektronisch,FIRSTNAME
    paper,ann@kestrel-labs.com,Ann

Findings::

    1 HDR202 no column holds the required `Email`; nearest: `Elektronisch` (its cells look like email addresses), `Emial Adress`; say which with --map Elektronisch=email

Good::

    Email,FIRSTNAME
    ann@kestrel-labs.com,Ann
"""  # noqa: E501 - a message stands as it is

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity, map_option


def check(view: FileView) -> Iterator[Problem]:
    if not view.headers:
        return
    held = {column.field for column in view.columns}
    for name in view.profile.required:
        if name not in held:
            message = f"no column holds the required `{view.profile.fields[name].header or name}`"
            yield Problem(
                message + _pieces(view, name) + _nearest(view, name), line=view.layout.header_line
            )
    for demand in view.profile.any_of:
        if not any(all(name in held for name in names) for names in demand):
            said = " or ".join(" with ".join(f"`{name}`" for name in names) for names in demand)
            near = _nearest(view, demand[0][0])
            yield Problem(f"no column holds {said}{near}", line=view.layout.header_line)


def _pieces(view: FileView, name: str) -> str:
    """Of which other columns it could be made, and which of them is there."""
    pieces = view.profile.joins.get(name)
    if not pieces:
        return ""
    there = {column.field: column.name.strip() for column in view.headers}
    held = [f"`{there[piece]}` holds {piece}" for piece in pieces if piece in there]
    lacking = " and ".join(piece for piece in pieces if piece not in there)
    if not held:
        return f" (nor {lacking}, of which it could be made)"
    return f" ({', '.join(held)}; with {lacking} it could be made)"


def _nearest(view: FileView, name: str) -> str:
    found = view.candidates(view.profile.fields[name])
    if not found:
        return f'; say which one it is with --map "Their header={name}"'
    shown = [f"`{one.name}`" + (f" ({one.evidence})" if one.evidence else "") for one in found]
    return f"; nearest: {', '.join(shown)}; say which with {map_option(found[0].name, name)}"


RULE = Rule(
    code="HDR202",
    name="column-missing",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="a required column is missing",
    check=check,
)
