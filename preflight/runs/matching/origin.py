"""Finds the rows of a file in the original that it was made from.

The file that was sent is often not the one that people keep: rows were left out, sorted and split,
columns renamed and moved, cells fixed. A row is found if it matches only one row of the original,
or several that are equal in every cell. Otherwise it is not found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.profile import Profile
from preflight.core.exchange import Part
from preflight.core.names import fold
from preflight.core.types import Ints
from preflight.runs.matching import keys
from preflight.runs.matching.match_lines import NOBODY
from preflight.writing.parts import read_part

NOT_THERE = "rejected, but the original has no such row"
"""Why a row is not found: it was added, or changed too much."""

SEVERAL = "rejected, but several rows of the original match it"
"""Why a row is not found: it matches several different rows equally well."""

SHARED = "rejected, but other rows match the same row of the original"
"""Why a row is not found: rows that differ match one row equally well."""

GONE = "rejected, but its row is gone from the original"
"""Why a row with a known number is not found."""

CONTENT, KEY, NUMBER = "content", "key", "number"
"""How a row was found."""

_ENOUGH = 2
"""The smallest number of cells that must agree if no match key does."""


@dataclass(frozen=True)
class Origin:
    """The rows of a file in its original.

    Attributes:
        at: int64, for each row of the file the original's row from 0, or `NOBODY`.
        how: str, how it was found: "number", "content", "key", or "one of k" equal rows.
        why: str, why it was not found, else "".
    """

    at: Ints
    how: np.ndarray
    why: np.ndarray

    @property
    def lost(self) -> int:
        """The number of rows of the file that were not found."""
        return int((self.at == NOBODY).sum())

    @property
    def alike(self) -> int:
        """The number of rows that match several equal rows."""
        return sum(str(how).startswith("one of") for how in self.how[self.at != NOBODY])


def by_number(rows: Ints, original: Part) -> Origin:
    """Finds rows by their known numbers in the original.

    Args:
        rows: the number of each row.
        original: the original, as a part.
    """
    at = np.searchsorted(original.row_map, rows)
    exists = at < original.rows
    exists[exists] = original.row_map[at[exists]] == rows[exists]
    return Origin(
        np.where(exists, at, NOBODY),
        np.where(exists, NUMBER, "").astype(object),
        np.where(exists, "", GONE).astype(object),
    )


def by_content(sent: Part, original: Part, profile: Profile) -> Origin:
    """Finds rows by their cells.

    First come rows that agree in all common columns: exactly, then as `keys.fold` compares cells,
    then with the last digits of phone numbers. Then come rows with a unique match key.

    Args:
        sent: the file, as a part.
        original: its original, as a part.
        profile: with the match keys.
    """
    ours, theirs = read_part(sent), read_part(original)
    pairs = _pairs(sent, original)
    key = next(
        (pair for field in profile.key for pair in pairs if sent.fields[pair[0]] == field), None
    )
    search = _Search(_whole(ours), _whole(theirs))
    for form in (_verbatim, keys.fold, _loosely):
        cells = [(form(ours.column(at)), form(theirs.column(other))) for at, other in pairs]
        at = pairs.index(key) if key else None
        search.deal(*_signatures(cells, at, ours.num_rows, theirs.num_rows), CONTENT)
    if key is not None:
        field = sent.fields[key[0]] or ""
        kind = profile.fields[field].kind if field in profile.fields else "text"
        columns = [
            table.column(at).combine_chunks() for table, at in ((ours, key[0]), (theirs, key[1]))
        ]
        for normalised in (False, True):
            forms = [
                keys.settled_keys(column, kind, profile.region or "")
                if normalised
                else keys.match_keys(column, kind)
                for column in columns
            ]
            search.deal(
                *_signatures([(forms[0], forms[1])], 0, ours.num_rows, theirs.num_rows), KEY
            )
    return search.origin()


def _pairs(sent: Part, original: Part) -> list[tuple[int, int]]:
    """The columns that both files have, by field or else by name."""
    pairs: list[tuple[int, int]] = []
    free = list(range(len(original.header)))
    for at, name in enumerate(sent.header):
        field = sent.fields[at]
        for other in free:
            same = original.fields[other] == field if field else _is(name, original.header[other])
            if same:
                pairs.append((at, other))
                free.remove(other)
                break
    return pairs


def _is(name: str, other: str) -> bool:
    return bool(fold(name)) and fold(name) == fold(other)


def _verbatim(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks().cast(pa.large_string())


def _loosely(column: pa.ChunkedArray) -> pa.Array:
    return keys.loose(keys.fold(column))


def _whole(table: pa.Table) -> Ints:
    """Equal numbers for rows that are equal in every cell."""
    columns = [_verbatim(column) for column in table.columns]
    return _numbered([(column, column[:0]) for column in columns], table.num_rows, 0)[0]


def _signatures(
    cells: Sequence[tuple[pa.Array, pa.Array]], key: int | None, ours: int, theirs: int
) -> tuple[Ints, Ints]:
    """Equal numbers for rows of both files that agree in some columns.

    `NOBODY` if too little is filled: no match key, and less than two cells.

    Args:
        cells: for each column the cells of both files.
        key: the column that holds the match key.
        ours, theirs: the number of rows of both files.
    """
    codes = _numbered(cells, ours, theirs)
    for side, numbers in enumerate(codes):
        filled = [np.asarray(pc.not_equal(pair[side], "")) for pair in cells]
        enough = np.sum(filled, axis=0) >= _ENOUGH if cells else np.zeros(len(numbers), dtype=bool)
        if key is not None:
            enough |= filled[key]
        numbers[~enough] = NOBODY
    return codes


def _numbered(
    cells: Sequence[tuple[pa.Array, pa.Array]], ours: int, theirs: int
) -> tuple[Ints, Ints]:
    numbers = np.zeros(ours + theirs, dtype=np.int64)
    for ours_cells, theirs_cells in cells:
        cells_of_both = pa.concat_arrays([ours_cells, theirs_cells]).dictionary_encode()
        both = numbers * len(cells_of_both.dictionary) + cells_of_both.indices.to_numpy()
        numbers = np.unique(both, return_inverse=True)[1].astype(np.int64)
    return numbers[:ours].copy(), numbers[ours:].copy()


class _Search:
    """Assigns rows of the original to rows of the file.

    Args:
        ours: equal numbers for equal rows of the file.
        theirs: likewise for the original.
    """

    def __init__(self, ours: Ints, theirs: Ints) -> None:
        self._ours, self._theirs = ours, theirs
        self._at = np.full(len(ours), NOBODY, dtype=np.int64)
        self._how = np.full(len(ours), "", dtype=object)
        self._several = np.zeros(len(ours), dtype=bool)
        self._shared = np.zeros(len(ours), dtype=bool)
        self._taken = np.zeros(len(theirs), dtype=bool)

    def deal(self, ours: Ints, theirs: Ints, how: str) -> None:
        """Assigns rows with equal numbers to each other, in their order, if that is not a guess.

        It is not a guess if either file has only one such row, or if the rows of a file are equal
        in every cell. By content, equal rows of the file may match as many rows of the original
        that differ in columns which the file does not have.

        Args:
            ours: a number for each row of the file, `NOBODY` for none.
            theirs: likewise for the original.
            how: how the rows are found.
        """
        size = int(max(ours.max(initial=NOBODY), theirs.max(initial=NOBODY))) + 1
        m, kinds = _counted(ours, self._ours, size)
        n, their_kinds = _counted(theirs, self._theirs, size)
        as_many = m == n if how == CONTENT else np.zeros(size, dtype=bool)
        clear = (kinds == 1) & ((their_kinds == 1) | as_many)
        asking = np.flatnonzero((self._at == NOBODY) & (ours != NOBODY))
        codes = ours[asking]
        self._several[asking] |= ~clear[codes] & (n[codes] > 1)
        self._shared[asking] |= ~clear[codes] & (n[codes] == 1)
        asking = asking[clear[codes]]
        free = np.flatnonzero(~self._taken & (theirs != NOBODY))
        free = free[np.argsort(theirs[free], kind="stable")]
        codes, their_codes = ours[asking], theirs[free]
        turn = pd.Series(codes).groupby(codes).cumcount().to_numpy(dtype=np.int64)
        place = np.searchsorted(their_codes, codes, side="left") + turn
        dealt = place < np.searchsorted(their_codes, codes, side="right")
        asking, place, codes = asking[dealt], place[dealt], codes[dealt]
        self._at[asking] = free[place]
        self._taken[free[place]] = True
        self._how[asking] = [how if n[code] == 1 else f"one of {n[code]}" for code in codes]

    def origin(self) -> Origin:
        """The result."""
        reasons = [SEVERAL, SHARED]
        why = np.select([self._several, self._shared], reasons, NOT_THERE).astype(object)
        return Origin(self._at, self._how, np.where(self._at == NOBODY, why, "").astype(object))


def _counted(codes: Ints, whole: Ints, size: int) -> tuple[Ints, Ints]:
    """For each number below `size` how many rows have it, and how many of these rows differ."""
    numbered = codes != NOBODY
    pairs = np.unique(np.stack([codes[numbered], whole[numbered]]), axis=1)
    return np.bincount(codes[numbered], minlength=size), np.bincount(pairs[0], minlength=size)
