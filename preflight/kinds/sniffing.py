"""What the cells of a column look like, judged by an even sample of a file's rows.

A look does not make a value valid: `ann@kestrel` looks like an address. Looks show that a column
holds something other than its name says, and suggest what a column without a known name may hold.
No column is ever mapped by its look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.arrow import matches
from preflight.core.formula_cells import formula_texts
from preflight.core.types import Bools, Chunk, Ints
from preflight.kinds.placeholders import PLACEHOLDER

# The first pattern that matches a cell gives its look. Digits alone may be a phone number, a serial
# number or a timestamp; so may a spreadsheet's day number, and scientific notation once was digits.
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_PATTERNS = {
    "nothing": rf"{PLACEHOLDER}|^[^\pL\pN]*$|(?i)^(?:n/?a|null|nan|k\.? ?a\.?"
    r"|#[a-z]+[!?/].*)$",
    "email": r"\S@\S",
    "url": r"(?i)^(?:https?://|www\.)|^[a-z0-9-]+(?:\.[a-z0-9-]+)+/",
    "timestamp": rf"(?i)^\d{{4}}[-/.]{_MONTH}[-/.]{_DAY}(?:$|[ T])"
    rf"|^(?:{_DAY}[-/.]{_MONTH}|{_MONTH}/{_DAY})[-/.]\d{{2,4}}(?:$|[ T,])"
    r"|^\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]m)?$",
    "digits": r"^\p{Nd}{7,15}$|^\d[.,]?\d*[eE]\+?\d+$|^\d{5}[.,]\d+$",
    "phone": r"(?i)^'?(?:[a-z]{1,6}[.:] ?)?[+＋(]*\p{Nd}(?:[\s().\-/–]*\p{Nd}){6,}",
    "number": r"^[+-]?[\p{Nd}.,' ]*\p{Nd}%?$",
    "title": r"(?i)^(?:mr|mrs|ms|miss|mx|dr|prof|herr|frau|monsieur|madame|mme|mlle|sr|sra|srta"
    r"|señor|señora|sig|sig\.?ra|dott|dhr|mevr|hr)\.?$",
}
# A timestamp as well, asked only of cells that have a digit and what may be a letter. RE2 takes
# tens of milliseconds to compile `\pL` without regard to case so many times; this class takes none.
_LETTERS = r"[^\s\d[:punct:]]{3,9}"
_WORDED_DATE = (
    rf"(?i)^(?:{_LETTERS}\.?,? )?"
    rf"(?:\d{{1,2}}\.?(?:st|nd|rd|th)?[ -]{_LETTERS}\.?|{_LETTERS}\.? \d{{1,2}}),?[ -]"
    r"(?:\d{4}|\d{2})(?:$|[ ,T])"
)
_LETTERED = r"[A-Za-z\x{80}-\x{10ffff}]"
_LETTER_AND_DIGIT = rf"(?s){_LETTERED}.*\d|\d.*{_LETTERED}"
_INTERNATIONAL = r"^'?(?:[a-z]{1,6}: ?)?[(]*(?:[+＋]|00)[( ]*\p{Nd}"
_NOTHING, _TEXT = "nothing", "text"
_LOOKS = (*_PATTERNS, _TEXT)

_FITS: Mapping[str, frozenset[str]] = {
    "email": frozenset({"email"}),
    "phone": frozenset({"phone", "digits"}),
    "timestamp": frozenset({"timestamp", "digits", "number"}),
    "name": frozenset({_TEXT}),
    "country": frozenset({_TEXT}),
}
# The one look that a field of plain text cannot have.
_NEVER = {"job_title": "title"}
# What nobody means by a field of plain text, if its name does not say so.
_NO_TEXT = frozenset({"email", "url", "timestamp"})
# The fields that hold addresses of one site.
_SITES: Mapping[str, str] = {
    "linkedin_url": r"(?i)^(?:https?://)?(?:[a-z0-9-]+\.)*linkedin\.com(?:/|$)",
    "x_url": r"(?i)^(?:https?://)?(?:[a-z0-9-]+\.)*(?:twitter|x)\.com(?:/|$)",
}

LOOK_NAMES: Mapping[str, str] = {
    "email": "email addresses",
    "url": "web addresses",
    "timestamp": "dates or times",
    "digits": "plain numbers",
    "phone": "phone numbers",
    "number": "plain numbers",
    "title": "forms of address (Mr, Dr)",
    _TEXT: "words",
    "name": "names",
    "country": "countries",
    "linkedin_url": "LinkedIn addresses",
    "x_url": "X addresses",
}
"""Looks and kinds, as messages call them."""

_FEWEST, _MOST_THAT_FIT, _LEAST_OF_OTHERS, _SURE = 3, 0.2, 0.5, 0.8


@dataclass(frozen=True)
class Looks:
    """How many sampled cells of a column have each look; blank cells and `n/a` do not count.

    Attributes:
        counts: look → cells. The looks are "email", "url", "timestamp", "digits", "phone",
            "number", "title" (Mr, Dr) and "text".
        international: how many start like a phone number with a country code.
        sites: how many are addresses of the site that a field is for, by the field's name.
        lengths: characters of the shortest and of the longest cell.
    """

    counts: Mapping[str, int]
    international: int = 0
    sites: Mapping[str, int] = field(default_factory=dict)
    lengths: tuple[int, int] = (0, 0)

    @property
    def cells(self) -> int:
        """How many cells are not blank."""
        return sum(self.counts.values())

    def instead_of(self, kind: str, field: str | None = None) -> str | None:
        """What a column holds instead of its field; None if it may hold the field.

        A column holds something else if at least three cells are filled, fewer than a fifth of them
        look like the kind, and at least half of them have one and the same other look.

        Args:
            kind: of the column.
            field: the profile's field that it is mapped to, if any.
        """
        if self.cells < _FEWEST:
            return None
        look = max(self.counts, key=lambda name: self.counts[name])
        if self.counts[look] < _LEAST_OF_OTHERS * self.cells:
            return None
        if kind in _FITS:
            fitting = sum(self.counts.get(name, 0) for name in _FITS[kind])
            return look if fitting < _MOST_THAT_FIT * self.cells else None
        return look if field in _NEVER and _NEVER[field] == look else None

    @property
    def numeric(self) -> bool:
        """Whether most cells are plain numbers."""
        numbers = self.counts.get("number", 0) + self.counts.get("digits", 0)
        return numbers >= max(1, _SURE * self.cells)

    def holds(self, kind: str) -> bool:
        """Whether most cells look like a kind that has a look of its own."""
        fitting = sum(self.counts.get(name, 0) for name in _FITS.get(kind, ()))
        return kind in _FITS and fitting > _LEAST_OF_OTHERS * self.cells

    @property
    def shape(self) -> str:
        """What the cells look like, for people who must not see them: "words, 3 to 5 characters".

        "" if there is no cell.
        """
        if not self.cells:
            return ""
        look = max(self.counts, key=lambda name: self.counts[name])
        shortest, longest = self.lengths
        size = f"{longest}" if shortest == longest else f"{shortest} to {longest}"
        unit = "character" if longest == 1 else "characters"
        return f"{LOOK_NAMES[look]}, {size} {unit}"

    def contradicts(self, kind: str, name: str) -> bool:
        """Whether the cells show that a column whose name is merely like a field's is not it."""
        if not self.cells:
            return False
        if name in _SITES:
            return self.sites.get(name, 0) < _LEAST_OF_OTHERS * self.cells
        if self.instead_of(kind, name) is not None:
            return True
        others = sum(self.counts.get(look, 0) for look in _NO_TEXT)
        return kind == "text" and others >= _SURE * self.cells

    def surely(self) -> str | None:
        """What the cells make certain: "email", "phone", a field for one site, or None."""
        for site, count in self.sites.items():
            if count >= max(1, _SURE * self.cells):
                return site
        if self.counts.get("email", 0) >= max(1, _SURE * self.cells):
            return "email"
        written, digits = self.counts.get("phone", 0), self.counts.get("digits", 0)
        # Digits alone may just as well be the number of a badge.
        if written >= max(1, self.cells / 2) and written + digits >= _SURE * self.cells:
            return "phone"
        return None


