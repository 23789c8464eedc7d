r"""Cells are quoted in another way than with doubled double quotes: `'…'`, `\"`, blanks before `"`.

Databases write backslashes, scripts single quotes. RFC 4180 knows neither, nor blanks in front of
a quote: to a reader that keeps to it such a quote is part of the value, and a delimiter behind it
cuts the cell in two. The file is written anew with double quotes.

Bad::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel \"Labs\", Inc.",Ann
    bob@kestrel-labs.com,"Pike \"Sons\" Ltd",Bob

Findings::

    1 STR112 quotes are escaped by a backslash, not doubled

Good::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel ""Labs"", Inc.",Ann

Fixed::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel ""Labs"", Inc.",Ann
    bob@kestrel-labs.com,"Pike ""Sons"" Ltd",Bob
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    layout = view.layout
    if not layout.header:
        return
    said = (
        (layout.quote != '"', "cells are quoted by single quotes, not by double ones"),
        (layout.escape, "quotes are escaped by a backslash, not doubled"),
        (layout.spaced, "blanks stand in front of opening quotes"),
    )
    for odd, message in said:
        if odd:
            yield Problem(message, line=layout.header_line, safety=Safety.SAFE)


RULE = Rule(
    code="STR112",
    name="quote-not-double",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="cells are not quoted by doubled double quotes",
    check=check,
)
