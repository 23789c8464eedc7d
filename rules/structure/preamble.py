"""There are lines above the header: a title, a note, `sep=;`, blank lines.

A provider reads the first line as the header, and everything below it as contacts. Dotdigital
answers such a file with ERROR_NO_EMAIL_COLUMN, TextUs with "Invalid headers provided". The lines
are removed when the header line is certain: its names are known, or `--header-row` gives it.

Bad::

    Leads of hall 7
    exported 2026-04-21

    email,first_name
    ann@kestrel-labs.com,Ann

Findings::

    1 STR106 3 lines above the header

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
    lines = view.layout.preamble
    if view.layout.header and lines:
        yield Problem(
            "1 line above the header" if lines == 1 else f"{lines} lines above the header",
            line=1,
            safety=Safety.SAFE if view.layout.header_certain else None,
        )


RULE = Rule(
    code="STR106",
    name="preamble",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="lines above the header",
    check=check,
    safety=Safety.SAFE,
)
