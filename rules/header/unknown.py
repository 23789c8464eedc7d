"""The provider does not take this column.

TextUs answers "Invalid headers provided", Experiture refuses a column that is mapped to a field
its object lacks (CDP_ETL.VALIDATION.REQUEST_SCHEMA), TalkValue has eleven fields and reads no
other, and a Dotdigital data field's name is 1 to 20 letters, digits, `_` or `-`. The column is
left out of what is sent. `--map "Their header=field"` says where it belongs; where its name or its
cells give that away, the option is shown, and not taken.

Options::

    --for textus

Bad::

    name,phone_number,badge,bussiness
    Ann Bell,+14155552671,gold,Kestrel Labs

Findings::

    1:badge HDR205 TextUs takes no such column; it is left out
    1:bussiness HDR205 TextUs takes no such column; it is left out; did you mean --map bussiness=company?

Good::

    name,phone_number,tags
    Ann Bell,+14155552671,gold

Fixed::

    name,phone_number
    Ann Bell,+14155552671
"""  # noqa: E501 - a message stands as it is

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import (
    Column,
    FileView,
    Problem,
    Rule,
    Safety,
    Scope,
    Severity,
    map_option,
    strip_invisible,
)


def check(view: FileView) -> Iterator[Problem]:
    title = view.profile.title
    refused = view.profile.unknown_columns == "refuse"
    for column in view.headers:
        if column.position in view.used or not strip_invisible(column.name):
            continue
        if view.profile.unknown_columns == "keep" and column.matched != "option":
            # It is the name alone that will not do, and the provider's own rule says why.
            continue
        if column.matched == "option" and column.field:
            continue
        meant = _meant(view, column)
        if refused:
            message = f"{title} takes no such column{meant}"
            yield view.at(column, message=message, severity=Severity.ERROR)
        else:
            message = f"{title} takes no such column; it is left out"
            if view.profile.unknown_columns == "keep":
                message = f"{title} can hold no column of this name; it is left out until renamed"
            message += meant
            yield view.at(column, message=message, safety=Safety.SAFE, old=column.name, new="")


def _meant(view: FileView, column: Column) -> str:
    if column.field is not None:
        return ""
    found = view.suggested(column)
    if found is None:
        return ""
    why = f"{found.evidence}; " if found.evidence else ""
    return f"; {why}did you mean {map_option(found.name, found.field)}?"


RULE = Rule(
    code="HDR205",
    name="header-unknown",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    message="the provider takes no such column",
    check=check,
    safety=Safety.SAFE,
)
