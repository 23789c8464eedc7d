"""The column says who may be written to, and the provider has no such column.

Who unsubscribed, or never opted in, is imported like everybody else. Remove those rows first, or
import them to where the provider keeps such contacts. The column itself is not sent.

Options::

    --for talkvalue

Bad::

    email,Accepts Marketing
    ann@kestrel-labs.com,true
    bob@kestrel-labs.com,false

Findings::

    1:Accepts Marketing HDR213 TalkValue has no column for consent: it will not be sent; first remove the contacts who did not agree

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
"""  # noqa: E501 - a message is one line

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity, holds_consent


def check(view: FileView) -> Iterator[Problem]:
    for column in view.headers:
        if column.position in view.used or not holds_consent(column.name):
            continue
        if view.profile.unknown_columns in ("keep", "refuse") or column.matched == "option":
            continue
        message = (
            f"{view.profile.title} has no column for consent: it will not be sent; first remove "
            "the contacts who did not agree"
        )
        yield view.at(column, message=message)


RULE = Rule(
    code="HDR213",
    name="consent-left-out",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    message="the provider has no column for consent",
    check=check,
)
