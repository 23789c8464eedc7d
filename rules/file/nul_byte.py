r"""A cell contains a NUL character.

It comes from programs that pad their fields with it, and from files that were cut off. Databases
end a text there, or refuse it. What it replaced is unknown; `--unsafe-fixes` removes it.

Options::

    --unsafe-fixes

Bad::

    email,first_name
    ann@kestrel-labs.com,An\x00n
    bob@kestrel-labs.com,Bob

Findings::

    2:first_name FIL006 a NUL character

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

import pandas as pd

from preflight.rule import ALL_KINDS, Phase, Rule, Safety, Scope, Severity


def check(cell: pd.Series[str]) -> pd.Series[bool]:
    return ~cell.str.contains("\0", regex=False)


def fix(cell: pd.Series[str]) -> pd.Series[str]:
    return cell.str.replace("\0", "", regex=False)


RULE = Rule(
    code="FIL006",
    name="nul-byte",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=ALL_KINDS,
    marks="\0",
    message="a NUL character",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.DECODE,
)
