"""The row map of a part: what it holds comes out again."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.row_map import RowMap

_STEPS = st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2)))


@given(_STEPS)
def test_rows_and_lines_come_back_as_they_were_given(steps: list[tuple[int, int]]) -> None:
    rows = np.cumsum([100 + row for row, _ in steps], dtype=np.int64)
    lines = np.cumsum([1 + line for _, line in steps], dtype=np.int64)
    kept = RowMap.of(rows, lines)
    np.testing.assert_array_equal(kept.rows, rows)
    np.testing.assert_array_equal(kept.lines, lines)
    assert kept.rows.dtype == kept.lines.dtype == np.int64
    assert kept.count == len(steps)


@given(st.lists(_STEPS))
def test_a_map_of_pieces_is_the_map_of_the_whole(pieces: list[list[tuple[int, int]]]) -> None:
    steps = np.array([(1, 1), *(step for piece in pieces for step in piece)], dtype=np.int64)
    rows, lines = np.cumsum(steps, axis=0).T
    edges = np.cumsum([1, *map(len, pieces)])
    cut = zip(np.split(rows, edges), np.split(lines, edges), strict=True)
    joined, whole = RowMap.joined([RowMap.of(*piece) for piece in cut]), RowMap.of(rows, lines)
    np.testing.assert_array_equal(joined.rows, rows)
    np.testing.assert_array_equal(joined.lines, lines)
    np.testing.assert_array_equal(joined.starts, whole.starts)


@given(st.lists(st.integers(1, 3)), st.data())
def test_runs_are_the_rows_in_short(steps: list[int], data: st.DataObject) -> None:
    rows = np.cumsum(steps, dtype=np.int64)
    lines = np.cumsum(data.draw(st.lists(st.integers(1, 2), min_size=len(rows))))[: len(rows)]
    runs = RowMap.of(rows, lines.astype(np.int64)).runs()
    assert [row for first, last in runs for row in range(first, last + 1)] == rows.tolist()
    assert all(last + 1 < first for (_, last), (first, _) in pairwise(runs))


def test_rows_that_follow_each_other_take_the_place_of_one() -> None:
    rows = np.arange(1, 1_000_001, dtype=np.int64)
    assert len(RowMap.of(rows, rows + 1).starts) == 1


def test_each_row_needs_a_line() -> None:
    with pytest.raises(ValueError, match="one line for each row"):
        RowMap.of(np.arange(3), np.arange(2))
