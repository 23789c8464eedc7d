"""Blank cells of the column clear the field of existing contacts.

Under the merge option `Overwrite` Dotdigital updates all fields, and writes a blank over an
existing value. `OnlyOverwriteIfNotEmpty`, the default of `preflight submit`, keeps the value. The
rule reports nothing unless `Overwrite` is chosen.

Options::

    --for dotdigital -O merge_option=Overwrite

Bad::

    Email,FIRSTNAME,LASTNAME
    ann@kestrel-labs.com,Ann,Bell
    bob@kestrel-labs.com,,Pike

Findings::

    1:FIRSTNAME DDG102 1 blank cell will clear data in Dotdigital (merge_option is Overwrite)

Good::

    Email,FIRSTNAME,LASTNAME
    ann@kestrel-labs.com,Ann,Bell
    bob@kestrel-labs.com,Bob,Pike
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity

# The API accepts the name, and the number that older documentation gives for it.
_OVERWRITE = ("overwrite", "0")


def check(view: FileView) -> Iterator[Problem]:
    if view.options.get("merge_option", "").strip().casefold() not in _OVERWRITE:
        return
    for column in view.headers:
        blank = view.well_formed - view.filled[column.position]
        if column.position in view.sent and column.field not in view.profile.key and blank > 0:
            cells = "1 blank cell will clear" if blank == 1 else f"{blank:,} blank cells will clear"
            yield view.at(
                column,
                message=f"{cells} data in Dotdigital (merge_option is Overwrite)",
            )


RULE = Rule(
    code="DDG102",
    name="blank-clears",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    profiles=frozenset({"dotdigital"}),
    message="blank cells clear data in Dotdigital",
    check=check,
)
