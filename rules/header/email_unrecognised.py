"""No column was recognised as the email address, so that no address is checked.

The name is unknown, or the file has none. A provider that requires the column has a rule of its
own. The message names the closest columns, by their names and by what their cells look like;
`--map "Their header=email"` says which one it is.

Bad::

    name,Elektronisch
    Ann Bell,ann@kestrel-labs.com

Findings::

    1 HDR212 no column was recognised as email addresses, so none are checked; closest: `Elektronisch` (its cells look like email addresses); choose one with `--map Elektronisch=email`

Good::

    name,email
    Ann Bell,ann@kestrel-labs.com
"""  # noqa: E501 - a message is one line

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity, map_option


def check(view: FileView) -> Iterator[Problem]:
    profile = view.profile
    field = profile.fields.get("email")
    if field is None or field.required or not view.headers or profile.any_of:
        return
    wanted = profile.is_general or field.header is not None
    if not wanted or any(column.field == field.name for column in view.columns):
        return
    message = "no column was recognised as email addresses, so none are checked"
    found = view.candidates(field)
    if found:
        shown = [f"`{one.name}`" + (f" ({one.evidence})" if one.evidence else "") for one in found]
        option = map_option(found[0].name, field.name)
        message += f"; closest: {', '.join(shown)}; choose one with `{option}`"
    else:
        message += f'; name the column with `--map "Their header={field.name}"`'
    yield Problem(message, line=view.layout.header_line)


RULE = Rule(
    code="HDR212",
    name="email-unrecognised",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    message="no column was recognised as email addresses",
    check=check,
    yields_to=frozenset({"STR115", "STR116", "HDR215"}),
)
