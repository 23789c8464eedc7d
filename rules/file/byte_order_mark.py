r"""A byte order mark stands in front of the header.

Spreadsheets write it. To a program that does not expect it, it is part of the first column's name,
which is then no longer `Email`: Dotdigital says ERROR_NO_EMAIL_COLUMN of a file without one,
TextUs "Invalid headers provided".

Bad::

    \xef\xbb\xbfemail,first_name
    ann@kestrel-labs.com,Ann

Findings::

    1 FIL004 a byte order mark in front of the text

Good::

    email,first_name
    ann@kestrel-labs.com,Ann

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    layout = view.layout
    if layout.content == "table" and layout.bom and layout.encoding == "utf-8":
        yield Problem(line=1, safety=Safety.SAFE, old="\ufeff", new="")


RULE = Rule(
    code="FIL004",
    name="byte-order-mark",
    scope=Scope.FILE,
    severity=Severity.WARNING,
    message="a byte order mark in front of the text",
    check=check,
    safety=Safety.SAFE,
)
