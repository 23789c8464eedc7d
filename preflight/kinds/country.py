"""The region of a row's phone numbers, by country or by calling code."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.formula_text import formula_text
from preflight.core.invisible import strip_invisible
from preflight.kinds.country_names import region_of

# A calling code alone; in North America the area code may follow.
_CALLING_CODE = re.compile(r"^\W*(?:00)?1\W*(?P<area>\d{3})\W*$|^\W*(?:00)?(?P<code>\d{1,3})\W*$")
_ABROAD = re.compile(r"\W*(?:[+\uff0b]|00)")


@functools.lru_cache(maxsize=4096)
def _phone_region(cell: str, own: bool) -> str | None:
    """The region that a cell names, by country or calling code.

    Digits alone are a calling code where the column is the number's own; among countries `380` is
    the ISO code of Italy, and only `+380` is the Ukraine.

    Returns:
        "" if it is not recognised, None if it is blank.
    """
    if not strip_invisible(cell):
        return None
    code = _CALLING_CODE.search(cell)
    if code is None or not (own or _ABROAD.match(cell)):
        return region_of(cell)
    if code["area"]:
        return _in_north_america(code["area"])
    region = phonenumbers.region_code_for_country_code(int(code["code"]))
    return region if region in phonenumbers.SUPPORTED_REGIONS else ""


def _in_north_america(area: str) -> str:
    """The region of a calling code with its area code: Jamaica's `1-876`."""
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[1]:
        metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
        leading = metadata.leading_digits if metadata is not None else None
        if leading and re.fullmatch(leading, area):
            return str(region)
    return "US"


def regions(
    own: Sequence[pa.ChunkedArray], countries: Sequence[pa.ChunkedArray], default: str
) -> pa.ChunkedArray:
    """The region of the phone numbers of each row.

    Args:
        own: string columns of the country or the calling code of the number itself. Two that have
            different calling codes contradict each other: the region is unknown.
        countries: string columns of the row's countries; they count where all of `own` are blank.
        default: the code for rows whose cells are all blank; "" for none. A cell that is not
            recognised has no region, because the default may contradict it.

    Returns:
        A string column of the same length.
    """
    named = [_regions(column, own=True) for column in own]
    codes = [_calling_codes(column) for column in named]
    found = pc.coalesce(
        *named, *(_regions(column, own=False) for column in countries), pa.scalar(default)
    )
    for first, second in itertools.pairwise(codes):
        differ = pc.fill_null(pc.not_equal(first, second), fill_value=False)
        found = pc.if_else(differ, "", found)
    return found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])


def _regions(cells: pa.ChunkedArray, *, own: bool) -> pa.Array:
    """What each cell names; see `_phone_region`."""
    encoded = cells.combine_chunks().dictionary_encode()
    codes = [_phone_region(cell, own) for cell in map(formula_text, encoded.dictionary.to_pylist())]
    return pc.take(pa.array(codes, type=pa.string()), encoded.indices)


def _calling_codes(regions: pa.Array) -> pa.Array:
    """The calling code of each region; 0 for none, null where the region is null."""
    encoded = regions.dictionary_encode()
    codes = [
        phonenumbers.country_code_for_region(region) for region in encoded.dictionary.to_pylist()
    ]
    return pc.take(pa.array(codes, type=pa.int64()), encoded.indices)
