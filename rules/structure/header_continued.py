"""Under the header stands more of it: the names in other words, the types of the columns.

Survey tools write the question under the name and an id of import under that, CRMs the names of
their interface. A provider would take such a line for a contact. The lines are left away where it
is certain which line is the header: where its names are known, or `--header-row` says so.

Bad::

    Email,First Name,Company
    text,text,text
    ann@kestrel-labs.com,Ann,Kestrel Labs

Findings::

    2 STR113 1 line under the header says more about the columns, and is no contact

Good::

    Email,First Name,Company
    ann@kestrel-labs.com,Ann,Kestrel Labs

Fixed::

    Email,First Name,Company
    ann@kestrel-labs.com,Ann,Kestrel Labs
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    lines = view.layout.continued
    if lines:
        yield Problem(
            "1 line under the header says more about the columns, and is no contact"
            if lines == 1
            else f"{lines} lines under the header say more about the columns, and are no contacts",
            line=view.layout.header_line + 1,
            safety=Safety.SAFE if view.layout.header_certain else None,
        )


RULE = Rule(
    code="STR113",
    name="header-continued",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="lines under the header say more about the columns",
    check=check,
)
