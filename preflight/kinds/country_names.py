"""The country that a text names, by code or by name in any of several languages, from CLDR."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

import phonenumbers

from preflight.core.names import fold
from preflight.core.suggest import nearest
from preflight.kinds.placeholders import is_placeholder

_LANGUAGES = (
    "en", "de", "fr", "es", "it", "nl", "sv", "pt", "da", "nb", "fi", "pl", "cs", "tr", "hu", "ro",
    "ru", "uk", "ja", "ko", "zh",
)  # fmt: skip
# Names that people write, and names of ISO 3166, that CLDR does not list.
_COMMON = {
    "america": "US", "usa": "US", "unitedstatesofamerica": "US", "theunitedstates": "US",
    "unitedstatesofamericathe": "US", "us": "US", "eua": "US", "eeuu": "US",
    "estadosunidosdeamerica": "US", "etatsunisdamerique": "US", "uk": "GB", "britain": "GB",
    "greatbritain": "GB",
    "england": "GB", "scotland": "GB", "wales": "GB", "northernireland": "GB",
    "theunitedkingdom": "GB", "greatbritainuk": "GB",
    "unitedkingdomofgreatbritainandnorthernireland": "GB",
    "unitedkingdomofgreatbritainandnorthernirelandthe": "GB", "eire": "IE",
    "republicofireland": "IE", "holland": "NL", "thenetherlands": "NL", "netherlandsthe": "NL",
    "netherlandskingdomofthe": "NL", "uae": "AE", "theunitedarabemirates": "AE",
    "southkorea": "KR", "korea": "KR", "korearepublicof": "KR", "republicofkorea": "KR",
    "koreathe": "KR", "northkorea": "KP", "koreademocraticpeoplesrepublicof": "KP",
    "democraticpeoplesrepublicofkorea": "KP", "russia": "RU", "russianfederation": "RU",
    "russianfederationthe": "RU", "czechrepublic": "CZ", "slovakrepublic": "SK",
    "turkey": "TR", "republicofturkey": "TR", "macedonia": "MK", "fyrom": "MK",
    "macedoniatheformeryugoslavrepublicof": "MK", "republicofnorthmacedonia": "MK",
    "swaziland": "SZ", "burma": "MM", "easttimor": "TL", "ivorycoast": "CI", "holysee": "VA",
    "holyseethe": "VA", "holyseevaticancitystate": "VA", "vatican": "VA", "hongkong": "HK",
    "macau": "MO", "macao": "MO", "taiwanprovinceofchina": "TW", "taiwanroc": "TW",
    "palestine": "PS", "stateofpalestine": "PS", "palestinestateof": "PS",
    "palestinianterritoryoccupied": "PS", "boliviaplurinationalstateof": "BO",
    "bruneidarussalam": "BN", "democraticrepublicofthecongo": "CD",
    "congodemocraticrepublicofthe": "CD", "congothedemocraticrepublicofthe": "CD", "drcongo": "CD",
    "republicofthecongo": "CG", "congorepublicofthe": "CG", "falklandislandsmalvinas": "FK",
    "iranislamicrepublicof": "IR", "islamicrepublicofiran": "IR",
    "laopeoplesdemocraticrepublic": "LA", "laopeoplesdemocraticrepublicthe": "LA",
    "micronesiafederatedstatesof": "FM", "moldovarepublicof": "MD", "republicofmoldova": "MD",
    "pitcairn": "PN", "sainthelenaascensionandtristandacunha": "SH", "saintmartinfrenchpart": "MF",
    "sintmaartendutchpart": "SX", "syrianarabrepublic": "SY", "syrianarabrepublicthe": "SY",
    "tanzaniaunitedrepublicof": "TZ", "tanzaniatheunitedrepublicof": "TZ",
    "unitedrepublicoftanzania": "TZ", "venezuelabolivarianrepublicof": "VE",
    "virginislandsbritish": "VG", "virginislandsus": "VI", "bosnia": "BA", "thebahamas": "BS",
    "bahamasthe": "BS", "thegambia": "GM", "gambiathe": "GM", "thephilippines": "PH",
    "philippinesthe": "PH", "peoplesrepublicofchina": "CN", "mainlandchina": "CN", "prc": "CN",
    "dominicanrepublicthe": "DO", "saintvincentandthegrenadines": "VC",
}  # fmt: skip
# Codes of CLDR that are not countries.
_NO_COUNTRY = {"ZZ", "EU", "EZ", "UN", "QO", "XA", "XB"}
# Codes of CLDR that ISO 3166 does not assign, and the country that the place belongs to.
_PARTS = {
    "AC": "SH", "CP": "FR", "CQ": "GG", "DG": "IO", "EA": "ES", "IC": "ES", "TA": "SH",
}  # fmt: skip
# Old and reserved codes of two letters are often something else: MI is Michigan.
_TWO_LETTERS = re.compile("[A-Za-z]{2}")
# Names of different countries in different languages.
_CONTRARY = frozenset({"kongo"})
# `DE - Germany`, `Germany (DE)`, `Belgique/België`.
_BOTH = re.compile(
    r"\s*([A-Z]{2})\s*[-\u2013:|]\s*(.+?)\s*|\s*(.+?)\s*\(([A-Z]{2})\)\s*|([^/]+)/([^/]+)"
)
_SHORTEST = 4
_LIKE = 80.0


@functools.cache
def _countries() -> frozenset[str]:
    """The codes of CLDR that are countries, from CLDR as Babel ships it."""
    # Babel is slow to import, and only files with a country column need it.
    from babel import Locale

    return frozenset(
        str(code)
        for code in Locale("en").territories
        if len(str(code)) == 2 and str(code).isalpha() and code not in _NO_COUNTRY
    )


def _named_in(languages: Iterable[str]) -> dict[str, str]:
    """Folded names → ISO 3166 alpha-2, the first language's first."""
    from babel import Locale

    countries = _countries()
    known: dict[str, str] = {}
    for language in languages:
        for code, name in Locale(language).territories.items():
            for written in _spellings(str(name), language) if code in countries else ():
                known.setdefault(fold(written), str(code))
    return known


