"""A quote in the middle of an unquoted cell, or text after a closing quote.

`5" disc` is read as it is, a warning. `"Hall 7" booth, left side"` may be one cell or two, with or
without its quotes: another program may read other values, or refuse the row. That is an error,
unless a single way to read the row gives as many cells as the header has, each of the kind of its
column. Then the quotes are kept as text, and `fixes.csv` shows each such cell.

Bad::

    email,company,first_name
    ann@kestrel-labs.com,Kestrel 5" Discs,Ann
    bob@kestrel-labs.com,"Kestrel ""Labs" Inc.",Bob
    cleo@kestrel-labs.com,"Kestrel" Labs", Inc.",Cleo,"a" b"

Findings::

    2 STR111 a quote in the wrong place
    3 STR111 text after a closing quote; a single way to read the row fits
    4 STR111 quotes in the wrong places, several ways to read the row: double those inside cells

Good::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel 5"" Discs",Ann
    bob@kestrel-labs.com,"Kestrel ""Labs"" Inc.",Bob

Fixed::

    email,company,first_name
    ann@kestrel-labs.com,"Kestrel 5"" Discs",Ann
    bob@kestrel-labs.com,"Kestrel ""Labs"" Inc.",Bob
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Repair, Rule, Safety, Scope, Severity

_SINGLE = "text after a closing quote; a single way to read the row fits"
_SEVERAL = "quotes in the wrong places, several ways to read the row: double those inside cells"


def check(records: pd.DataFrame) -> pd.Series[bool]:
    return ~records["flaw"].isin(["stray", "misquoted"])


def reason(records: pd.DataFrame) -> pd.Series[str]:
    message = pd.Series(RULE.message, index=records.index, dtype="str")
    misquoted = records["flaw"] == "misquoted"
    message = message.mask(misquoted, _SEVERAL)
    if "repair" not in records:
        return message
    return message.mask(misquoted & (records["repair"] == "requote"), _SINGLE)


RULE = Rule(
    code="STR111",
    name="quote-stray",
    scope=Scope.RECORD,
    severity=Severity.WARNING,
    message="a quote in the wrong place",
    check=check,
    reason=reason,
    safety=Safety.SAFE,
    rejects=frozenset({"misquoted"}),
    repairs=frozenset({Repair.REQUOTE}),
    misplaces_cells=True,
)
