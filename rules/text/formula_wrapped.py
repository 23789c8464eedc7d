"""The value is wrapped in a formula: `="0412 345 678"`.

Programs write it so that a spreadsheet keeps leading zeros and long numbers as text. A provider
takes the equals sign and the quotes for a part of the value: Experiture answers "invalid email
format", and a greeting begins with `="`. The value inside is checked as if it stood there alone.
Other formulas have a rule of their own.

Bad::

    email,first_name,zip
    ann@kestrel-labs.com,Ann,="0800"
    ="bob@kestrel-labs.com",=T("Bob"),="0822"

Findings::

    2:zip TXT709 wrapped as a spreadsheet formula (`="…"`)
    3:email TXT709 wrapped as a spreadsheet formula (`="…"`)
    3:first_name TXT709 wrapped as a spreadsheet formula (`="…"`)
    3:zip TXT709 wrapped as a spreadsheet formula (`="…"`)

Good::

    email,first_name,zip
    ann@kestrel-labs.com,Ann,0800

Fixed::

    email,first_name,zip
    ann@kestrel-labs.com,Ann,0800
    bob@kestrel-labs.com,Bob,0822
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import (
    ALL_KINDS,
    FORMULA_TEXT,
    Phase,
    Rule,
    Safety,
    Scope,
    Severity,
    contains,
    formula_text,
)


def check(cell: pd.Series[str]) -> pd.Series[bool]:
    plain = ~contains(cell, "=")
    if not plain.all():
        plain[~plain] = ~cell[~plain].str.contains(FORMULA_TEXT)
    return plain


def fix(cell: pd.Series[str]) -> pd.Series[str]:
    return cell.map(formula_text)


RULE = Rule(
    code="TXT709",
    name="formula-wrapped",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=ALL_KINDS,
    message='wrapped as a spreadsheet formula (`="…"`)',
    check=check,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.OPEN,
    unwraps=True,
)
