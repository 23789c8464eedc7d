"""Where a rate changes, whatever the pieces in which rows come in."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from preflight.snapshots.row_blocks import RowBlocks
from preflight.snapshots.snapshot import Share


def counted(hits: np.ndarray, pieces: int = 1) -> RowBlocks:
    blocks = RowBlocks()
    rows = np.arange(1, len(hits) + 1, dtype=np.int64)
    for some in np.array_split(np.arange(len(hits)), pieces):
        blocks.add(rows[some], hits[some])
    return blocks


@given(count=st.integers(0, 2000), pieces=st.integers(1, 7), seed=st.integers(0, 99))
def test_blocks_do_not_depend_on_the_pieces(count: int, pieces: int, seed: int) -> None:
    hits = np.random.default_rng(seed).random(count) < 0.5

    assert counted(hits, pieces) == counted(hits)


@given(before=st.integers(1, 3000), after=st.integers(1, 3000))
def test_a_change_is_found_in_its_block(before: int, after: int) -> None:
    """A block has one row in a small file, and so many that there are 256 in a large one."""
    parts = counted(np.arange(before + after) < before).parts()

    assert parts is not None
    size = 1
    while size * 256 < before + after:
        size *= 2
    assert abs(parts.row - (before + 1)) <= size / 8
    assert parts.first.of + parts.second.of == before + after
    assert parts.first.rate > parts.second.rate


def test_what_is_alike_has_no_parts() -> None:
    assert RowBlocks().parts() is None
    assert counted(np.ones(500, dtype=bool)).parts() is None
    assert counted(np.array([True, False])).parts() is not None


def test_the_rates_of_both_parts() -> None:
    parts = counted(np.array([True] * 9 + [False] + [False] * 10)).parts()

    assert parts is not None
    assert (parts.row, parts.first, parts.second) == (10, Share(9, 9), Share(0, 11))
