"""The column is mapped to a field that TextUs does not have.

TextUs answers a header that it does not accept with "Invalid headers provided". The column would
not be sent, though you asked for it: map it to an accepted header, or remove the mapping.

Options::

    --for textus --map City=city

Bad::

    name,phone_number,City
    Ann Bell,+14155552671,Leeds

Findings::

    1:City TXU102 TextUs has no header for `city`; it accepts name, phone_number, business and tags

GoodOptions::

    --for textus

Good::

    name,phone_number,business
    Ann Bell,+14155552671,Kestrel Labs
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    headers = [field.header for field in view.profile.fields.values() if field.header]
    accepted = f"{', '.join(headers[:-1])} and {headers[-1]}"
    for column in view.headers:
        known = view.profile.fields.get(column.field or "")
        if column.matched == "option" and known is not None and known.header is None:
            yield view.at(
                column,
                message=f"TextUs has no header for `{known.name}`; it accepts {accepted}",
            )


RULE = Rule(
    code="TXU102",
    name="target-not-accepted",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    profiles=frozenset({"textus"}),
    message="not a header that TextUs accepts",
    check=check,
)
