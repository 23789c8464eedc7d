"""The provider does not take this column.

TextUs answers "Invalid headers provided", Experiture refuses a column that is mapped to a field
its object lacks (CDP_ETL.VALIDATION.REQUEST_SCHEMA), TalkValue has eleven fields and reads no
other, and a Dotdigital data field's name is 1 to 20 letters, digits, `_` or `-`. The column is
left out of what is sent. `--map "Their header=field"` says where it belongs.

Options::

    --for textus

Bad::

    name,phone_number,badge
    Ann Bell,+14155552671,gold

Findings::

    1:badge HDR205 TextUs takes no such column; it is left out

Good::

    name,phone_number,tags
    Ann Bell,+14155552671,gold

Fixed::

    name,phone_number
    Ann Bell,+14155552671
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity, strip_invisible


def check(view: FileView) -> Iterator[Problem]:
    title = view.profile.title
    refused = view.profile.unknown_columns == "refuse"
    for column in view.headers:
        if column.position in view.used or not strip_invisible(column.name):
            continue
        if refused:
            yield view.at(column, message=f"{title} takes no such column", severity=Severity.ERROR)
        else:
            message = f"{title} takes no such column; it is left out"
            if view.profile.unknown_columns == "keep":
                message = f"{title} can hold no column of this name; it is left out until renamed"
            yield view.at(column, message=message, safety=Safety.SAFE, old=column.name, new="")


RULE = Rule(
    code="HDR205",
    name="header-unknown",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    message="the provider takes no such column",
    check=check,
)
