"""Each line is one quoted cell, with the whole row inside.

A spreadsheet does this to a CSV that it opened without splitting it into columns. A provider would
read one column, whose name is the whole header. What is inside is read instead, and written as
columns. If only some lines are quoted so, nothing tells how to read the others.

Bad::

    "email,company,first_name"
    "ann@kestrel-labs.com,""Kestrel Labs, Inc."",Ann"
    "bob@kestrel-labs.com,Kestrel Labs,Bob"

Findings::

    1 STR116 each line is one quoted cell: a spreadsheet saved the rows without splitting them

Good::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel Labs, Inc.",Ann
    bob@kestrel-labs.com,Kestrel Labs,Bob

Fixed::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel Labs, Inc.",Ann
    bob@kestrel-labs.com,Kestrel Labs,Bob
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity

_SOME = (
    "the header is one quoted cell with all names inside, but not each line is quoted so: take "
    "the outer quotes away"
)


def check(view: FileView) -> Iterator[Problem]:
    if view.layout.wrapped:
        yield Problem(line=1, safety=Safety.SAFE)
    elif view.names_in_one_cell:
        yield Problem(_SOME, line=view.layout.header_line)


RULE = Rule(
    code="STR116",
    name="line-quoted",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="each line is one quoted cell: a spreadsheet saved the rows without splitting them",
    check=check,
    safety=Safety.SAFE,
)
