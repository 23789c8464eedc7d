"""Quotation marks stand around the value: `“Ann”`.

A word processor makes curly quotes of the ones that a CSV has around its cells, and a program that
quotes twice leaves `"Ann"`. A provider stores them, and greets the contact with them. Marks within
a value stay, as in `William “Bill” Moe`. Because a company may be called so, they are taken away
only with `--unsafe-fixes`. Addresses and phone numbers have rules of their own.

Options::

    --unsafe-fixes

Bad::

    email,first_name,company
    ann@kestrel-labs.com,“Ann”,«Kestrel Labs»

Findings::

    2:first_name TXT714 quotation marks around the value
    2:company TXT714 quotation marks around the value

Good::

    email,first_name,company
    ann@kestrel-labs.com,William “Bill” Moe,Kestrel “K” Labs

Fixed::

    email,first_name,company
    ann@kestrel-labs.com,Ann,Kestrel Labs
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Phase, Rule, Safety, Scope, Severity, contains

# “English”, „German“, »German«, «French», ‹…›, ‘…’, 「Japanese」, and those of programs.
_PAIRS = (
    ("“", "”"), ("„", "“"), ("„", "”"), ("”", "”"), ("»", "«"), ("«", "»"), ("‹", "›"),
    ("›", "‹"), ("‘", "’"), ("‚", "‘"), ("「", "」"), ("『", "』"), ('"', '"'), ("'", "'"),
)  # fmt: skip
_INSIDE = "“”„«»‹›‘’‚「」『』\"'"
_EITHER = "|".join(rf"{first}\s*[^{_INSIDE}]*[^{_INSIDE}\s]\s*{last}" for first, last in _PAIRS)
_QUOTED = rf"^\s*(?:{_EITHER})\s*$"


def check(cell: pd.Series[str]) -> pd.Series[bool]:
    return ~contains(cell, _QUOTED)


def fix(cell: pd.Series[str]) -> pd.Series[str]:
    return cell.str.strip().str.slice(1, -1).str.strip()


RULE = Rule(
    code="TXT714",
    name="text-quoted",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"text", "name", "country"}),
    message="quotation marks around the value",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
