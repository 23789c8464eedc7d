"""The provider reserves this name for itself, so no column of it can be held.

Dotdigital keeps `contactid`, `notes`, `unsubscribed` and others for its own and makes no data field
of such a name. Rename the column, or leave it out with `--map "Notes=-"`.

Options::

    --for dotdigital

Bad::

    Email,FIRSTNAME,ContactID
    ann@kestrel-labs.com,Ann,7

Findings::

    1:ContactID HDR210 Dotdigital reserves this name; rename the column, or leave it out with --map 'ContactID=-'

Good::

    Email,FIRSTNAME,Crm_ID
    ann@kestrel-labs.com,Ann,7
"""  # noqa: E501 - a finding is one line

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity, strip_invisible


def check(view: FileView) -> Iterator[Problem]:
    for column in view.headers:
        name = strip_invisible(column.name)
        known = view.profile.fields.get(column.field or "")
        if column.position not in view.sent or (known is not None and known.header is not None):
            continue
        if name.casefold() in view.profile.reserved:
            message = (
                f"{view.profile.title} reserves this name; rename the column, or leave it out "
                f"with --map '{name}=-'"
            )
            yield view.at(column, message=message)


RULE = Rule(
    code="HDR210",
    name="header-reserved",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="the provider reserves this name",
    check=check,
)
