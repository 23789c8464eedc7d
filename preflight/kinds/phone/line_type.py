"""The type of line of a phone number: a mobile, a landline, a premium-rate number…

The types are those of `phonenumbers`; in many countries it cannot tell a mobile from a landline.
"""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.arrow import matches
from preflight.core.patterns import matching
from preflight.kinds.phone import metadata as numbering
from preflight.kinds.phone.metadata import KINDS, Numbering

EITHER = "fixed_line_or_mobile"
_NAMES = {
    getattr(phonenumbers.PhoneNumberType, name.upper()): name for name in (*KINDS, EITHER)
} | {phonenumbers.PhoneNumberType.UNKNOWN: ""}
_NORTH_AMERICA = 1


def line_types(numbers: pd.Series[str], *, few: int = numbering.FEW) -> pd.Series[str]:
    """The type of each number: one of `KINDS`, EITHER, or "" if it is not a valid number.

    Args:
        numbers: in E.164 form, or "".
        few: calling codes with fewer numbers than this are given to the library one by one.
    """
    cells = pa.array(numbers.array, pa.string())
    cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    types = np.full(len(cells), "", dtype=object)
    shaped = np.flatnonzero(matching(cells, r"^\+[0-9]{3,}$"))
    digits = pc.utf8_slice_codeunits(cells.take(pa.array(shaped)), 1)
    for code, where in numbering.groups(numbering.codes_of(digits)):
        some, at = digits.take(pa.array(where)), shaped[where]
        if not code:
            continue
        if len(where) < few or numbering.regions_of(code) is None:
            types[at] = [_type(f"+{number}") for number in some.to_pylist()]
            continue
        rest = pc.utf8_slice_codeunits(some, len(str(code)))
        for plan, mine, lettered, valid in numbering.by_region(code, rest):
            types[at[mine]] = np.where(valid, _types_of(plan, lettered), "")
    return pd.Series(types, index=numbers.index, dtype="str")


@functools.lru_cache(maxsize=1 << 14)
def _type(number: str) -> str:
    try:
        return _NAMES[phonenumbers.number_type(phonenumbers.parse(number))]
    except phonenumbers.NumberParseException:
        return ""


def _types_of(plan: Numbering, lettered: pa.Array) -> np.ndarray:
    *special, landline, mobile = (
        matches(lettered, pattern) if pattern else np.zeros(len(lettered), dtype=bool)
        for pattern in plan.types
    )
    either = landline & (mobile | plan.same)
    names = (*KINDS[:-2], EITHER, *KINDS[-2:])
    return np.select([*special, either, landline, mobile], names, "")


@functools.cache
def numbers_of(types: frozenset[str]) -> str:
    """An RE2 pattern that matches all E.164 numbers of some types, and others too.

    For North America, where landlines can rarely be told from mobiles, it has the patterns of the
    types; for the rest of the world it matches any number. Patterns of all countries would cost
    every run more time than checking the few extra numbers, which is done in bulk.

    Args:
        types: some of `KINDS`.
    """
    patterns = {
        kind.national_number_pattern
        for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[_NORTH_AMERICA]
        for metadata in (phonenumbers.PhoneMetadata.metadata_for_region(region, None),)
        if metadata is not None
        for kind in (getattr(metadata, name) for name in types)
        if kind is not None and kind.national_number_pattern and _is_distinct(metadata, kind)
    }
    return rf"^\+(?:[2-9]|{_NORTH_AMERICA}(?:{'|'.join(sorted(patterns))})$)"


def _is_distinct(metadata: phonenumbers.PhoneMetadata, kind: phonenumbers.PhoneNumberDesc) -> bool:
    """Whether numbers of a type belong to that type only: a landline may be a mobile as well."""
    mobile = metadata.mobile
    return kind is not metadata.fixed_line or not (
        metadata.same_mobile_and_fixed_line_pattern
        or (
            mobile is not None
            and (mobile.national_number_pattern, mobile.possible_length)
            == (kind.national_number_pattern, kind.possible_length)
        )
    )
