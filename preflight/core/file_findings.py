"""All findings of a file, in order, however many there are: read in batches, never as a whole."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from preflight.core import findings as tables
from preflight.core.findings import Findings, Numbers
from preflight.core.pages import Pages, page
from preflight.core.types import Bools, Ints

if TYPE_CHECKING:
    import pandas as pd

_MOST = 1 << 16
"""How many findings there are in a batch at most, unless a single line has more."""
_ROWS = 1 << 16
"""The findings of the whole file are kept apart by so many rows."""


class Tally(NamedTuple):
    """What findings have in common that are counted together.

    Attributes:
        code: of the rule.
        column: from 1; 0 for none.
        error: whether they are errors though their rule is a warning.
    """

    code: str
    column: int
    error: bool


class LateFindings:
    """Findings about any rows of a file, in no order, as rules about the table find them.

    Args:
        folder: a private folder, see `Pages`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._pages = Pages(folder)
        self._by_rows: dict[int, list[int]] = {}
        self._read: tuple[int, Findings] | None = None
        self.tally: Counter[Tally] = Counter()

    def __len__(self) -> int:
        return self.tally.total()

    def add(self, findings: Findings) -> None:
        """Adds findings, each of them about a row.

        Raises:
            WriteError: the disk is full.
        """
        self.tally.update(_tally(findings))
        of_rows = findings.rows // _ROWS
        for number in np.unique(of_rows).tolist():
            at = self._pages.add(page(findings.only(of_rows == number).batch()))
            self._by_rows.setdefault(number, []).append(at)

    def __iter__(self) -> Iterator[Findings]:
        """The findings in order, in batches that share no line."""
        for number in sorted(self._by_rows):
            yield self._of(number)

    def between(self, first: int, last: int) -> Findings:
        """The findings about some rows, from the first to the last one, in order."""
        numbers = range(first // _ROWS, last // _ROWS + 1)
        found = tables.concat(self._of(number) for number in numbers if number in self._by_rows)
        return found.only((found.rows >= first) & (found.rows <= last))

    def move(self, folder: Path | None) -> None:
        """See `Pages.move`."""
        self._pages.move(folder)

    def _of(self, number: int) -> Findings:
        """All about the rows of a number; the last ones are remembered, for rows are in order."""
        if self._read is None or self._read[0] != number:
            pieces = (tables.of_batch(self._pages[at]) for at in self._by_rows[number])
            self._read = number, tables.concat(pieces).ordered()
        return self._read[1]


class FileFindings:
    """The findings of a file.

    Args:
        folder: a private folder, for those that do not fit into memory.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._chunks = Pages(folder)
        self._tally: Counter[Tally] = Counter()
        self._late: tuple[LateFindings, ...] = ()
        self._without: frozenset[str] = frozenset()

    def add(self, findings: Findings) -> None:
        """Adds those of the next chunk, whose lines are all below the ones before.

        Raises:
            WriteError: the disk is full.
        """
        self._tally.update(_tally(findings))
        for piece in cut(findings.ordered(), _MOST):
            self._chunks.add(page(piece.batch()))

    def with_late(self, late: LateFindings, without: frozenset[str] = frozenset()) -> FileFindings:
        """These findings, and further ones about any rows.

        Args:
            late: the further ones.
            without: the codes of rules whose findings are left out: something that the whole file
                has explains them.
        """
        both = FileFindings(self._folder)
        both._chunks, both._late, both._without = self._chunks, (*self._late, late), without
        tally = self._tally + late.tally
        both._tally = Counter({key: n for key, n in tally.items() if key.code not in without})
        return both

    def __len__(self) -> int:
        return self._tally.total()

    @property
    def tally(self) -> Counter[Tally]:
        """How many there are, by what they have in common."""
        return self._tally

    def counts(self) -> dict[str, int]:
        """The number of findings of each code, in the order of the codes."""
        counted = Counter[str]()
        for tally, count in self._tally.items():
            counted[tally.code] += count
        return dict(sorted(counted.items()))

    def errors(self, codes: Collection[str]) -> int:
        """How many are errors: those of some codes, and those that are so by themselves."""
        return sum(
            count for tally, count in self._tally.items() if tally.error or tally.code in codes
        )

    def batches(self) -> Iterator[Findings]:
        """All in the order of every report, see `Findings.ordered`; no two batches share a line."""
        for batch in _merged([self._of_chunks(), *map(iter, self._late)]):
            yield from cut(batch, _MOST)

    def parts(self) -> Iterator[Findings]:
        """All in no order, which takes less time."""
        return itertools.chain(self._of_chunks(), *self._late)

    def _of_chunks(self) -> Iterator[Findings]:
        for found in map(tables.of_batch, self._chunks):
            left = found.only(~found.of(self._without)) if self._without else found
            if len(left):
                yield left

    def selected(self, mask: Callable[[Findings], Bools]) -> Iterator[Findings]:
        """Those at a mask, in order, in batches; the mask is asked for as they are read."""
        for batch in self.batches():
            some = batch.only(mask(batch))
            if len(some):
                yield some

    def of_rows(self, rows: Sequence[int] | Ints) -> Findings:
        """Those about some rows, in order."""
        return tables.concat(self.selected(lambda batch: np.isin(batch.rows, rows)))

    def first(self, code: str, most: int) -> Findings:
        """The first ones of a code, in order."""
        found: list[Findings] = []
        for some in self.selected(lambda batch: batch.of([code])):
            found.append(some.taken(slice(most)))
            most -= len(found[-1])
            if not most:
                break
        return tables.concat(found)

    def at(self, positions: Numbers) -> Iterator[Findings]:
        """Those at some positions in the order of all of them; the positions are ascending."""
        start = 0
        for batch in self.batches():
            first, last = np.searchsorted(positions, (start, start + len(batch)))
            if first < last:
                yield batch.taken(positions[first:last] - start)
            start += len(batch)
            if last == len(positions):
                break

    def whole(self) -> Findings:
        """All in order, for a caller who has room for them in memory."""
        return tables.concat(self.batches())

    @property
    def frame(self) -> pd.DataFrame:
        """`whole` as pandas has it, see `Findings.frame`."""
        return self.whole().frame

    def move(self, folder: Path | None) -> None:
        """See `Pages.move`."""
        self._chunks.move(folder)
        for late in self._late:
            late.move(folder)


def cut(findings: Findings, most: int) -> Iterator[Findings]:
    """Ordered findings in pieces of no more than so many; those of a line stay together."""
    start = 0
    while start < len(findings):
        end = min(start + most, len(findings))
        end = int(np.searchsorted(findings.lines, findings.lines[end - 1], side="right"))
        yield findings if end - start == len(findings) else findings.taken(slice(start, end))
        start = end


def _merged(streams: Iterable[Iterator[Findings]]) -> Iterator[Findings]:
    """Ordered findings out of several streams of them; of equal ones those of the first stream.

    Args:
        streams: each of batches in order, of which no two share a line.
    """
    heads = [(head, stream) for stream in streams if (head := next(stream, None)) is not None]
    while heads:
        last = min(int(head.lines[-1]) for head, _ in heads)
        taken, left = [], []
        for head, stream in heads:
            end = int(np.searchsorted(head.lines, last, side="right"))
            taken.append(head if end == len(head) else head.taken(slice(end)))
            rest = next(stream, None) if end == len(head) else head.taken(slice(end, None))
            if rest is not None:
                left.append((rest, stream))
        yield tables.concat(taken).ordered()
        heads = left


def _tally(findings: Findings) -> dict[Tally, int]:
    """How many findings there are, by what they have in common."""
    key = findings.numbers.astype(np.int64) << 33 | findings.columns.astype(np.int64) << 1
    found, counts = np.unique(key | findings.errors, return_counts=True)
    return {
        Tally(findings.codes[key >> 33], key >> 1 & 0xFFFFFFFF, bool(key & 1)): count
        for key, count in zip(found.tolist(), counts.tolist(), strict=True)
    }
