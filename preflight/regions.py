"""Which region a country cell names: a code or a name, in the languages that exports are written in."""

from __future__ import annotations

import functools

import pyarrow as pa
import pyarrow.compute as pc

from preflight.profile import fold

_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "sv", "pt", "da", "nb", "fi", "pl", "cs", "tr", "ja", "zh")
# Names that people write and CLDR does not list.
_COMMON = {
    "america": "US", "usa": "US", "unitedstatesofamerica": "US", "us": "US", "uk": "GB",
    "greatbritain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northernireland": "GB",
    "holland": "NL", "uae": "AE", "southkorea": "KR", "korea": "KR", "russia": "RU", "czechrepublic": "CZ",
}  # fmt: skip


@functools.cache
def _known() -> dict[str, str]:
    """Folded names and codes → ISO 3166 alpha-2, from CLDR as Babel ships it."""
    from babel import Locale
    from babel.core import get_global

    known: dict[str, str] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                known.setdefault(fold(name), code)
    for alias, codes in get_global("territory_aliases").items():
        if len(codes) == 1 and len(codes[0]) == 2:
            known.setdefault(alias.casefold(), codes[0])
    for code in Locale("en").territories:
        if len(code) == 2 and code.isalpha() and code not in ("ZZ", "EU", "EZ", "UN", "QO"):
            known[code.casefold()] = code
    return known | _COMMON


@functools.lru_cache(maxsize=4096)
def region_of(country: str) -> str:
    """The ISO 3166 alpha-2 code that a country cell names; "" for one that is not known."""
    folded = fold(country)
    return _known().get(folded, "") if folded else ""


def regions(countries: pa.ChunkedArray, default: str) -> pa.ChunkedArray:
    """The region of each row.

    Args:
        countries: a string column of country cells.
        default: the code for rows whose cell is blank; "" for none. A cell that names something
            nobody knows has no region: the default would contradict it.

    Returns:
        A string column of the same length.
    """
    encoded = countries.combine_chunks().dictionary_encode()
    codes = [
        region_of(country) if country.strip() else default
        for country in encoded.dictionary.to_pylist()
    ]
    return pa.chunked_array([pc.take(pa.array(codes, type=pa.string()), encoded.indices)])
