"""Compares the values of a report with those of a file.

A provider may return a value in another case, in another Unicode form, without surrounding blanks,
or with a phone number in another format. No other difference is ignored.
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.invisible import ZERO_WIDTH
from preflight.core.patterns import matching
from preflight.core.types import Hints
from preflight.kinds.registry import KINDS

_HIDDEN = f"[{ZERO_WIDTH}]"
_PHONE = r"^[+(]*[0-9][0-9 ().\-/]{5,}$"
_LOCAL = 7
"""The number of last digits that do not depend on country code and trunk prefix."""


def fold(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Strings in the form in which they are compared: NFKC, lower case, no surrounding blanks.

    A phone number becomes its digits, without a leading 00 instead of the `+`.

    Args:
        values: strings; a missing one counts as "".

    Returns:
        A string array of the same length; "" for a cell without visible characters.
    """
    text = fold_text(values)
    phones = matching(text, _PHONE)
    if not pc.any(phones).as_py():
        return text
    return pc.if_else(phones, _digits(text), text)


def fold_text(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """`fold` without what it does for phone numbers."""
    text = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    text = pc.fill_null(text.cast(pa.large_string()), "")
    if not pc.all(pc.string_is_ascii(text)).as_py():
        text = pc.replace_substring_regex(pc.utf8_normalize(text, "NFKC"), _HIDDEN, "")
    return pc.utf8_trim_whitespace(pc.utf8_lower(text))


def loose(folded: pa.Array) -> pa.Array:
    """Folded strings, with only the last digits of numbers.

    So a phone number is equal with and without its country code. Other numbers may become equal
    too, so use it only for cells whose row is nearly known.

    Args:
        folded: as `fold` gives them.
    """
    pattern = rf"^[0-9]*([0-9]{{{_LOCAL}}})$"
    return pc.replace_substring_regex(folded, pattern, r"\1")


def match_keys(values: pa.Array | pa.ChunkedArray, kind: str) -> pa.Array:
    """Match keys in the form in which they are compared, without asking the kind's library."""
    text = fold_text(values)
    return _digits(text) if kind == "phone" else text


def settled_keys(values: pa.Array, kind: str, region: str) -> pa.Array:
    """Match keys as the kind's library normalises them: a mail domain's punycode, E.164.

    What the library refuses stays as in `match_keys`. This is slower, so use it for what did not
    match.

    Args:
        values: strings as in the file or the report.
        kind: see `kinds`.
        region: ISO 3166 code of phones without a country code, "" if unknown.
    """
    cheap = match_keys(values, kind)
    known = KINDS.get(kind)
    if known is None or known.normal is None:
        return cheap
    written = pc.fill_null(values.cast(pa.large_string()), "")
    distinct = pc.unique(written)
    distinct = distinct.filter(pc.invert(known.plain(pa.chunked_array([fold_text(distinct)]))))
    cells = pd.DataFrame({"value": pd.Series(distinct.to_pylist(), dtype="str"), "region": region})
    judged = known.judge(cells, Hints())[known.normal]
    normal = match_keys(pa.array(judged, type=pa.large_string()), kind)
    settled = pc.fill_null(normal.take(pc.index_in(written, value_set=distinct)), "")
    return pc.if_else(pc.equal(settled, ""), cheap, settled)


def _digits(text: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(pc.replace_substring_regex(text, r"[^0-9]", ""), r"^00", "")
