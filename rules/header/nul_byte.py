r"""A column's name contains a NUL character.

Programs that pad their fields with NULs write it, and files that were cut off have it. Databases
end a name there, or refuse it. If the name without it is known, it is removed; otherwise what it
replaced is unknown, and `--unsafe-fixes` removes it.

Bad::

    email,first\x00_name
    ann@kestrel-labs.com,Ann

Findings::

    1 HDR216 the name of column 2 has a NUL character

Good::

    email,first_name
    ann@kestrel-labs.com,Ann

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity, bare_name


def check(view: FileView) -> Iterator[Problem]:
    for column in view.headers:
        if "\0" in column.name:
            safety = Safety.SAFE if column.field else Safety.UNSAFE
            message = f"the name of column {column.position + 1} has a NUL character"
            line, new = view.layout.header_line, bare_name(column.name)
            yield Problem(message, line=line, safety=safety, old=column.name, new=new)


RULE = Rule(
    code="HDR216",
    name="header-nul",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="a NUL character in a name",
    check=check,
    safety=Safety.SAFE,
)