def _hashes(rows: Ints) -> npt.NDArray[np.uint64]:
    return (rows.astype(np.uint64) * np.uint64(0x9E3779B1)) & np.uint64(0xFFFFFFFF)


class Sample:
    """An even sample of the rows of a file; it does not depend on how the file is cut into chunks.

    A row is in the sample if a hash of its number is below a bound. The bound shrinks as the number
    of rows grows, so the sample stays small.

    Args:
        columns: how many the header has.
    """

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._most = max(64, min(1024, (1 << 16) // max(columns, 1)))
        self._bound = 1 << 32
        self._hashes = np.empty(0, dtype=np.uint64)
        self._tables: list[pa.Table] = []

    def add(self, chunk: Chunk) -> None:
        """Adds the well-formed records of a chunk to the sample."""
        hashes = _hashes(chunk.rows)
        self._add(hashes, chunk.table.select([str(at) for at in range(self._columns)]))

    def among(self, rows: Ints) -> Bools:
        """Which of some rows may be in the sample, whatever rows are added later.

        If these are all that are added next, it suffices to add them.
        """
        hashes = _hashes(rows)
        while np.count_nonzero(hashes < self._bound) > self._most:
            self._bound //= 2
        sampled: Bools = hashes < self._bound
        return sampled

    def merge(self, other: Sample) -> None:
        """Adds the sample of other rows of the file."""
        self._bound = min(self._bound, other._bound)
        if other._tables:
            self._add(other._hashes, pa.concat_tables(other._tables))

    def _add(self, hashes: npt.NDArray[np.uint64], table: pa.Table) -> None:
        every = np.concatenate([self._hashes, hashes])
        while np.count_nonzero(every < self._bound) > self._most:
            self._bound //= 2
        kept, taken = self._hashes < self._bound, hashes < self._bound
        if not kept.all():
            self._tables = [pa.concat_tables(self._tables).filter(pa.array(kept))]
        if taken.any():
            self._tables.append(table.take(pa.array(np.flatnonzero(taken))))
        self._hashes = np.concatenate([self._hashes[kept], hashes[taken]])

    def looks(self) -> tuple[Looks, ...]:
        """What each column's cells look like."""
        rows = len(self._hashes)
        if not rows or not self._columns:
            return (Looks({}),) * self._columns
        whole = pa.concat_tables(self._tables)
        cells = pa.concat_arrays([column.combine_chunks() for column in whole.columns])
        cells = pc.utf8_trim_whitespace(formula_texts(cells))
        looks = _look_at(cells).reshape(self._columns, rows)
        abroad = matches(cells, _INTERNATIONAL)
        shape = (self._columns, rows)
        sites = {name: matches(cells, site).reshape(shape) for name, site in _SITES.items()}
        lengths = pc.utf8_length(cells).to_numpy(zero_copy_only=False).reshape(shape)
        return tuple(
            Looks(
                {
                    look: int(count)
                    for look, count in zip(
                        _LOOKS, np.bincount(column, minlength=len(_LOOKS)), strict=True
                    )
                    if count and look != _NOTHING
                },
                int(begins.sum()),
                {name: int(hits[at].sum()) for name, hits in sites.items() if hits[at].any()},
                _extremes(lengths[at]),
            )
            for at, (column, begins) in enumerate(zip(looks, abroad.reshape(shape), strict=True))
        )


def looks_of(rows: Sequence[Sequence[str]]) -> tuple[Looks, ...]:
    """What the columns of some rows of one width look like."""
    names = [str(at) for at in range(len(rows[0]))]
    table = pa.table({name: [row[int(name)] for row in rows] for name in names})
    numbers = np.arange(1, len(rows) + 1, dtype=np.int64)
    sample = Sample(len(names))
    sample.add(Chunk(table, numbers, numbers, pd.DataFrame()))
    return sample.looks()


def _extremes(lengths: np.ndarray) -> tuple[int, int]:
    """The length of the shortest and of the longest cell that is not blank."""
    filled = lengths[lengths > 0]
    return (int(filled.min()), int(filled.max())) if len(filled) else (0, 0)


def _look_at(cells: pa.Array) -> np.ndarray:
    """The number of each cell's look."""
    looks = np.full(len(cells), len(_PATTERNS), dtype=np.int64)
    rest = np.arange(len(cells))
    for number, (look, pattern) in enumerate(_PATTERNS.items()):
        hit = matches(cells, pattern)
        if look == "timestamp":
            maybe = ~hit & matches(cells, _LETTER_AND_DIGIT)
            if maybe.any():
                hit[maybe] = matches(cells.filter(pa.array(maybe)), _WORDED_DATE)
        looks[rest[hit]] = number
        rest, cells = rest[~hit], cells.filter(pa.array(~hit))
    return looks
