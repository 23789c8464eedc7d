"""A provider's words reach nobody with a cell of the rows in them."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.redact_cells import redact_cells

HEADER = ("email", "Name", "note")
CELLS = pa.table(
    {
        "0": pa.array(["zq@kestrel-labs.com", "b@kestrel-labs.com"]),
        "1": pa.array(["Wilhelmina van der  Quokka", "Ann"]),
        "2": pa.array(["‹tall› giraffe!", "NAME"]),
    }
)


def redacted(text: str, cells: pa.Table = CELLS) -> str:
    return redact_cells([text], cells, HEADER)[0]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no such person: Wilhelmina van der Quokka.", "no such person: [value]."),
        ("WILHELMINA\tVAN DER QUOKKA/Ann", "[value]/[value]"),
        ('row "tall› giraffe" is odd', 'row "[value]" is odd'),
        ("Annual limit for Anna", "Annual limit for Anna"),
        ("missing required headers: name", "missing required headers: name"),
        ("zq@kestrel-labs.com is no address", "[email] is no address"),
        ("the name is Wilhelmina van de…; check it", "the name is [value]…; check it"),
        ("limit reached…", "limit reached…"),
        ("", ""),
    ],
)
def test_what_stands_in_a_cell_is_taken_out_and_the_rest_stays(text: str, left: str) -> None:
    assert redacted(text) == left


def test_numbers_of_some_length_are_taken_out_too() -> None:
    """A status or a count is not, whatever stands in the file."""
    cells = pa.table({"0": pa.array(["422", "90210"])})
    assert redacted("answered 422: 90210 is far", cells) == "answered 422: [value] is far"


@given(
    st.lists(st.text(min_size=3, max_size=12), min_size=1, max_size=6),
    st.text(max_size=20),
    st.data(),
)
def test_no_cell_survives_between_blanks(
    cells: list[str], before: str, data: st.DataObject
) -> None:
    """Whatever it is made of, as long as it has three letters or digits side by side or apart."""
    cell = data.draw(st.sampled_from(cells)).strip()
    words = [word for word in cell.split() if word.isascii() and word.isalpha()]
    if len(words) != 1 or words[0] != cell or len(cell) < 3:
        return
    out = redact_cells([f"{before} {cell} is bad"], pa.table({"0": pa.array(cells)}))[0]
    assert f" {cell} is" not in out or cell.lower() in {"email", "value", "number", "secret"}
