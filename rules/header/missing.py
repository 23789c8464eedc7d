"""The first row looks like data: the header is missing.

A provider would read the first contact as the column names, and lose it. TextUs answers "Missing
required headers", Dotdigital ERROR_NO_EMAIL_COLUMN. preflight reports nothing else about the
columns then, because their names are values. Numbers above columns of numbers are data, too.

Bad::

    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Findings::

    1 HDR201 the first row looks like data, not a header: add a line of column names above it

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity

_LETTER_OR_AT = re.compile(r"[^\W\d_]|@")


def check(view: FileView) -> Iterator[Problem]:
    if view.header_is_data:
        line, message = view.layout.header_line, RULE.message
        if not any(_LETTER_OR_AT.search(name) for name in view.layout.header):
            message += f"; if the numbers are names, add `--header-row {line}`"
        yield Problem(message, line=line)


RULE = Rule(
    code="HDR201",
    name="header-missing",
    scope=Scope.HEADER,
    severity=Severity.ERROR,
    message="the first row looks like data, not a header: add a line of column names above it",
    check=check,
)
