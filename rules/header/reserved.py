"""The provider reserves this name, so it cannot hold a column of that name.

Dotdigital keeps `contactid`, `notes`, `unsubscribed` and others for itself and allows no data field
with such a name. The column is not sent until it is renamed. What Dotdigital would do with it is
not documented, so under its profile this is a warning.

Options::

    --for dotdigital

Bad::

    Email,FIRSTNAME,ContactID
    ann@kestrel-labs.com,Ann,7

Findings::

    1:ContactID HDR210 Dotdigital reserves this name: the column is not sent until you rename it

Good::

    Email,FIRSTNAME,Crm_ID
    ann@kestrel-labs.com,Ann,7

Fixed::

    Email,FIRSTNAME
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity, strip_invisible


def check(view: FileView) -> Iterator[Problem]:
    own = {field.header.casefold() for field in view.profile.fields.values() if field.header}
    for column in view.headers:
        name = strip_invisible(column.name).casefold()
        if name in view.profile.reserved - own and column.position not in view.used:
            title = view.profile.title
            message = f"{title} reserves this name: the column is not sent until you rename it"
            yield view.at(column, message=message, safety=Safety.SAFE, old=column.name, new="")


RULE = Rule(
    code="HDR210",
    name="header-reserved",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="the provider reserves this name",
    check=check,
)
