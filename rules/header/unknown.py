"""The provider has no such column.

TextUs answers "Invalid headers provided", Experiture refuses a column mapped to a field that its
object lacks (CDP_ETL.VALIDATION.REQUEST_SCHEMA), TalkValue has eleven fields and reads no others,
and the name of a Dotdigital data field is 1 to 20 letters, digits, `_` or `-`. The column is not
sent. `--map "Their header=field"` assigns it to a field; if its name or its cells suggest one, the
message shows that option, but preflight does not apply it.

Options::

    --for textus

Bad::

    name,phone_number,badge,bussiness
    Ann Bell,+14155552671,gold,Kestrel Labs

Findings::

    1:badge HDR205 TextUs has no such column: it will not be sent
    1:bussiness HDR205 TextUs has no such column: it will not be sent; did you mean `--map bussiness=company`?

Good::

    name,phone_number,tags
    Ann Bell,+14155552671,gold

Fixed::

    name,phone_number
    Ann Bell,+14155552671
"""  # noqa: E501 - a message is one line

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
    holds_consent,
    map_option,
    strip_invisible,
)


def check(view: FileView) -> Iterator[Problem]:
    title = view.profile.title
    refused = view.profile.unknown_columns == "refuse"
    for column in view.headers:
        if column.position in view.used or not strip_invisible(column.name):
            continue
        if view.profile.unknown_columns == "keep":
            # Only the name is not allowed, and the provider's own rule says why.
            continue
        # Consent has a rule of its own.
        if column.matched == "option" or (not refused and holds_consent(column.name)):
            continue
        meant = _meant(view, column)
        if refused:
            message = f"{title} has no such column{meant}"
            yield view.at(column, message=message, severity=Severity.ERROR)
        else:
            message = f"{title} has no such column: it will not be sent{meant}"
            yield view.at(column, message=message, safety=Safety.SAFE, old=column.name, new="")


def _meant(view: FileView, column: Column) -> str:
    if column.field is not None:
        field = view.saved_by(column)
        return f"; send it with `{map_option(column.name, field)}`" if field else ""
    found = view.suggested(column)
    if found is None:
        return ""
    why = f"{found.evidence}; " if found.evidence else ""
    return f"; {why}did you mean `{map_option(found.name, found.field)}`?"


RULE = Rule(
    code="HDR205",
    name="header-unknown",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    message="the provider has no such column",
    check=check,
    yields_to=frozenset({"STR115", "STR116", "HDR215"}),
    safety=Safety.SAFE,
)
