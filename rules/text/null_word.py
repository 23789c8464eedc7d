"""The cell holds a word for a missing value: `NULL`, `N/A`, `-`, `#N/A`, `nan`.

A database or a spreadsheet wrote it instead of a blank. A provider takes it for a value: it is
printed, and overwrites a better one. The cell is cleared only on request, because a company may
have that name, and because a blank clears the field with some providers.

Options::

    --unsafe-fixes

Bad::

    email,company,city
    ann@kestrel-labs.com,NULL,Leeds
    bob@kestrel-labs.com,Kestrel Labs,-
    cleo@kestrel-labs.com,#N/A,nan

Findings::

    2:company TXT705 a word for a missing value instead of a blank
    3:city TXT705 a word for a missing value instead of a blank
    4:company TXT705 a word for a missing value instead of a blank
    4:city TXT705 a word for a missing value instead of a blank

Good::

    email,company,city
    ann@kestrel-labs.com,Null Island Ltd,Leeds
    bob@kestrel-labs.com,,Nan

Fixed::

    email,company,city
    ann@kestrel-labs.com,,Leeds
    bob@kestrel-labs.com,Kestrel Labs,
    cleo@kestrel-labs.com,,
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Phase, Rule, Safety, Scope, Severity, stripped

_WORDS = ("n/a", "nil", "none", "undefined")
# Nan is a town and Null a name, but people do not write them like this.
_MACHINES = ("NAN", "NULL", "NaN", "nan", "null")
_MARKS = ("#n/a", "(null)", "<null>", "-", "--", "---", "\u2013", "\u2014")


def check(text: pd.Series[str]) -> pd.Series[bool]:
    bare = stripped(text)
    return ~(bare.str.lower().isin((*_WORDS, *_MARKS)) | bare.isin(_MACHINES))


def fix(text: pd.Series[str]) -> pd.Series[str]:
    return text.str.slice(0, 0)


RULE = Rule(
    code="TXT705",
    name="text-null-word",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"text", "country"}),
    suspects=rf"^(?:{'|'.join(_MACHINES)})$|(?i:^(?:\(null\)|{'|'.join(_WORDS)})$)",
    message="a word for a missing value instead of a blank",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
