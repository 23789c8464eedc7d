"""What stands in a phone cell instead of one number."""

from __future__ import annotations

import pyarrow as pa
import pytest

from preflight.kinds.phone import cells as phonecells


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("n/a", True), ("TBD", True), ("-", True), ("#N/A", True), ("0", True), ("000", True),
        ("0000000000", True), ("(000) 000-0000", True), ("123-456-7890", True), ("12345", True),
        ("0123456789", True), ("+1 000 000 0000", True), ("555-555-5555", True), ("111", True),
        ("+1 (234) 567-8900", False), ("555-0100", False), ("call me", False), ("", False),
        ("4155552671", False), ("12", False), ("-4", False),
    ],
)  # fmt: skip
def test_a_placeholder_is_told_by_how_it_is_written(cell: str, told: bool) -> None:
    """Whether the library knows it as a number is asked elsewhere."""
    assert phonecells.placeholder(pa.array([cell])).to_pylist() == [told]


@pytest.mark.parametrize(
    ("cell", "pieces"),
    [
        ("415.555.2671 / 415.555.2672", ["415.555.2671", "415.555.2672"]),
        ("+14155552671 +14155552672", ["+14155552671", "+14155552672"]),
        ("4155552671 4155552672", ["4155552671", "4155552672"]),
        ("(415) 555-2671; (415) 555-2672", ["(415) 555-2671", "(415) 555-2672"]),
        ("m: 4155552671\nw: 4155552672", ["4155552671", "4155552672"]),
        ("415-555-2671 or 2672", ["415-555-2671"]),
        ("415-555-2671 ext. 12345678", ["415-555-2671"]),
        ("030/23125000", ["030/23125000"]),
        ("0171/3920814 o. 0171 / 3920815", ["0171/3920814", "0171 / 3920815"]),
        ("0171/3920814/0171/3920815", ["0171/3920814", "0171/3920815"]),
        ("1/0171 3920814", ["0171 3920814"]),
        ("415 555 2671 415 555 2672", ["415 555 2671 415 555 2672"]),
        ("call me", []),
    ],
)
def test_the_numbers_in_a_cell_are_those_with_an_area_code(cell: str, pieces: list[str]) -> None:
    """A shorter piece may be a part of one, and what is behind `ext.` is none."""
    assert phonecells.phones_in(cell) == pieces
    assert phonecells.several(pa.array([cell])).to_pylist() == [len(pieces) > 1]


@pytest.mark.parametrize("cell", ["1.41556E+10", "4,47911E+11", "4.15555e9", "1E+10", "+4.4E+011"])
def test_a_quantity_is_told(cell: str) -> None:
    """However the spreadsheet's language writes fractions."""
    assert phonecells.scientific(pa.array([cell, f"{cell} x"])).to_pylist() == [True, False]


def test_a_fraction_is_told_from_points_between_groups() -> None:
    """`.0` behind a run of digits is no group of a number."""
    cells = ["14155552671.0", "+4930231250.0", "415.555.0", "14155552671.00", "14155552671"]
    assert phonecells.decimal(pa.array(cells)).to_pylist() == [True, True, False, False, False]


def test_columns_without_a_cell_are_told_nothing() -> None:
    """A chunk may have no suspects of a kind."""
    nothing = pa.array([], pa.string())
    looks = (phonecells.several, phonecells.placeholder, phonecells.decimal, phonecells.scientific)
    assert [look(nothing).to_pylist() for look in looks] == [[]] * 4
