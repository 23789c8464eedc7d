"""Blank cells of the column clear the field of contacts that are there.

Under the merge option `Overwrite` Dotdigital updates all fields, and a blank is written over a
value that it holds. `OnlyOverwriteIfNotEmpty`, the default of `preflight submit`, leaves it.
Nothing is said while nobody has chosen `Overwrite`.

Options::

    --for dotdigital -O merge_option=Overwrite

Bad::

    Email,FIRSTNAME,LASTNAME
    ann@kestrel-labs.com,Ann,Bell
    bob@kestrel-labs.com,,Pike

Findings::

    1:FIRSTNAME DDG102 1 blank cell clears what Dotdigital holds, for merge_option is Overwrite

Good::

    Email,FIRSTNAME,LASTNAME
    ann@kestrel-labs.com,Ann,Bell
    bob@kestrel-labs.com,Bob,Pike
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity

# The API takes the name, and the number that older pages have for it.
_OVERWRITE = ("overwrite", "0")


def check(view: FileView) -> Iterator[Problem]:
    if view.options.get("merge_option", "").strip().casefold() not in _OVERWRITE:
        return
    for column in view.headers:
        blank = view.well_formed - view.filled[column.position]
        if column.position in view.sent and column.field not in view.profile.key and blank > 0:
            cells = "1 blank cell clears" if blank == 1 else f"{blank:,} blank cells clear"
            yield view.at(
                column,
                message=f"{cells} what Dotdigital holds, for merge_option is Overwrite",
            )


RULE = Rule(
    code="DDG102",
    name="blank-clears",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    profiles=frozenset({"dotdigital"}),
    message="blank cells clear what Dotdigital holds",
    check=check,
)
