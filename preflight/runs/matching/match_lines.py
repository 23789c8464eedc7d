"""Matches the lines of a failure report to the rows of a part, by number.

No provider documents from which number it counts; see `match_keys` for lines that name their row by
its match key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.arrow import mask
from preflight.core.exchange import Part
from preflight.core.types import Bools, Ints
from preflight.runs.matching import keys

NO_ROW = "matches no row that was sent"
"""Why a line is unmatched: it is about another file, or its key was changed too much."""

NO_NUMBER = "carries no row number"
"""Why a line is unmatched in a report that names rows by number."""

NO_KEY = "carries no key"
"""Why a line is unmatched in a report that names rows by match key."""

NO_KEY_COLUMN = "the part has no column of that key"
"""Why no line is matched: the file has none of the fields that the key may belong to."""

UNCHECKED = "row numbers without values: their base cannot be checked"
"""Why a line is unmatched whose number is in the part for every base."""

UNDECIDED = "the values do not show from which number the rows are counted"
"""Why a line is unmatched although lines have values: several bases fit, or none does."""

OTHER_VALUE = "the row of that number does not hold the value"
"""Why a single line is unmatched under a base that the other lines prove."""

BASES = {
    1: "row numbers count the data rows from 1",
    2: "row numbers count the header as 1",
    0: "row numbers count the data rows from 0",
}
"""The meanings of a row number, by the number of the first data row."""

NOBODY = -1
"""Stands for no row."""

_CLEAR_LINES = 2
_ONE_IN = 10


def is_technical(note: str) -> bool:
    """Whether a note says how a report counts its rows, which is of interest to programs only."""
    return note.startswith(tuple(BASES.values()))


@dataclass(frozen=True)
class MatchedLines:
    """The row of a part for each report line.

    Attributes:
        at: int64, the part's row from 0, or `NOBODY`.
        how: str, how the row was found; see `join.Joined`.
        why: str, why there is no row; "" for a line that only repeats another one.
        base: the number of the first data row, if lines were matched by number.
        notes: facts without values.
        repeats: number of lines that only repeat another one, and so have no row.
    """

    at: Ints
    how: np.ndarray
    why: np.ndarray
    base: int | None = None
    notes: tuple[str, ...] = ()
    repeats: int = 0


@dataclass(frozen=True)
class _Numbers:
    """The row numbers of a page, and what each base makes of them.

    Attributes:
        numbers: of each line, `NOBODY` if it has none.
        numbered, valued: masks of the lines with a number, and with a number and a value.
        inside: for each base, the lines whose number is in the part.
        holds: for each base, the lines whose value is in the row of their number.
    """

    numbers: Ints
    numbered: Bools
    valued: Bools
    inside: dict[int, Bools]
    holds: dict[int, Bools]


@dataclass
class Proof:
    """What the lines of all pages of a report say about the base, in numbers of lines."""

    numbered: int = 0
    valued: int = 0
    inside: Counter[int] = field(default_factory=Counter)
    holds: Counter[int] = field(default_factory=Counter)
    alone: Counter[int] = field(default_factory=Counter)

    def add(self, page: _Numbers) -> None:
        """Counts the lines of a page."""
        self.numbered += int(page.numbered.sum())
        self.valued += int(page.valued.sum())
        for base in BASES:
            others = np.logical_or.reduce(_others(page.holds, base))
            self.inside[base] += int(page.inside[base].sum())
            self.holds[base] += int((page.holds[base] & page.valued).sum())
            self.alone[base] += int((page.holds[base] & ~others).sum())

    def base(self) -> int | None:
        """The base that the lines prove, or None; see `join.join` for the rules."""
        if not self.numbered:
            return None
        fit = [
            base
            for base in BASES
            if self.inside[base] == self.numbered and self.holds[base] == self.valued
        ]
        if fit or not self.valued:
            return fit[0] if len(fit) == 1 else None
        lead = max(BASES, key=lambda base: self.alone[base])
        clear = (
            self.alone[lead] >= _CLEAR_LINES
            and (self.valued - self.holds[lead]) * _ONE_IN <= self.valued
            and all(
                self.alone[base] * _ONE_IN <= self.alone[lead] for base in BASES if base != lead
            )
        )
        return lead if clear else None


def proof_of(tables: Iterable[pd.DataFrame], part: Part, cells: pa.Table) -> Proof:
    """What all pages of a report say about the base of its row numbers."""
    proof = Proof()
    for table in tables:
        proof.add(_numbers(table, part, cells))
    return proof


def by_row(
    table: pd.DataFrame, part: Part, cells: pa.Table, proof: Proof | None = None
) -> MatchedLines:
    """Matches lines by their row number, with the base that the values prove; see `join.join`.

    Args:
        table: of a `FailureReport`, index from 0, without missing texts.
        part: what was sent.
        cells: of the part, as `parts.read_part` gives them.
        proof: of the whole report, if the table is a page of it.
    """
    page = _numbers(table, part, cells)
    if proof is None:
        proof = Proof()
        proof.add(page)
    proved = proof.base()
    at = np.full(len(table), NOBODY, dtype=np.int64)
    why = np.full(len(table), UNDECIDED if proof.valued else UNCHECKED, dtype=object)
    notes: tuple[str, ...] = ()
    within = np.logical_or.reduce(list(page.inside.values()))
    if proved is not None:
        placed = page.inside[proved] & (page.holds[proved] | ~page.valued)
        at[placed] = page.numbers[placed] - proved
        within = page.inside[proved]
        why[~placed] = OTHER_VALUE
        notes = (f"{BASES[proved]}, by {'the values' if proof.valued else 'their range'}",)
    why[~within] = NO_ROW
    why[~page.numbered] = NO_NUMBER
    return MatchedLines(at, np.full(len(table), "row number", dtype=object), why, proved, notes)


def _numbers(table: pd.DataFrame, part: Part, cells: pa.Table) -> _Numbers:
    numbered = table["row_number"].notna().to_numpy(dtype=bool)
    numbers = table["row_number"].fillna(NOBODY).to_numpy(dtype=np.int64)
    values = keys.fold(strings(table["value"]))
    loose = keys.loose(values)
    valued = numbered & mask(pc.not_equal(values, ""))
    inside = {base: numbered & (numbers >= base) & (numbers < base + part.rows) for base in BASES}
    holds = {base: np.zeros(len(table), dtype=bool) for base in BASES}
    for column in cells.columns if valued.any() else ():
        exact = keys.fold(column)
        for reported, folded in ((values, exact), (loose, keys.loose(exact))):
            for base in BASES:
                asked = np.flatnonzero(valued & inside[base] & ~holds[base])
                held = folded.take(pa.array(numbers[asked] - base))
                holds[base][asked] = mask(pc.equal(held, reported.take(pa.array(asked))))
    return _Numbers(numbers, numbered, valued, inside, holds)


def _others(holds: dict[int, Bools], base: int) -> list[Bools]:
    return [lines for other, lines in holds.items() if other != base]


def strings(column: pd.Series[str]) -> pa.Array:
    """The texts of a report's column; a missing one is ""."""
    texts = pa.array(column, type=pa.large_string(), from_pandas=True)
    # The table of a report with several pages has several pieces.
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return pc.fill_null(whole, "")
