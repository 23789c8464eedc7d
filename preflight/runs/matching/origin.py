"""Which row of an original each row of a file is that was made from it.

The file that was sent is seldom the one that people keep: rows were left out, sorted and split,
columns renamed and moved, cells fixed. A row is found again where only one row of the original can
be meant, or where those that can be meant are equal in every cell. Nothing else is taken for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.profile import Profile
from preflight.core.names import fold
from preflight.core.types import Ints, Part
from preflight.runs.matching import keys
from preflight.runs.matching.match_lines import NOBODY
from preflight.writing.parts import read_part

NOT_THERE = "refused, but no row of the original is like it"
"""Why a row is not found: it was added, or changed beyond telling."""

SEVERAL = "refused, and several rows of the original could be meant"
"""Why a row is not found: they differ, and it fits them equally well."""

GONE = "refused, and the original has no such row any more"
"""Why a row is not found whose number is known."""

CONTENT, KEY, NUMBER = "content", "key", "number"
"""How a row was found."""

_ENOUGH = 2
"""How many cells must agree at least where no match key does."""


@dataclass(frozen=True)
class Origin:
    """Where the rows of a file stand in its original.

    Attributes:
        at: int64, for each row of the file the original's row from 0, or `NOBODY`.
        how: str, how it was found: "number", "content", "key", or "one of k" equal ones.
        why: str, why there is none, else "".
    """

    at: Ints
    how: np.ndarray
    why: np.ndarray

    @property
    def lost(self) -> int:
        """How many rows of the file have no row in the original."""
        return int((self.at == NOBODY).sum())

    @property
    def alike(self) -> int:
        """How many of them are one of several that cannot be told apart."""
        return sum(str(how).startswith("one of") for how in self.how[self.at != NOBODY])


def by_number(rows: Ints, original: Part) -> Origin:
    """The rows of a file whose numbers in the original are known.

    Args:
        rows: the number of each.
        original: the part that the original is.
    """
    at = np.searchsorted(original.row_map, rows)
    there = at < original.rows
    there[there] = original.row_map[at[there]] == rows[there]
    return Origin(
        np.where(there, at, NOBODY),
        np.where(there, NUMBER, "").astype(object),
        np.where(there, "", GONE).astype(object),
    )


def by_content(sent: Part, original: Part, profile: Profile) -> Origin:
    """The rows of a file by what stands in them.

    Rows that agree in all columns that both files have go first: to the letter, then as
    `keys.fold` compares cells, then with phone numbers by their last digits; at last those whose
    match key nobody else has.

    Args:
        sent: the part that the file is.
        original: the part that its original is.
        profile: knows the match keys.
    """
    ours, theirs = read_part(sent), read_part(original)
    pairs = _pairs(sent, original)
    key = next(
        (pair for field in profile.key for pair in pairs if sent.fields[pair[0]] == field), None
    )
    search = _Search(_whole(ours), _whole(theirs))
    for form in (_verbatim, keys.fold, _loosely):
        cells = [(form(ours.column(at)), form(theirs.column(other))) for at, other in pairs]
        search.deal(*_signatures(cells, pairs.index(key) if key else None), CONTENT)
    if key is not None:
        field = sent.fields[key[0]] or ""
        kind = profile.fields[field].kind if field in profile.fields else "text"
        columns = [
            table.column(at).combine_chunks() for table, at in ((ours, key[0]), (theirs, key[1]))
        ]
        for settled in (False, True):
            forms = [
                keys.settled_keys(column, kind, profile.region or "")
                if settled
                else keys.match_keys(column, kind)
                for column in columns
            ]
            search.deal(*_signatures([(forms[0], forms[1])], 0), KEY)
    return search.origin()


def _pairs(sent: Part, original: Part) -> list[tuple[int, int]]:
    """The columns that both files have: of one field, or else of one name."""
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


def _signatures(cells: Sequence[tuple[pa.Array, pa.Array]], key: int | None) -> tuple[Ints, Ints]:
    """Equal numbers for rows of both files that agree in some columns.

    `NOBODY` where that says too little: no match key, and less than two cells.

    Args:
        cells: for each column the cells of the one and of the other file.
        key: which of the columns holds the match key.
    """
    ours, theirs = (len(cells[0][0]), len(cells[0][1])) if cells else (0, 0)
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
    for one, other in cells:
        codes = pa.concat_arrays([one, other]).dictionary_encode().indices
        code = codes.to_numpy(zero_copy_only=False).astype(np.int64)
        both = numbers * (code.max(initial=0) + 1) + code
        numbers = np.unique(both, return_inverse=True)[1].astype(np.int64)
    return numbers[:ours].copy(), numbers[ours:].copy()


class _Search:
    """Deals rows of the original to those of the file.

    Args:
        ours: equal numbers for equal rows of the file.
        theirs: likewise of the original.
    """

    def __init__(self, ours: Ints, theirs: Ints) -> None:
        self._ours, self._theirs = ours, theirs
        self._at = np.full(len(ours), NOBODY, dtype=np.int64)
        self._how = np.full(len(ours), "", dtype=object)
        self._several = np.zeros(len(ours), dtype=bool)
        self._taken = np.zeros(len(theirs), dtype=bool)

    def deal(self, ours: Ints, theirs: Ints, how: str) -> None:
        """Deals those of one number to each other, in their order, where that is no guess.

        That holds where there is one on either side, or where those of a side are equal in every
        cell. By content, rows of the file that are equal may stand for as many of the original,
        though those differ in columns that the file has not.

        Args:
            ours: of each row of the file, `NOBODY` for none.
            theirs: likewise of the original.
            how: what they are found by.
        """
        m, kinds = _counted(ours, self._ours)
        n, their_kinds = _counted(theirs, self._theirs)
        size = max(len(m), len(n))
        m, kinds, n, their_kinds = (
            np.pad(counts, (0, size - len(counts))) for counts in (m, kinds, n, their_kinds)
        )
        as_many = m == n if how == CONTENT else np.zeros(size, dtype=bool)
        clear = (n > 0) & (kinds == 1) & ((their_kinds == 1) | as_many)
        asking = np.flatnonzero((self._at == NOBODY) & (ours != NOBODY))
        codes = ours[asking]
        self._several[asking] |= ~clear[codes] & (n[codes] > 0)
        asking = asking[clear[codes]]
        free = np.flatnonzero(~self._taken & (theirs != NOBODY))
        free = free[np.argsort(theirs[free], kind="stable")]
        codes, there = ours[asking], theirs[free]
        turn = pd.Series(codes).groupby(codes).cumcount().to_numpy(dtype=np.int64)
        place = np.searchsorted(there, codes, side="left") + turn
        dealt = place < np.searchsorted(there, codes, side="right")
        asking, place, codes = asking[dealt], place[dealt], codes[dealt]
        self._at[asking] = free[place]
        self._taken[free[place]] = True
        self._how[asking] = [how if n[code] == 1 else f"one of {n[code]}" for code in codes]

    def origin(self) -> Origin:
        """Where the rows of the file were found."""
        why = np.where(self._several, SEVERAL, NOT_THERE).astype(object)
        return Origin(self._at, self._how, np.where(self._at == NOBODY, why, "").astype(object))


def _counted(codes: Ints, whole: Ints) -> tuple[Ints, Ints]:
    """For each number how many rows have it, and how many different rows these are."""
    there = codes != NOBODY
    pairs = np.unique(np.stack([codes[there], whole[there]]), axis=1)
    size = int(codes.max(initial=NOBODY)) + 1
    return np.bincount(codes[there], minlength=size), np.bincount(pairs[0], minlength=size)
