"""Frames as files, and what cannot be one."""

from __future__ import annotations

import csv
import datetime
import io
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.api.frames import as_csv, table_of
from preflight.core.errors import SourceError

CELLS = st.text(alphabet="\",;\n\r aé'=山\0", max_size=6)


def rows(frame: pd.DataFrame) -> list[list[str]]:
    return list(csv.reader(io.StringIO(as_csv(frame).decode(), newline="")))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6))
def test_the_cells_of_a_frame_are_those_of_its_file(cells: list[tuple[str, str]]) -> None:
    frame = pd.DataFrame(cells, columns=["a", "b"], dtype=object)
    assert rows(frame) == [["a", "b"], *map(list, cells)]


@pytest.mark.parametrize(
    ("cells", "texts"),
    [
        ([4915123456.0, None], ["4915123456.0", ""]),
        ([1, 2], ["1", "2"]),
        ([True, None], ["True", ""]),
        (pd.array([7, None], dtype="Int64"), ["7", ""]),
        (pd.Categorical(["a", None]), ["a", ""]),
        ([pd.Timestamp("2026-01-02T03:04:05Z"), pd.NaT], ["2026-01-02T03:04:05+00:00", ""]),
        ([datetime.date(2026, 1, 2), "x"], ["2026-01-02", "x"]),
        ([np.float64(0.5), np.nan], ["0.5", ""]),
        (["", pd.NA], ["", ""]),
    ],
)
def test_a_cell_is_written_as_it_is_held(cells: object, texts: list[str]) -> None:
    frame = pd.DataFrame({"a": cells, "b": "x"})
    assert rows(frame) == [["a", "b"], *([text, "x"] for text in texts)]


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (pd.DataFrame({7: ["a"]}), "column 1 of the DataFrame is named by a value of type int"),
        (pd.DataFrame({"a": [["x"]]}, index=[40]), "row 1 (label 40) of column `a` holds a val"),
        (pd.DataFrame({"a": [b"x"]}, index=["ann@x.org"]), "row 1 of column `a` holds"),
        (
            pd.DataFrame({"a": pd.Series(["\ud800"], dtype=object)}),
            "row 1 (label 0) of column `a` holds half of a surrogate",
        ),
    ],
)
def test_what_no_file_can_hold_is_named_without_a_value(frame: pd.DataFrame, says: str) -> None:
    with pytest.raises(SourceError) as refused:
        as_csv(frame)
    assert says in str(refused.value)
    assert "ann@" not in str(refused.value)


@given(st.lists(st.text(alphabet="'=+-@ a1\t", max_size=5), min_size=1, max_size=5))
def test_a_frame_goes_to_a_person_and_comes_back(cells: list[str]) -> None:
    """What keeps a spreadsheet from running a cell comes and goes."""
    frame = pd.DataFrame({"a": pd.Series(cells, dtype="str"), "b": "x"})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(as_csv(frame, for_people=True))
        assert table_of(path)["a"].tolist() == cells
