"""The region that a country cell names, by code or by name in any of several languages.

Or by calling code, where phone numbers are read.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence

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
# A calling code alone; in North America the area code may follow.
_CALLING_CODE = re.compile(r"^\W*(?:00)?1\W*(?P<area>\d{3})\W*$|^\W*(?:00)?(?P<code>\d{1,3})\W*$")
_ABROAD = re.compile(r"\W*(?:[+\uff0b]|00)")


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


@functools.lru_cache(maxsize=4096)
def _phone_region(cell: str, own: bool) -> str | None:
    """The region that a cell names, by country or calling code.

    Digits alone are a calling code where the column is the number's own; among countries `380` is
    the ISO code of Italy, and only `+380` is the Ukraine.

    Returns:
        "" if it is not recognised, None if it is blank.
    """
    if not strip_invisible(cell):
        return None
    code = _CALLING_CODE.search(cell)
    if code is None or not (own or _ABROAD.match(cell)):
        return region_of(cell)
    if code["area"]:
        return _in_north_america(code["area"])
    region = phonenumbers.region_code_for_country_code(int(code["code"]))
    return region if region in phonenumbers.SUPPORTED_REGIONS else ""


def _in_north_america(area: str) -> str:
    """The region of a calling code with its area code: Jamaica's `1-876`."""
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1]:
        metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
        leading = metadata.leading_digits if metadata is not None else None
        if leading and re.fullmatch(leading, area):
            return str(region)
    return "US"


def regions(
    own: Sequence[pa.ChunkedArray], countries: Sequence[pa.ChunkedArray], default: str
) -> pa.ChunkedArray:
    """The region of the phone numbers of each row.

    Args:
        own: string columns of the country or the calling code of the number itself. Two that have
            different calling codes contradict each other: the region is unknown.
        countries: string columns of the row's countries; they count where all of `own` are blank.
        default: the code for rows whose cells are all blank; "" for none. A cell that is not
            recognised has no region, because the default may contradict it.

    Returns:
        A string column of the same length.
    """
    named = [_regions(column, own=True) for column in own]
    codes = [_calling_codes(column) for column in named]
    found = pc.coalesce(
        *named, *(_regions(column, own=False) for column in countries), pa.scalar(default)
    )
    for first, second in itertools.pairwise(codes):
        differ = pc.fill_null(pc.not_equal(first, second), fill_value=False)
        found = pc.if_else(differ, "", found)
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def _regions(cells: pa.ChunkedArray, *, own: bool) -> pa.Array:
    """What each cell names; see `_phone_region`."""
    encoded = cells.combine_chunks().dictionary_encode()
    codes = [_phone_region(cell, own) for cell in map(formula_text, encoded.dictionary.to_pylist())]
    return pc.take(pa.array(codes, type=pa.string()), encoded.indices)


def _calling_codes(regions: pa.Array) -> pa.Array:
    """The calling code of each region; 0 for none, null where the region is null."""
    encoded = regions.dictionary_encode()
    codes = [
        phonenumbers.country_code_for_region(region) for region in encoded.dictionary.to_pylist()
    ]
    return pc.take(pa.array(codes, type=pa.int64()), encoded.indices)
