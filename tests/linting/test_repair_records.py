"""Records with a wrong number of fields become rows again where nothing is lost, or on request."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.types import Safety
from tests import checked

pytestmark = pytest.mark.slow

HEADER = "email,first_name,last_name,phone,company"
ANN = ["ann@kestrel-labs.com", "Ann", "Bell", "+493023125000", "Kestrel Labs"]


def rows(folder: Path, name: str) -> list[list[str]]:
    with (folder / "out" / name).open(newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize("surplus", [",", ",,,", ", ,", ',""'])
def test_surplus_blank_fields_go_and_the_contact_stays(tmp_path: Path, surplus: str) -> None:
    """Case by case: one row has them, or all; nothing is lost with them."""
    fixed = checked.fix(tmp_path, f"{HEADER}\n{','.join(ANN)}{surplus}\n{','.join(ANN[:5])}x\n")
    assert rows(tmp_path, "clean.csv")[0] == ANN
    (change,) = rows(tmp_path, "fixes.csv")
    assert change[3:5] == ["STR102", "safe"]
    assert change[5] == ",".join(ANN) + surplus
    assert dict(fixed.checked.analysis.repairs) == {1: Safety.SAFE}
    (finding,) = (f for f in checked.listed(fixed.checked).rows() if f.rule.code == "STR102")
    assert finding.safety is Safety.SAFE
    assert "the surplus is blank" in finding.message


@pytest.mark.parametrize(
    "row", ["ann@kestrel-labs.com,Ann,Bell,+493023125000,Kestrel Labs, Inc.,",
            "ann@kestrel-labs.com,Ann, Bell,+493023125000,Kestrel Labs,",
            ",".join(ANN) + ",x", ",".join(ANN) + ",,x"]
)  # fmt: skip
def test_what_a_delimiter_may_have_cut_off_is_not_taken_for_surplus(
    tmp_path: Path, row: str
) -> None:
    fixed = checked.fix(tmp_path, f"{HEADER}\n{row}\nb{','.join(ANN)}\n")
    assert (fixed.books.clean, fixed.books.rejected) == (1, 1)


@pytest.mark.parametrize(
    ("row", "clean"),
    [
        ("ann@kestrel-labs.com,,Ann,Bell,,", 4),
        ("ann@kestrel-labs.com,Ann,Bell,,Kestrel Labs,", 5),  # it is no phone number
    ],
)
def test_a_row_in_which_another_blank_field_may_be_the_surplus_is_not_cut(
    tmp_path: Path, row: str, clean: int
) -> None:
    others = [f"ben{number}@kestrel-labs.com,Ben,Bell,," for number in range(4)]
    fixed = checked.fix(tmp_path, "\n".join([HEADER, row, *others]))
    assert fixed.books.clean == clean


def test_a_surplus_that_half_of_the_rows_have_was_written_by_a_program(tmp_path: Path) -> None:
    content = [HEADER, *(f"ben{number}@kestrel-labs.com,,Bell,,," for number in range(4))]
    assert checked.fix(tmp_path, "\n".join([*content, ",".join(ANN)])).books.clean == 5


@given(st.integers(1, 4), st.booleans())
def test_cells_left_out_at_the_end_are_blank_on_request_alone(
    tmp_path_factory: pytest.TempPathFactory, count: int, unsafe: bool
) -> None:
    folder = tmp_path_factory.mktemp("short")
    fixed = checked.fix(folder, f"{HEADER}\n{','.join(ANN[:count])}\n", unsafe_fixes=unsafe)
    assert fixed.checked.analysis.findings.counts()["STR101"] == 1
    assert dict(fixed.checked.analysis.repairs) == {1: Safety.UNSAFE}
    if unsafe:
        assert rows(folder, "clean.csv") == [ANN[:count] + [""] * (5 - count)]
    else:
        assert fixed.books.rejected == 1


@pytest.mark.parametrize("row", ["Ann,Bell", "Ann,ann@kestrel-labs.com", "Ann", ",,Bell"])
def test_cells_that_nothing_holds_in_their_place_are_not_filled_up(
    tmp_path: Path, row: str
) -> None:
    fixed = checked.fix(tmp_path, f"{HEADER}\n{row}\n", unsafe_fixes=True)
    assert (fixed.books.clean, dict(fixed.checked.analysis.repairs)) == (0, {})
