"""What the cells of a column are by form: valid or not, how they are written, where they are from.

The linter has read the suspects of a column already; all other filled cells passed the triage of
their kind, which passes only what is valid.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.arrow import mask, matches, replaced, strings
from preflight.core.types import Bools, Ints
from preflight.kinds.country_names import country_code
from preflight.kinds.phone import judge as phones
from preflight.kinds.timestamp import judge as timestamps
from preflight.kinds.timestamp.parser import DAY_FIRST, EITHER, MONTH_FIRST
from preflight.linting.linter import ColumnSuspects
from preflight.linting.pandera_checks import INSIDE

_E164 = r"^\+[1-9][0-9]{6,14}$"
_INTERNATIONAL = r"^[( ]*(?:[+\x{ff0b}]|00)"
EMAIL_FORMATS = ("address", "address in other text")
PHONE_FORMATS = ("E.164", "international", "national")
TIMESTAMP_FORMATS = (
    "ISO 8601 with offset",
    "ISO 8601 without offset",
    "ISO 8601 date",
    "numbers, year last",
    "numbers, year first",
    "month in words",
    "day number",
    "other",
)
# The first pattern that matches gives the format; `other` is what none does.
_TIMESTAMPS = (
    r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*(?:Z|UTC|[+-]\d\d(?::?\d\d)?)$",
    r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d",
    r"^\d{4}-\d\d-\d\d$",
    r"^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b",
    r"^\d{4}[./-]\d{1,2}[./-]\d{1,2}\b",
    r"[^\s\d[:punct:]]{3,}",
    r"^\d{5}(?:[.,]\d+)?$",
)
COUNTRY_FORMATS = ("two letters", "three letters", "names")
ORDERS = (DAY_FIRST, MONTH_FIRST, EITHER)


@dataclass(frozen=True)
class CellForms:
    """The filled cells of a column in a chunk.

    Attributes:
        valid: a mask over them.
        format: the format of each, a position in `formats`; of those that are valid.
        formats: the names of the formats.
        order: which order of day and month each date proves, a position in `orders`; -1 for none.
        orders: the names of the orders.
        addresses: the valid ones in normal form; None if the column has no addresses.
        countries: how many valid cells are of each country or calling code.
    """

    valid: Bools
    format: Ints
    formats: tuple[str, ...]
    order: Ints
    orders: tuple[str, ...] = ORDERS
    addresses: pa.Array | None = None
    countries: Mapping[str, int] = field(default_factory=dict)


Forms = Callable[[pa.ChunkedArray, Ints, ColumnSuspects | None], CellForms]


@dataclass(frozen=True)
class _Suspects:
    """The suspects among the filled cells of a column.

    Attributes:
        where: the positions of the suspects among the filled cells.
        which: the distinct suspect of each.
        others: a mask over the filled cells: those that are not suspect.
    """

    where: Ints
    which: Ints
    others: Bools

    @classmethod
    def among(cls, filled: Ints, suspects: ColumnSuspects | None) -> _Suspects:
        """The suspects that are filled; a required column's blank cells are suspect as well."""
        others = np.ones(len(filled), dtype=bool)
        if suspects is None:
            nothing = np.empty(0, dtype=np.int64)
            return cls(nothing, nothing, others)
        at = np.searchsorted(filled, suspects.where)
        at = np.minimum(at, len(filled) - 1)
        known = filled[at] == suspects.where
        others[at[known]] = False
        return cls(at[known], suspects.which[known], others)

    def spread(self, plain: int, distinct: Ints) -> Ints:
        """A number for each filled cell, of `plain` or of its distinct suspect."""
        spread = np.full(len(self.others), plain, dtype=np.int64)
        spread[self.where] = distinct[self.which]
        return spread


def _emails(values: pa.ChunkedArray, filled: Ints, suspects: ColumnSuspects | None) -> CellForms:
    some = _Suspects.among(filled, suspects)
    addresses = values.take(pa.array(filled)).combine_chunks().cast(pa.large_string())
    if suspects is None:
        return CellForms(some.others, *_all(filled, EMAIL_FORMATS), addresses=addresses)
    normal, trimmed, core = (
        strings(suspects.cells[name]) for name in ("normal", "trimmed", "core")
    )
    valid = some.spread(1, mask(pc.not_equal(normal, "")).astype(np.int64)) > 0
    wrapped = mask(pc.not_equal(trimmed, core)).astype(np.int64)
    # The normal forms go in the order of the cells.
    addresses = replaced(addresses, ~some.others, normal.take(pa.array(some.which)))
    return CellForms(
        valid=valid,
        format=some.spread(0, wrapped),
        formats=EMAIL_FORMATS,
        order=_no_order(filled),
        addresses=addresses.filter(pa.array(valid)),
    )


