"""The column is mapped to a field that TalkValue does not have.

TalkValue's mapping has eleven targets, from EMAIL to JOINED_AT. The column would not be sent,
though you asked for it: map it to one of these fields, or remove the mapping.

Options::

    --for talkvalue --map City=city

Bad::

    email,City
    ann@kestrel-labs.com,Leeds

Findings::

    1:City TKV101 `city` is not one of TalkValue's eleven fields

GoodOptions::

    --for talkvalue

Good::

    email,company_name
    ann@kestrel-labs.com,Kestrel Labs
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    for column in view.headers:
        known = view.profile.fields.get(column.field or "")
        if column.matched == "option" and known is not None and known.header is None:
            yield view.at(
                column,
                message=f"`{known.name}` is not one of TalkValue's eleven fields",
            )


RULE = Rule(
    code="TKV101",
    name="target-unknown",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    profiles=frozenset({"talkvalue"}),
    message="not a field of TalkValue",
    check=check,
)
