"""The fields seem to be separated by another character: `^`, `~`, `::`, several blanks.

Read with commas, such a file is one wide column, and no provider finds the address in it. preflight
does not guess this far: name the character with `--delimiter`. A delimiter of several characters,
or one outside ASCII, is not supported; save the file with commas. If `--delimiter` names one that
the file does not have, the one that it has is named.

Bad::

    email^first_name^company
    ann@kestrel-labs.com^Ann^Kestrel Labs
    bob@kestrel-labs.com^Bob^Kestrel Labs

Findings::

    1 STR115 the fields seem to be separated by '^': add `--delimiter '^'`

Good::

    email,first_name,company
    ann@kestrel-labs.com,Ann,Kestrel Labs
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity

_NAMES = {"  ": "several blanks", "\t": "tab"}


def check(view: FileView) -> Iterator[Problem]:
    layout = view.layout
    mark = layout.strange_delimiter
    if mark:
        shown = _shown(mark)
        message = f"the fields seem to be separated by {shown}: "
        if layout.delimiter_from == "option":
            message += f"leave out `--delimiter`, or say `--delimiter {shown}`"
        elif len(mark) == 1 and mark.isascii() and mark.isprintable():
            message += f"add `--delimiter {shown}`"
        else:
            message += "save the file with commas"
        yield Problem(message, line=layout.header_line)


def _shown(mark: str) -> str:
    if mark in _NAMES:
        return _NAMES[mark]
    return f"'{mark}'" if mark.isprintable() else f"the character 0x{ord(mark):02x}"


RULE = Rule(
    code="STR115",
    name="delimiter-unknown",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="the fields seem to be separated by another character",
    check=check,
)
