r"""A country is written in another way than the provider's code.

Experiture's field is `country_code`. The name of a country in any of some 20 languages (from CLDR),
its code of three letters and the like mean the same as the code of two letters of ISO 3166, which
is written instead. Other providers take the country as it is.

Options::

    --for experiture

Bad::

    email,first_name,country
    ann@kestrel-labs.com,Ann,Germany
    bob@kestrel-labs.com,Bob,\xc3\x89tats-Unis
    cleo@kestrel-labs.com,Cleo,GBR

Findings::

    2:country TXT711 not a two-letter country code (like DE)
    3:country TXT711 not a two-letter country code (like DE)
    4:country TXT711 not a two-letter country code (like DE)

Good::

    email,first_name,country
    ann@kestrel-labs.com,Ann,DE

Fixed::

    email,first_name,country_code
    ann@kestrel-labs.com,Ann,DE
    bob@kestrel-labs.com,Bob,US
    cleo@kestrel-labs.com,Cleo,GB
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity, country_code, tidied

_NO_CODE = "(?s)[^A-Z]|^.?$|..."


def suspects(context: Context) -> str:
    return _NO_CODE if context.field is not None and context.field.code else ""


def check(country: pd.Series[str], context: Context) -> pd.Series[bool]:
    if context.field is None or not context.field.code:
        return pd.Series(True, index=country.index)
    tidy = tidied(country)
    codes = tidy.map(country_code)
    return (codes == "") | (codes == tidy)


def fix(country: pd.Series[str]) -> pd.Series[str]:
    return tidied(country).map(country_code)


RULE = Rule(
    code="TXT711",
    name="country-not-code",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"country"}),
    suspects=suspects,
    message="not a two-letter country code (like DE)",
    check=check,
    fix=fix,
    safety=Safety.SAFE,
    phase=Phase.SHAPE,
)
