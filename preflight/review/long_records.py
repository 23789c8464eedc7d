"""Records with too many fields: a person joins those that a stray delimiter cut apart.

rejects.csv shows the first fields of such a record, as many as there are columns, and the record as
it was written. How that was to be read is not in the file; but it is known if there is only one way
whose first fields are those that are shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from preflight.core.types import Syntax
from preflight.reading.dialect import DELIMITERS
from preflight.reading.raw_records import cut

_LONGEST = 1 << 16
_MOST_EXTRA = 8
_QUOTES = ('"', "'")


def joins(raw: str, shown: Sequence[str]) -> list[list[str]]:
    """The rows that a record becomes, for each column the one whose value was cut there.

    Args:
        raw: the record as written.
        shown: the cells of its row, one for each column.

    Returns:
        For each column the cells of the whole row: the column's own joined with the ones behind it,
        as many as there are too many, by the delimiter. Nothing if the record is not too long.
    """
    if not raw or len(raw) > _LONGEST:
        return []
    width = len(shown)
    readings = {
        delimiter: fields
        for delimiter in DELIMITERS
        for quote in _QUOTES
        if (fields := cut(raw, Syntax(delimiter, quote)))[:width] == list(shown)
    }
    if len(readings) != 1:
        return []
    (delimiter, fields), *_ = readings.items()
    extra = len(fields) - width
    if not 0 < extra <= _MOST_EXTRA:
        return []
    return [
        [*fields[:at], delimiter.join(fields[at : at + extra + 1]), *fields[at + extra + 1 :]]
        for at in range(width)
    ]
