"""The file has a header and no rows below it.

Usually a filter of the export matched nothing. A provider would accept the file and do nothing.

Bad::

    email,first_name

Findings::

    1 FIL009 no rows below the header

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    if view.layout.header and not view.rows:
        yield Problem(line=view.layout.header_line)


RULE = Rule(
    code="FIL009",
    name="no-data-rows",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="no rows below the header",
    check=check,
)
