"""Cells that a workbook holds as numbers, as rules see them.

A spreadsheet that takes `01234` for a number keeps 1234. Only the other numbers of the column, or
the format of numbers in that country, show the loss.
"""

from __future__ import annotations

import functools

import pandas as pd
import phonenumbers
import pyarrow as pa

from preflight.config import profiles
from preflight.core.types import Chunk, Column, Ints, Sheet


def stored_cells(
    chunk: Chunk, column: Column, at: Ints, sheet: Sheet, regions: pa.ChunkedArray
) -> pd.DataFrame:
    """The frame for a rule about stored numbers.

    Args:
        chunk: of a sheet.
        column: that holds numbers.
        at: positions in the chunk's table.
        sheet: the sheet.
        regions: of each row of the chunk, an ISO 3166 code or "".

    Returns:
        One line a cell: `value` (its digits), `field` (of the general profile that its column's
        header names, or ""), `digits` int64 (how many most numbers of the column have), `trunk`
        (what national phone numbers of the row's region begin with, or "") and `whole` bool (the
        digits are a valid phone number once a plus stands before them).
    """
    values = chunk.table[str(column.position)].take(pa.array(at)).to_pandas().astype("str")
    named = profiles.load().match(column.name)
    field = column.field or (named[0] if named else "")
    frame = pd.DataFrame(
        {"value": values, "field": field, "digits": sheet.digits.get(column.position, 0)}
    )
    if column.kind == "phone":
        codes = regions.take(pa.array(at)).to_pandas().astype("str")
        frame["trunk"] = codes.map(_trunk_prefix)
        frame["whole"] = values.map(_is_whole).astype(bool)
    return frame


@functools.cache
def _trunk_prefix(region: str) -> str:
    """The prefix of national numbers in a region, from the metadata of `phonenumbers`."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return (metadata.national_prefix or "") if metadata is not None else ""


@functools.lru_cache(maxsize=4096)
def _is_whole(digits: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}", None))
    except phonenumbers.NumberParseException:
        return False
