"""The column has another name than the provider's, and is sent under the provider's name.

People read `E-mail Address` as an email; Dotdigital wants `Email`, and TextUs accepts only its own
headers. The message makes the change visible; `--map` overrides it.

Options::

    --for dotdigital

Bad::

    E-mail Address,First name
    ann@kestrel-labs.com,Ann

Findings::

    1:E-mail Address HDR206 read and sent as `Email`
    1:First name HDR206 read and sent as `FIRSTNAME`

Good::

    Email,FIRSTNAME
    ann@kestrel-labs.com,Ann

Fixed::

    Email,FIRSTNAME
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    claims = Counter(column.field for column in view.headers)
    for column in view.headers:
        # Where two columns could be the field, neither is read as it; HDR208 says so.
        if column.matched != "alias" or column.field is None or claims[column.field] > 1:
            continue
        wanted = view.profile.fields[column.field].header
        if wanted is not None:
            message = f"read and sent as `{wanted}`"
            yield view.at(column, message=message, safety=Safety.SAFE, old=column.name, new=wanted)


RULE = Rule(
    code="HDR206",
    name="header-aliased",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    message="known under another name",
    check=check,
    yields_to=frozenset({"HDR215"}),
    safety=Safety.SAFE,
)