def _phones(values: pa.ChunkedArray, filled: Ints, suspects: ColumnSuspects | None) -> CellForms:
    some = _Suspects.among(filled, suspects)
    plain = values.take(pa.array(filled[some.others])).combine_chunks()
    countries = _calling_codes(plain, np.ones(len(plain), dtype=np.int64))
    if suspects is None:
        return CellForms(some.others, *_all(filled, PHONE_FORMATS), countries=countries)
    cells = suspects.cells
    fine = (cells["status"] == phones.OK).to_numpy(dtype=bool)
    core = strings(cells["core"])
    formats = np.where(
        matches(core, _E164), 0, np.where(matches(core, _INTERNATIONAL), 1, 2)
    ).astype(np.int64)
    valid = some.spread(1, fine.astype(np.int64)) > 0
    often = np.bincount(some.which, minlength=len(cells))
    read = pa.array(fine)
    others = _calling_codes(strings(cells["e164"]).filter(read), often[fine])
    for code, count in others.items():
        countries[code] = countries.get(code, 0) + count
    return CellForms(
        valid=valid,
        format=some.spread(0, formats),
        formats=PHONE_FORMATS,
        order=_no_order(filled),
        countries=countries,
    )


@functools.cache
def _calling_code() -> str:
    """A pattern of the calling code that an E.164 number begins with; no code begins another."""
    codes = "|".join(map(str, sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)))
    return rf"^(?P<code>\+(?:{codes}))"


def _calling_codes(numbers: pa.Array, often: Ints) -> dict[str, int]:
    """How many rows have a number of each calling code.

    Args:
        numbers: in E.164 form.
        often: how many rows have each.
    """
    if not len(numbers):
        return {}
    codes = pc.extract_regex(numbers, _calling_code()).field(0).dictionary_encode()
    which = np.asarray(codes.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    counts = np.bincount(which, weights=often, minlength=len(codes.dictionary))
    return {
        code: int(count)
        for code, count in zip(codes.dictionary.to_pylist(), counts.tolist(), strict=True)
    }


def _timestamps(
    values: pa.ChunkedArray, filled: Ints, suspects: ColumnSuspects | None
) -> CellForms:
    del values
    some = _Suspects.among(filled, suspects)
    if suspects is None:
        return CellForms(some.others, *_all(filled, TIMESTAMP_FORMATS))
    cells = suspects.cells
    dates = ~cells["status"].isin((timestamps.INVALID, timestamps.NOTHING)).to_numpy(dtype=bool)
    bare = pc.utf8_trim_whitespace(strings(cells[INSIDE]))
    formats = np.full(len(cells), len(_TIMESTAMPS), dtype=np.int64)
    for number, pattern in reversed(list(enumerate(_TIMESTAMPS))):
        formats[matches(bare, pattern)] = number
    order = np.full(len(cells), -1, dtype=np.int64)
    for number, name in enumerate(ORDERS):
        order[(cells["order"] == name).to_numpy(dtype=bool)] = number
    return CellForms(
        valid=some.spread(1, dates.astype(np.int64)) > 0,
        format=some.spread(0, formats),
        formats=TIMESTAMP_FORMATS,
        order=some.spread(-1, order),
    )


def _countries(values: pa.ChunkedArray, filled: Ints, suspects: ColumnSuspects | None) -> CellForms:
    del suspects
    encoded = values.take(pa.array(filled)).combine_chunks().dictionary_encode()
    which = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
    cells = [cell.strip() for cell in encoded.dictionary.to_pylist()]
    codes = [country_code(cell) for cell in cells]
    lengths = {2: 0, 3: 1}
    formats = [lengths.get(len(cell), 2) for cell in cells]
    often = np.bincount(which, minlength=len(cells)).tolist()
    countries: dict[str, int] = {}
    for code, count in zip(codes, often, strict=True):
        if code:
            countries[code] = countries.get(code, 0) + count
    return CellForms(
        valid=np.array([bool(code) for code in codes], dtype=bool)[which],
        format=np.array(formats, dtype=np.int64)[which],
        formats=COUNTRY_FORMATS,
        order=_no_order(filled),
        countries=countries,
    )


def _all(filled: Ints, formats: tuple[str, ...]) -> tuple[Ints, tuple[str, ...], Ints]:
    """The format and the order of cells that are all in the first format."""
    return np.zeros(len(filled), dtype=np.int64), formats, _no_order(filled)


def _no_order(filled: Ints) -> Ints:
    return np.full(len(filled), -1, dtype=np.int64)


FORMS: Mapping[str, Forms] = {
    "email": _emails,
    "phone": _phones,
    "timestamp": _timestamps,
    "country": _countries,
}
"""By the kind of the column."""
