"""Which region a country cell names."""

from __future__ import annotations

import pyarrow as pa
import pytest

from preflight.kinds.country import region_of, regions


@pytest.mark.parametrize(
    ("country", "region"),
    [
        ("US", "US"), ("usa", "US"), ("United States", "US"), ("U.S.A.", "US"), ("America", "US"),
        ("Deutschland", "DE"), ("germany", "DE"), ("DEU", "DE"), ("Allemagne", "DE"), ("UK", "GB"),
        ("England", "GB"), ("Great Britain", "GB"), ("日本", "JP"), ("Österreich", "AT"),
        ("Osterreich", "AT"), ("Korea", "KR"), ("Atlantis", ""), ("EU", ""), ("ZZ", ""),
        ("Unknown Region", ""), ("-", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_code_and_its_names(country: str, region: str) -> None:
    """In the languages that exports are written in."""
    assert region_of(country) == region


def test_a_row_without_a_country_has_the_default_and_one_with_a_strange_one_has_none() -> None:
    """The default would contradict what stands there."""
    cells = pa.chunked_array([["DE", "", " "], ["Atlantis", "\u200b"]])
    assert regions(cells, "US").to_pylist() == ["DE", "US", "US", "", "US"]
    assert regions(pa.chunked_array([[]], pa.string()), "US").to_pylist() == []
