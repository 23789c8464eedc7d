r"""The file has no bytes, or not a single line with text in it.

There is no header, so there is nothing to read. Usually the export failed, or the file was saved
before its content was written.

Bad::

    \x20
    \x20

Findings::

    FIL001 the file is empty

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    if view.layout.content == "empty" or (
        view.layout.content == "table" and not view.layout.header
    ):
        yield Problem()


RULE = Rule(
    code="FIL001",
    name="file-empty",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="the file is empty",
    check=check,
)
