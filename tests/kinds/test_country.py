"""Which region a country cell names."""

from __future__ import annotations

import pyarrow as pa
import pytest

from preflight.core.names import fold
from preflight.kinds import country_names
from preflight.kinds.country import regions
from preflight.kinds.country_names import (
    _COMMON,
    _CONTRARY,
    _LANGUAGES,
    _NO_COUNTRY,
    country_code,
    likely_country,
    region_of,
)


@pytest.mark.parametrize(
    ("country", "region"),
    [
        ("US", "US"), ("usa", "US"), ("United States", "US"), ("U.S.A.", "US"), ("America", "US"),
        ("Deutschland", "DE"), ("germany", "DE"), ("DEU", "DE"), ("Allemagne", "DE"), ("UK", "GB"),
        ("England", "GB"), ("Great Britain", "GB"), ("日本", "JP"), ("Österreich", "AT"),
        ("Osterreich", "AT"), ("Korea", "KR"), ("Atlantis", ""), ("EU", ""), ("ZZ", ""),
        ("Unknown Region", ""), ("-", ""), ("", ""), ("N/A", ""), ("NA", "NA"), ("Kongo", ""),
        ("MI", ""), ("Turkey", "TR"), ("Türkiye", "TR"), ("Korea, Republic of", "KR"),
        ("Bosnia and Herzegovina", "BA"), ("Saint Vincent and the Grenadines", "VC"),
        ("Hong Kong", "HK"), ("Россия", "RU"), ("대한민국", "KR"), ("The Netherlands", "NL"),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_code_and_its_names(country: str, region: str) -> None:
    """In the languages that exports are written in."""
    assert region_of(country) == region


def test_a_row_without_a_country_has_the_default_and_one_with_a_strange_one_has_none() -> None:
    """The default would contradict what stands there."""
    cells = pa.chunked_array([["DE", "", " "], ["Atlantis", "\u200b"]])
    assert regions([], [cells], "US").to_pylist() == ["DE", "US", "US", "", "US"]
    assert regions([], [pa.chunked_array([[]], pa.string())], "US").to_pylist() == []


@pytest.mark.parametrize(
    ("cell", "region"),
    [
        ("+33", "FR"), ("33", "FR"), ("0033", "FR"), ("(+33)", "FR"), ("+49 ", "DE"), ("+1", "US"),
        ("1", "US"), ("+1-876", "JM"), ("+1 242", "BS"), ("1415", "US"), ("7", "RU"), ("44", "GB"),
        ("DE", "DE"), ("France", "FR"), ("999", ""), ("800", ""), ("30 23", ""), ("+", ""),
        ("Atlantis +33", ""), ("", "SE"), ("  ", "SE"),
    ],
)  # fmt: skip
def test_a_calling_code_names_the_region_of_a_phone_number(cell: str, region: str) -> None:
    """In a column of its own, and in one of countries."""
    cells = pa.chunked_array([[cell]])
    assert regions([cells], [], "SE").to_pylist() == [region]
    if not any(map(str.isdigit, cell)) or "+" in cell or "00" in cell[:2]:
        assert regions([], [cells], "SE").to_pylist() == [region]


def test_digits_are_a_calling_code_in_the_number_s_own_column_alone() -> None:
    """Among countries they are ISO codes."""
    cells = pa.chunked_array([["380", "276", "33"]])
    assert regions([cells], [], "").to_pylist() == ["UA", "", "FR"]
    assert regions([], [cells], "").to_pylist() == ["IT", "DE", ""]


def test_the_number_s_own_columns_count_before_the_country_and_must_agree() -> None:
    """Two calling codes contradict each other; a country elsewhere does not."""
    own = pa.chunked_array([["CA", "FR", "", "FR", "", "Atlantis"]])
    codes = pa.chunked_array([["+1", "+49", "+49", "", "", "+33"]])
    countries = pa.chunked_array([["US", "FR", "US", "DE", "DE", "FR"]])
    found = regions([own, codes], [countries], "SE").to_pylist()
    assert found == ["CA", "", "DE", "FR", "DE", ""]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("Germany", "DE"), ("DE - Germany", "DE"), ("Belgique/België", "BE"),
        ("France/Germany", ""), ("EE. UU.", "US"), ("Germany (DE)", "DE"), ("FR - Germany", ""),
        ("840", "US"), ("380", ""), ("49", ""), ("+49", ""), ("Canary Islands", "ES"),
        ("IC", "ES"), ("UK", "GB"), ("N/A", ""), ("Germny", ""),
    ],
)  # fmt: skip
def test_a_country_has_a_code_if_it_cannot_be_anything_else(cell: str, code: str) -> None:
    """A number may be a calling code, and a place that has no code is in a country that has."""
    assert country_code(cell) == code


def test_every_name_of_iso_3166_has_its_code() -> None:
    """In English, with the words that ISO 3166 puts behind a comma or in brackets."""
    for name, code in _COMMON.items():
        assert region_of(name) == code
        assert country_code(name) == code


def test_a_misspelt_country_is_suggested() -> None:
    assert likely_country("Germny") == ("DE", "Germany")
    assert likely_country("Deutchland") == ("DE", "Germany")
    assert likely_country("Unted States") == ("US", "United States")
    assert likely_country("Kongo") == ("", "")  # CD in one language, CG in another
    assert likely_country("Atlantis") == likely_country("XX") == likely_country("12345") == ("", "")


def test_a_name_means_the_same_country_in_all_languages_but_for_known_ones() -> None:
    """So that the order of the languages does not matter."""
    from babel import Locale

    found: dict[str, set[str]] = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY:
                found.setdefault(fold(str(name)), set()).add(str(code))
    assert {name for name, codes in found.items() if len(codes) > 1} == _CONTRARY


def test_the_names_that_are_looked_up_first_mean_the_same_in_all_languages() -> None:
    first, every = country_names._in_english(), country_names._known()
    assert len(first) > 300
    assert {name: every.get(name) for name in first} == first
