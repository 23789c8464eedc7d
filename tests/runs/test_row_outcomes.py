"""One verdict a row, held against the books."""

from __future__ import annotations

import dataclasses
import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.books import RunBooks
from preflight.core.errors import BooksError, UsageError
from preflight.core.exchange import Part
from preflight.core.row_map import RowMap
from preflight.runs.row_outcomes import FOLDER, TEXTS, RowOutcome, RowOutcomes, keep, load


def part(number: int, rows: list[int]) -> Part:
    """A part of these rows; nothing of it is read."""
    numbers = np.array(rows, dtype=np.int64)
    return Part(
        number, Path("none"), "0" * 64, 0, ("email",), ("email",), RowMap.of(numbers, numbers + 1)
    )


def said(**codes: str) -> pd.DataFrame:
    """The provider refused these rows."""
    return pd.DataFrame(
        {"code": list(codes.values()), "message": "m", "reason": "fix", "how": "key"},
        index=pd.Index([int(row[1:]) for row in codes], dtype="int64"),
    )


def test_every_row_has_a_line_a_part_and_a_place() -> None:
    gathered = RowOutcomes(5)
    gathered.of_part(part(1, [2, 4]), RowOutcome.ACCEPTED)
    gathered.refused(said(r4="BAD"))
    gathered.rejected_here(np.array([5]), *(np.array([text], object) for text in "cmr"))
    gathered.found("codes", np.array([1, 1, 1]), np.array(["B", "A", "B"], object))
    gathered.named(np.array([1, 3]), np.array([2, 4]), np.array(["x:1", "x:3"], object))
    table = gathered.table()
    assert list(table["place"]) == ["dropped", "accepted", "dropped", "rejected_there",
                                    "rejected_here"]  # fmt: skip
    assert list(table["part"]) == [0, 1, 0, 1, 0]
    assert list(table["line"]) == [2, 3, 4, 5, 0]
    assert (table["codes"][0], table["provider_code"][3], table["origin"][2]) == (
        "B A", "BAD", "x:3",
    )  # fmt: skip
    gathered.agree(RunBooks(5, rejected_here=1, accepted=1, rejected_there=1, dropped=2))


@given(st.lists(st.sampled_from(list(RowOutcome)), max_size=30), st.data())
def test_books_that_are_off_by_a_row_are_refused(
    places: list[RowOutcome], data: st.DataObject
) -> None:
    gathered = RowOutcomes(len(places))
    for at, place in enumerate(places, 1):
        if place is not RowOutcome.DROPPED:
            gathered.of_part(part(1, [at]), place)
    doubtful = places.count(RowOutcome.UNATTRIBUTED)
    refused = data.draw(st.integers(0, doubtful))
    counts = {
        one.value: places.count(one) for one in RowOutcome if one is not RowOutcome.UNATTRIBUTED
    }
    counts["accepted"] += doubtful - refused
    counts["rejected_there"] += refused
    books = RunBooks(len(places), **counts)
    gathered.agree(books)
    off = data.draw(st.sampled_from(sorted(counts)))
    with pytest.raises(BooksError):
        gathered.agree(dataclasses.replace(books, **{off: counts[off] + 1}))


def test_they_are_kept_for_their_owner_alone_and_read_again(tmp_path: Path) -> None:
    gathered = RowOutcomes(2)
    gathered.of_part(part(1, [1]), RowOutcome.SUBMITTED)
    keep(tmp_path, "run", gathered.table())
    pd.testing.assert_frame_equal(load(tmp_path, "run"), gathered.table())
    (path,) = (tmp_path / FOLDER).iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    keep(tmp_path, "run", RowOutcomes(0).table())
    assert list(load(tmp_path, "run").columns) == ["row", "line", "part", *TEXTS]


def test_a_run_that_was_not_settled_has_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="resume run"):
        load(tmp_path, "run")
