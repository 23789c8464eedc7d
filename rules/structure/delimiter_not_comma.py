"""The fields are separated by a character other than the comma.

Spreadsheets in countries with a decimal comma write semicolons, databases write tabs. TextUs wants
a CSV (text/csv); what the other providers do with semicolons is not documented, and a strict reader
sees one column named `Email;FIRSTNAME`. The file is rewritten with commas.

Bad::

    email;first_name
    ann@kestrel-labs.com;Ann
    bob@kestrel-labs.com;"Pike, Bob"

Findings::

    1 STR105 the delimiter is a semicolon, not a comma

Good::

    email,first_name
    ann@kestrel-labs.com,Ann

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,"Pike, Bob"
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity

_NAMES = {";": "a semicolon", "\t": "a tab", "|": "a pipe", ":": "a colon", " ": "a space"}


def check(view: FileView) -> Iterator[Problem]:
    layout = view.layout
    if layout.header and layout.delimiter != "," and not layout.strange_delimiter:
        name = _NAMES.get(layout.delimiter, f"0x{ord(layout.delimiter):02x}")
        yield Problem(
            f"the delimiter is {name}, not a comma",
            line=layout.header_line,
            safety=Safety.SAFE,
            old=layout.delimiter,
            new=",",
        )


RULE = Rule(
    code="STR105",
    name="delimiter-not-comma",
    scope=Scope.FILE,
    severity=Severity.WARNING,
    message="the delimiter is not a comma",
    check=check,
    safety=Safety.SAFE,
)
