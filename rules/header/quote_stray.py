"""A quote in the header is in the wrong place, or opens a name and never closes.

A strict program reads the rest of the file as one name, or joins names, so that all columns shift.
`first "n" name` is read as it is. If a quote does not close, the names are taken to end at the
delimiters, provided that the rows below have as many fields. They are written with correct quotes.

Bad::

    email,"first_name,last_name
    ann@kestrel-labs.com,Ann,Bell
    bob@kestrel-labs.com,Bob,Hall

Findings::

    1 HDR214 a quote in the header opens and never closes; each name ends at its delimiter

Good::

    email,first_name,"Size (5"")"
    ann@kestrel-labs.com,Ann,M

Fixed::

    email,first_name,last_name
    ann@kestrel-labs.com,Ann,Bell
    bob@kestrel-labs.com,Bob,Hall
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    layout = view.layout
    if layout.header_flaw == "stray":
        yield Problem(line=layout.header_line, severity=Severity.WARNING, safety=Safety.SAFE)
    elif layout.header_flaw == "unclosed":
        message = "a quote in the header opens and never closes"
        if view.well_formed * 2 > view.rows:
            message += "; each name ends at its delimiter"
            yield Problem(message, line=layout.header_line, safety=Safety.SAFE)
        else:
            message += f": correct line {layout.header_line}"
            yield Problem(message, line=layout.header_line)


RULE = Rule(
    code="HDR214",
    name="header-quote-stray",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="a quote in the wrong place in the header",
    check=check,
    yields_to=frozenset({"STR115"}),
    safety=Safety.SAFE,
)
