"""There is a header and nothing under it.

A filter of the export let nothing through. A provider would take the file, and do nothing.

Bad::

    email,first_name

Findings::

    1 FIL009 no rows under the header

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
    message="no rows under the header",
    check=check,
)
