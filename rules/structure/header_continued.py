"""Lines below the header describe the columns: other names for them, or their types.

Survey tools write the question below the name and an import id below that; CRMs write the labels of
their interface. A provider would import such a line as a contact. The lines are dropped when the
header line is certain: its names are known, or `--header-row` gives it.

Bad::

    Email,First Name,Company
    text,text,text
    ann@kestrel-labs.com,Ann,Kestrel Labs

Findings::

    2 STR113 1 line below the header describes the columns and is not a contact

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
            "1 line below the header describes the columns and is not a contact"
            if lines == 1
            else f"{lines} lines below the header describe the columns and are not contacts",
            line=view.layout.header_line + 1,
            safety=Safety.SAFE if view.layout.header_certain else None,
        )


RULE = Rule(
    code="STR113",
    name="header-continued",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="lines below the header describe the columns",
    check=check,
)
