"""Rows of the sheet are hidden, and they are read like all others.

A filter hides people who were not meant to be in the list, but they would be sent as well, and
nobody sees them in the spreadsheet. Delete the rows, or copy the visible ones to a new sheet.

Workbook::

    hidden 3

Bad::

    email
    ann@kestrel-labs.com
    bob@kestrel-labs.com

Findings::

    3 FIL011 1 row is hidden in the sheet and will be read too

Good::

    email
    ann@kestrel-labs.com
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    sheet = view.layout.source.sheet
    if sheet is None:
        return
    rows = sheet.hidden_rows[sheet.hidden_rows > view.layout.header_line]
    if len(rows):
        how = "hidden by a filter" if sheet.filtered else "hidden"
        many = "1 row is" if len(rows) == 1 else f"{len(rows):,} rows are"
        yield Problem(f"{many} {how} in the sheet and will be read too", line=int(rows[0]))


RULE = Rule(
    code="FIL011",
    name="rows-hidden",
    scope=Scope.FILE,
    severity=Severity.WARNING,
    message="rows are hidden in the sheet and will be read too",
    check=check,
)
