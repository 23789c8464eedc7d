"""The header is commented out: `#` stands in front of its first name.

Scripts mark the line of names so. A provider reads `#email` as a name that it does not know. The
mark is taken away if the name behind it is known.

Bad::

    #email,first_name
    ann@kestrel-labs.com,Ann

Findings::

    1 HDR217 the header is commented out with `#`

Good::

    #,email
    1,ann@kestrel-labs.com

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    if view.layout.header_flaw == "commented":
        yield Problem(line=view.layout.header_line, safety=Safety.SAFE)


RULE = Rule(
    code="HDR217",
    name="header-commented",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    message="the header is commented out with `#`",
    check=check,
    safety=Safety.SAFE,
)
