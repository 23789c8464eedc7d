"""The cell is no country, and the provider wants the code of one.

A misspelt name, a region or a calling code cannot be written as a country code, and a wrong one is
worse than none. The message names the country that is most likely meant. A word for a missing value
is cleared on request. Only where a provider wants a code, as Experiture does in `country_code`.

Options::

    --for experiture --unsafe-fixes

Bad::

    email,first_name,country
    ann@kestrel-labs.com,Ann,Germny
    bob@kestrel-labs.com,Bob,XX
    cleo@kestrel-labs.com,Cleo,+49
    dan@kestrel-labs.com,Dan,N/A

Findings::

    2:country TXT712 not recognised as a country; likely DE (Germany)
    3:country TXT712 not recognised as a country; write its two-letter code, or leave it blank
    4:country TXT712 a calling code or another number, not a country; write the country's two-letter code
    5:country TXT712 a word for a missing value, not a country; leave it blank, or add `--unsafe-fixes`

Good::

    email,first_name,country
    ann@kestrel-labs.com,Ann,DE

Fixed::

    email,first_name,country_code
    dan@kestrel-labs.com,Dan,
"""  # noqa: E501 - a message is one line

from __future__ import annotations

import functools
import itertools
import string

import pandas as pd

from preflight.rule import (
    Context,
    Phase,
    Rule,
    Safety,
    Scope,
    Severity,
    country_code,
    likely_country,
    placeholder,
    tidied,
)

_NUMBER = r"[+(]*[0-9][0-9 ().+-]*"


@functools.cache
def _pattern() -> str:
    """Everything but a code of two letters, and those of which no country has the code."""
    pairs = map("".join, itertools.product(string.ascii_uppercase, repeat=2))
    unassigned = "|".join(pair for pair in pairs if country_code(pair) != pair)
    return f"(?s)[^A-Z]|^.?$|...|^(?:{unassigned})$"


def suspects(context: Context) -> str:
    return _pattern() if context.field is not None and context.field.code else ""


def check(country: pd.Series[str], context: Context) -> pd.Series[bool]:
    if context.field is None or not context.field.code:
        return pd.Series(True, index=country.index)
    tidy = tidied(country)
    return (tidy.map(country_code) != "") | (tidy == "")


def reason(country: pd.Series[str]) -> pd.Series[str]:
    tidy = tidied(country)
    reasons = tidy.map(_reason)
    number = "a calling code or another number, not a country; write the country's two-letter code"
    reasons = reasons.mask(tidy.str.fullmatch(_NUMBER), number)
    missing = "a word for a missing value, not a country; leave it blank, or add `--unsafe-fixes`"
    return reasons.mask(placeholder(country), missing)


def _reason(cell: str) -> str:
    code, name = likely_country(cell)
    if code:
        return f"not recognised as a country; likely {code} ({name})"
    return "not recognised as a country; write its two-letter code, or leave it blank"


def fix(country: pd.Series[str]) -> pd.Series[str]:
    return country.mask(placeholder(country), "")


RULE = Rule(
    code="TXT712",
    name="country-unrecognised",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"country"}),
    suspects=suspects,
    message="not recognised as a country",
    check=check,
    yields_to=frozenset({"TXT706"}),
    reason=reason,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.UNWRAP,
)
