"""The column is mapped to a field that TalkValue does not have.

A mapping of TalkValue has eleven targets, from EMAIL to JOINED_AT, and no other. The column would be left out, though you asked for it to be sent: map it
to a field there is, or take the mapping away.

Options::

    --for talkvalue --map City=city

Bad::

    email,City
    ann@kestrel-labs.com,Leeds

Findings::

    1:City TKV101 `city` is none of the eleven fields of TalkValue

GoodOptions::

    --for talkvalue

Good::

    email,company_name
    ann@kestrel-labs.com,Kestrel Labs
"""  # noqa: E501 - a finding is one line

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    for column in view.headers:
        known = view.profile.fields.get(column.field or "")
        if column.matched == "option" and known is not None and known.header is None:
            yield view.at(
                column,
                message=f"`{known.name}` is none of the eleven fields of TalkValue",
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
