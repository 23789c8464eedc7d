r"""The file starts with a byte order mark.

Spreadsheets write it. A program that does not expect it reads it as part of the first column's
name, which is then no longer `Email`: Dotdigital answers a file without that column with
ERROR_NO_EMAIL_COLUMN, TextUs with "Invalid headers provided".

Bad::

    \xef\xbb\xbfemail,first_name
    ann@kestrel-labs.com,Ann

Findings::

    1 FIL004 the file starts with a byte order mark

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
    # The files that preflight writes for people have one on purpose.
    ours = any(name.startswith("preflight__") for name in layout.header)
    if layout.content == "table" and layout.bom and layout.encoding == "utf-8" and not ours:
        yield Problem(line=1, safety=Safety.SAFE, old="\ufeff", new="")


RULE = Rule(
    code="FIL004",
    name="byte-order-mark",
    scope=Scope.FILE,
    severity=Severity.WARNING,
    message="the file starts with a byte order mark",
    check=check,
    safety=Safety.SAFE,
)
