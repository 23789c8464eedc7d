"""A formula in the workbook was never calculated, so its cell has no value.

Programs that write workbooks leave the calculation to the spreadsheet that opens them. preflight
and the providers read the saved value; without one the cell counts as blank. Open the workbook in
a spreadsheet, save it, and try again.

Workbook::

    formula 3 company

Bad::

    email,company
    ann@kestrel-labs.com,Kestrel Labs
    bob@kestrel-labs.com,

Findings::

    3:company FIL010 1 formula without a value: open the workbook in a spreadsheet and save it

Good::

    email,company
    ann@kestrel-labs.com,Kestrel Labs
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    sheet = view.layout.source.sheet
    first: dict[int, int] = {}
    counts: dict[int, int] = {}
    for line, column in sheet.uncalculated if sheet is not None else ():
        if line >= view.layout.header_line:
            first.setdefault(column, line)
            counts[column] = counts.get(column, 0) + 1
    for column, count in sorted(counts.items()):
        formulas = "1 formula" if count == 1 else f"{count:,} formulas"
        yield Problem(
            f"{formulas} without a value: open the workbook in a spreadsheet and save it",
            line=first[column],
            column=column,
            severity=Severity.ERROR if column - 1 in view.used else Severity.WARNING,
        )


RULE = Rule(
    code="FIL010",
    name="formula-uncalculated",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    message="formulas without a value",
    check=check,
)
