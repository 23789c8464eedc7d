r"""A column's name has spaces or invisible characters around it, or a line break in it.

To a program, `Email` and `Email ` are two names, and `="Email"` is a third. TextUs answers "Invalid
headers provided", Dotdigital ERROR_NO_EMAIL_COLUMN. Many programs read a header of two lines as a
header and a contact. Letters of a mathematical alphabet (`𝐄𝐦𝐚𝐢𝐥`) are other letters to them. The
name is written as it looks, on one line.

Bad::

    email, first_name
    ann@kestrel-labs.com,Ann

Findings::

    1: first_name HDR207 spaces or invisible characters around the name

Good::

    email,first_name
    ann@kestrel-labs.com,Ann

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from preflight.rule import (
    FileView,
    Problem,
    Rule,
    Safety,
    Scope,
    Severity,
    bare_name,
    drop_zero_width,
    formula_text,
    plain_letters,
    strip_invisible,
)

_BREAK = re.compile(r"[\r\n]")


def check(view: FileView) -> Iterator[Problem]:
    for column in view.headers:
        bare = bare_name(column.name)
        if bare and bare != column.name.replace("\0", ""):
            message = _message(column.name)
            yield view.at(column, message=message, safety=Safety.SAFE, old=column.name, new=bare)


def _message(name: str) -> str:
    visible = strip_invisible(drop_zero_width(name))
    if plain_letters(visible) != visible:
        return "letters of a mathematical alphabet in the name"
    if formula_text(visible) != visible:
        return 'the name is wrapped as a spreadsheet formula (`="…"`)'
    return "a line break in the name" if _BREAK.search(visible) else ""


RULE = Rule(
    code="HDR207",
    name="header-padded",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    message="spaces or invisible characters around the name",
    check=check,
    safety=Safety.SAFE,
)
