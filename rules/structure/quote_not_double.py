r"""Cells are not quoted with doubled double quotes, but with `'…'`, `\"`, or spaces before `"`.

Databases write backslashes, scripts write single quotes. RFC 4180 allows neither, nor spaces before
a quote: a strict reader makes such a quote part of the value, and splits the cell at the next
delimiter. The file is rewritten with double quotes.

Bad::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel \"Labs\", Inc.",Ann
    bob@kestrel-labs.com,"Pike \"Sons\" Ltd",Bob

Findings::

    1 STR112 quotes are escaped with a backslash, not doubled

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
    problems = (
        (layout.quote != '"', "cells are quoted with single quotes, not double quotes"),
        (layout.escape, "quotes are escaped with a backslash, not doubled"),
        (layout.spaced, "spaces before opening quotes"),
    )
    for odd, message in problems:
        if odd:
            yield Problem(message, line=layout.header_line, safety=Safety.SAFE)


RULE = Rule(
    code="STR112",
    name="quote-not-double",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="cells are not quoted with doubled double quotes",
    check=check,
)
