"""What cells prove about a header."""

from __future__ import annotations

import pytest

from preflight.reading.header_evidence import holds_contact, proved_by_columns

PRICES = [["A1", "1.20"], ["A2", "1,300"], ["A3", "2.1E+03"]]


@pytest.mark.parametrize(
    ("header", "above", "below", "proved"),
    [
        pytest.param(["Ware", "Prix"], [["Hall 7", ""]], PRICES, True, id="numbers"),
        pytest.param(
            ["Ware", "Le"], [], [["A", "14-Jan"], ["B", ""], ["C", "28-Feb"]], True, id="dates"
        ),
        pytest.param(["Total (m3)", "Cost"], [["Water", ""]], [["44,761", "13.9"]], True, id="one"),
        pytest.param(["Ware", "Cost"], [["Water", ""]], [["Nut", "13.9"]], False, id="one number"),
        pytest.param(["Ware", "Hall"], [], [["Nut", "B"], ["Cog", "C"]], False, id="words"),
        pytest.param(["Ware", "12"], [], PRICES, False, id="a number is no name"),
        pytest.param(["Ware", "Ware"], [], PRICES, False, id="a name twice"),
        pytest.param(["Ware", "Prix"], [["Of", "Fair"]], PRICES, False, id="names above, too"),
        pytest.param(["Ware", "Prix", ""], [], [[*row, ""] for row in PRICES], True, id="no name"),
        pytest.param(["Ware", "Prix"], [], [["A", "1"], ["B"], ["C"]], False, id="ragged"),
        pytest.param(["Ware", "Prix"], [], [], False, id="nothing below"),
    ],
)
def test_columns_prove_a_header(
    header: list[str], above: list[list[str]], below: list[list[str]], proved: bool
) -> None:
    assert proved_by_columns(header, above, below) == proved


@pytest.mark.parametrize(
    ("cells", "contact"),
    [
        (["al@kestrel-labs.com"], True),
        (["# al@kestrel-labs.com", "Al"], True),
        (["# al@kestrel-labs.com"], True),
        (["Al Hall <al@kestrel-labs.com>"], True),
        (["Al;al@kestrel-labs.com;Rome"], True),
        (["Report by:", "al@kestrel-labs.com"], True),
        (["Questions? Write to help@kestrel-labs.com"], False),
        (["Questions?", "Please write to us at help@kestrel-labs.com or call"], False),
        (["Topic", "328-972-509"], False),
        (["", ""], False),
    ],
)
def test_a_row_with_an_address_of_its_own_may_be_a_contact(cells: list[str], contact: bool) -> None:
    assert holds_contact(cells) == contact