@functools.cache
def _in_english() -> dict[str, str]:
    """What most files hold: a part of `_known` that is there in a fifth of the time."""
    return _named_in(["en"]) | {code.casefold(): code for code in _countries()} | _COMMON


def load() -> None:
    """Makes the names of all languages at once, which the first cell in need of them would do."""
    _known()


@functools.cache
def _known() -> dict[str, str]:
    """Folded names in all languages, and codes → ISO 3166 alpha-2."""
    from babel.core import get_global

    countries, known = _countries(), _named_in(_LANGUAGES)
    for alias, codes in get_global("territory_aliases").items():
        wanted = len(codes) == 1 and codes[0] in countries
        if wanted and (alias == "UK" or not _TWO_LETTERS.fullmatch(alias)):
            known.setdefault(alias.casefold(), codes[0])
    for name in _CONTRARY:
        del known[name]
    return known | {code.casefold(): code for code in countries} | _COMMON


def _spellings(name: str, language: str) -> list[str]:
    """A name of CLDR, and in English the other ways to write its words."""
    if language != "en":
        return [name]
    plain = name.removesuffix(" SAR China")
    return [
        name,
        plain,
        plain.replace("&", "and"),
        plain.replace("&", "and").replace("St.", "Saint"),
    ]


@functools.lru_cache(maxsize=4096)
def region_of(country: str) -> str:
    """The region that a country cell names, as phone numbers have them; "" if not recognised."""
    if is_placeholder(country):  # `N/A` is not Namibia
        return ""
    folded = fold(country)
    if len(folded) == 2 and folded.upper() in phonenumbers.SUPPORTED_REGIONS:
        # A region code needs no list of names.
        return folded.upper()
    if not folded:
        return ""
    return _in_english().get(folded) or _known().get(folded, "")


@functools.lru_cache(maxsize=4096)
def country_code(cell: str) -> str:
    """The ISO 3166 alpha-2 code of the country that a cell names; "" if it is not recognised.

    A number that may be a calling code names no country: `380` is Italy in ISO 3166, and `+380`
    the Ukraine.
    """
    both = _BOTH.fullmatch(cell)
    if both:
        codes = {country_code(part) for part in both.groups() if part}
        if len(codes) == 1:
            return codes.pop()
    folded = fold(cell)
    if folded.isdecimal() and (
        len(folded) != 3 or int(folded) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    ):
        return ""
    code = region_of(cell)
    return _PARTS.get(code, code)


@functools.lru_cache(maxsize=4096)
def likely_country(cell: str) -> tuple[str, str]:
    """The code and the English name of the country of which a cell may be a misspelt name.

    Twice "" if none is similar enough.
    """
    from babel import Locale

    folded = fold(cell)
    if len(folded) < _SHORTEST or not folded.isalpha() or folded in _CONTRARY:
        return "", ""
    names = [name for name in _known() if len(name) >= _SHORTEST]
    name = nearest(folded, names, like=_LIKE)
    if name is None:
        return "", ""
    code = country_code(name)
    return code, str(Locale("en").territories[code])
