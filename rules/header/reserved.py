"""The provider reserves this name for itself, so no column of it can be held.

Dotdigital keeps `contactid`, `notes`, `unsubscribed` and others for its own and makes no data field
of such a name. The column is left out of what is sent until it is renamed; what Dotdigital would do
with it is not documented, so under its profile this is a warning.

Options::

    --for dotdigital

Bad::

    Email,FIRSTNAME,ContactID
    ann@kestrel-labs.com,Ann,7

Findings::

    1:ContactID HDR210 Dotdigital reserves this name; it is left out until renamed

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
    own = {one.header.casefold() for one in view.profile.fields.values() if one.header}
    for column in view.headers:
        name = strip_invisible(column.name).casefold()
        if name in view.profile.reserved - own and column.position not in view.used:
            message = f"{view.profile.title} reserves this name; it is left out until renamed"
            yield view.at(column, message=message, safety=Safety.SAFE, old=column.name, new="")


RULE = Rule(
    code="HDR210",
    name="header-reserved",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="the provider reserves this name",
    check=check,
)
