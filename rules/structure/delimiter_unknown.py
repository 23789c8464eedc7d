"""The fields seem to be separated by an unsupported character: `^`, `~`, `:`, `::`.

Read with commas, such a file is one wide column, and no provider finds the address in it. preflight
does not guess this far: name the character with `--delimiter`. A delimiter of several characters,
or one outside ASCII, is not supported; save the file with commas.

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


def check(view: FileView) -> Iterator[Problem]:
    mark = view.layout.strange_delimiter
    if mark:
        shown = f"'{mark}'" if mark.isprintable() else f"the character 0x{ord(mark):02x}"
        remedy = (
            f"add `--delimiter {shown}`"
            if len(mark) == 1 and mark.isascii() and mark.isprintable()
            else "save the file with commas"
        )
        yield Problem(
            f"the fields seem to be separated by {shown}: {remedy}", line=view.layout.header_line
        )


RULE = Rule(
    code="STR115",
    name="delimiter-unknown",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="the fields seem to be separated by an unsupported character",
    check=check,
)
