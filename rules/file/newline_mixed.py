r"""Records end in different ways: some in CR LF, some in LF, some in CR.

Files that were pasted together do. A reader that goes by the first line end finds the others
inside cells. Line breaks within quoted cells do not count. The file is written anew with LF.

Bad::

    email,first_name\x0d
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob\x0d

Findings::

    FIL007 records end in different ways: 1 in LF, 2 in CR LF

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob

Fixed::

    email,first_name
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity

_NAMES = ("LF", "CR LF", "CR")


def check(view: FileView) -> Iterator[Problem]:
    said = [
        f"{count:,} in {name}" for count, name in zip(view.newlines, _NAMES, strict=True) if count
    ]
    if len(said) > 1:
        yield Problem(f"records end in different ways: {', '.join(said)}", safety=Safety.SAFE)


RULE = Rule(
    code="FIL007",
    name="newline-mixed",
    scope=Scope.FILE,
    severity=Severity.WARNING,
    message="records end in different ways",
    check=check,
    safety=Safety.SAFE,
)
