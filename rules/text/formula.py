r"""A spreadsheet would run the cell: it starts with `=`, `+`, `-`, `@`, a tab or a carriage return.

So do the signs in full width (`＝`, `＋`, `－`, `＠`), which some spreadsheets take for the others.
Anyone who opens an export from the provider runs it. Plain numbers, phone numbers and timestamps
are fine. The cell is never escaped in the clean file, where an apostrophe would corrupt `+4670…`;
it is escaped in the files that preflight writes for people.

Bad::

    email,first_name,company
    ann@kestrel-labs.com,Ann,"=HYPERLINK(""http://kestrel-labs.com"")"
    bob@kestrel-labs.com,@SUM(1+1),Kestrel Labs
    eva@kestrel-labs.com,＝1+1,Kestrel Labs

Findings::

    2:company SEC901 a spreadsheet would run the cell as a formula
    3:first_name SEC901 a spreadsheet would run the cell as a formula
    4:first_name SEC901 a spreadsheet would run the cell as a formula

Good::

    email,first_name,company
    ann@kestrel-labs.com,Ann,+46 70 123 45 67
    bob@kestrel-labs.com,Bob,-12.50
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import ALL_KINDS, Context, Rule, Scope, Severity, contains

_RUNS = r"^[=+\-@＝＋－＠\t\r]"
# Numbers, phone numbers, and the dashes that people write instead of a blank.
_PLAIN = r"[+＋－-][\d\s.,()/+-]*%?"


def check(cell: pd.Series[str], context: Context) -> pd.Series[bool]:
    runs = contains(cell, _RUNS)
    if context.column.kind in ("phone", "timestamp"):
        runs &= context.judged["status"] != "ok"
    if not runs.any():
        return ~runs
    signed = cell[runs & contains(cell, "^[+＋－-]")]
    fine = signed.str.fullmatch(_PLAIN).reindex(cell.index, fill_value=False)
    return ~runs | fine


RULE = Rule(
    code="SEC901",
    name="formula",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=ALL_KINDS,
    message="a spreadsheet would run the cell as a formula",
    check=check,
)
