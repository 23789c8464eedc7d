r"""The file mixes line endings: some records end in CR LF, some in LF, some in CR; or all in CR.

This happens when files are pasted together. A reader that expects the first kind finds the others
inside cells. Old programs of the Mac end lines in CR alone; to many readers such a file is one
line. Line breaks within quoted cells do not count. The file is rewritten with LF.

Bad::

    email,first_name\x0d
    ann@kestrel-labs.com,Ann
    bob@kestrel-labs.com,Bob\x0d

Findings::

    FIL007 mixed line endings: 1 LF, 2 CR LF

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
    counts = [
        f"{count:,} {name}" for count, name in zip(view.newlines, _NAMES, strict=True) if count
    ]
    if len(counts) > 1:
        yield Problem(f"mixed line endings: {', '.join(counts)}", safety=Safety.SAFE)
    elif view.newlines[2] > 1:
        yield Problem("all lines end in CR alone", safety=Safety.SAFE)


RULE = Rule(
    code="FIL007",
    name="newline-mixed",
    scope=Scope.FILE,
    severity=Severity.WARNING,
    message="mixed line endings",
    check=check,
    safety=Safety.SAFE,
)
