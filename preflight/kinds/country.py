"""The region that a country cell names, by code or by name in any of several languages."""

from __future__ import annotations

import functools

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.formula_text import formula_text
from preflight.core.invisible import strip_invisible
from preflight.core.names import fold

_LANGUAGES = (
    "en", "de", "fr", "es", "it", "nl", "sv", "pt", "da", "nb", "fi", "pl", "cs", "tr", "ja", "zh",
)  # fmt: skip
# Names that people write and CLDR does not list.
_COMMON = {
    "america": "US", "usa": "US", "unitedstatesofamerica": "US", "us": "US", "uk": "GB",
    "greatbritain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northernireland": "GB",
    "holland": "NL", "uae": "AE", "southkorea": "KR", "korea": "KR", "russia": "RU",
    "czechrepublic": "CZ",
}  # fmt: skip
# Codes of CLDR that are not countries.
_NO_COUNTRY = {"ZZ", "EU", "EZ", "UN", "QO", "XA", "XB"}


@functools.cache
def _known() -> dict[str, str]:
    """Folded names and codes → ISO 3166 alpha-2, from CLDR as Babel ships it."""
    # Babel is slow to import, and only files with a country column need it.
    from babel import Locale
    from babel.core import get_global

    countries = {
        str(code)
        for code in Locale("en").territories
        if len(str(code)) == 2 and str(code).isalpha() and code not in _NO_COUNTRY
    }
    known: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in countries:
                known.setdefault(fold(str(name)), str(code))
    for alias, codes in get_global("territory_aliases").items():
        if len(codes) == 1 and codes[0] in countries:
            known.setdefault(alias.casefold(), codes[0])
    return known | {code.casefold(): code for code in countries} | _COMMON


@functools.lru_cache(maxsize=4096)
def region_of(country: str) -> str:
    """The ISO 3166 alpha-2 code that a country cell names; "" if it is not recognised."""
    folded = fold(country)
    if len(folded) == 2 and folded.upper() in phonenumbers.SUPPORTED_REGIONS:
        # A region code needs no list of names.
        return folded.upper()
    return _known().get(folded, "") if folded else ""


def regions(countries: pa.ChunkedArray, default: str) -> pa.ChunkedArray:
    """The region of each row.

    Args:
        countries: a string column of country cells.
        default: the code for rows whose cell is blank; "" for none. A cell that is not recognised
            has no region, because the default may contradict it.

    Returns:
        A string column of the same length.
    """
    encoded = countries.combine_chunks().dictionary_encode()
    codes = [
        region_of(country) if strip_invisible(country) else default
        for country in map(formula_text, encoded.dictionary.to_pylist())
    ]
    return pa.chunked_array([pc.take(pa.array(codes, type=pa.string()), encoded.indices)])
