"""Reads phone cells with `phonenumbers`, and settles most of them in bulk.

The library decides what is valid. The caller gives the region (from a country column, an option or
the profile); it is never guessed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.invisible import CONTROLS, ODD_BLANKS, ZERO_WIDTH, strip_invisible
from preflight.core.types import Bools, Ints
from preflight.kinds.phone import cells as phonecells
from preflight.kinds.phone import metadata
from preflight.kinds.phone.metadata import ParsedNumbers, characters, read, valid, written
from preflight.kinds.phone.missing_plus import either

# The status of a cell: as the library says, and for cells it cannot read, what they look like.
OK, UNPARSABLE, INVALID, NO_REGION = "ok", "unparsable", "invalid", "no-region"
PLACEHOLDER, SEVERAL, SCIENTIFIC, DECIMAL = "placeholder", "several", "scientific", "decimal"
EXTENSION, EITHER = "extension", "either"

_E164 = r"^\+[1-9][0-9]{6,14}$"
# The punctuation that the library drops anywhere. Letters, "x" and "~" are not in it, because they
# may begin an extension.
_MARKS = r"[ \x{a0}\x{ad}\x{200b}\x{2060}\x{2010}-\x{2015}\x{2212}()\[\]./-]"
# A number as people dial and write it; to the library, three digits are a number.
_DIALLED = rf"^{_MARKS}*\+?{_MARKS}*(?:[0-9]{_MARKS}*){{3,}}$"
# Ways to write an extension that cannot mean anything else.
_EXTENSION = r"(?i)([0-9])[ \x{a0}]*(?:ext|extn|extension|x|#)[:.]?[ \x{a0}]*[0-9]{1,6}$"
# The library does not read longer texts.
_LONGEST_TEXT = 250
# The fewest digits that `read` accepts; and a `few` that leaves a single number to the library.
_FEWEST, _ALONE = 3, 2
_BEGINS = re.compile(r"[+\uff0b]|\d")
_INVISIBLE = f" {ZERO_WIDTH}{ODD_BLANKS}{CONTROLS}"
_IN_FRONT = re.compile(f"^['\u2018\u2019`{_INVISIBLE}]+")
_PADDED = f"^['\u2018\u2019`{_INVISIBLE}]|[{_INVISIBLE}]$"
_LABEL = re.compile(r"[^\W\d_]|[#~]")
_PLUSES = ("+", "\uff0b")


def trim_phone(value: str) -> str:
    """The cell without whitespace and invisible characters around it, and no apostrophe in front.

    People type the apostrophe to make a spreadsheet keep a number as text. Trimming twice equals
    trimming once.
    """
    return _IN_FRONT.sub("", strip_invisible(value))


def plain(values: pa.ChunkedArray, *, few: int = metadata.FEW) -> pa.ChunkedArray:
    """True if a cell is obviously a valid number in E.164 form; sound, see the tests.

    Args:
        values: a string column.
        few: calling codes with fewer numbers than this are not worth the triage.
    """
    fine = np.zeros(len(values), dtype=bool)
    shaped = np.flatnonzero(pc.match_substring_regex(values, _E164).to_numpy())
    if len(shaped):
        numbers = values.cast(pa.string()).take(pa.array(shaped)).combine_chunks()
        fine[shaped] = written(pc.utf8_slice_codeunits(numbers, 1), few=few)
    return pa.chunked_array([pa.array(fine)])


def _e164(parsed: ParsedNumbers) -> pa.Array:
    codes = pc.cast(pa.array(parsed.codes), pa.string())
    return pc.binary_join_element_wise("+", codes, parsed.numbers, "")


@functools.lru_cache(maxsize=1 << 16)
def _judge(bare: str, region: str) -> tuple[str, str, str]:
    """Reads one trimmed cell with the library: its E.164 form, its status, and the reason."""
    if not bare:
        return "", OK, ""
    known = region if region in phonenumbers.SUPPORTED_REGIONS else None
    try:
        number = phonenumbers.parse(bare, known)
    except phonenumbers.NumberParseException as error:
        no_code = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        begins = _BEGINS.search(bare)
        if no_code and known is None and not (begins and begins[0] in _PLUSES):
            return "", NO_REGION, _NO_REGION
        return "", UNPARSABLE, _REASONS.get(error.error_type, "")
    if not phonenumbers.is_valid_number(number):
        return "", INVALID, _no_number(number.country_code or 0)
    if number.extension and not _LABEL.search(bare) and len(phonecells.phones_in(bare)) > 1:
        # The library reads a second number after a comma or a semicolon as an extension.
        return "", SEVERAL, ""
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.extension:
        return form, OK, EXTENSION
    return form, OK, EITHER if _is_either(bare, number) else ""


def _is_either(bare: str, number: phonenumbers.PhoneNumber) -> bool:
    begins = _BEGINS.search(bare)
    digits = phonenumbers.normalize_digits_only(bare)
    rest = phonenumbers.national_significant_number(number)
    # The digits of a number written in letters are not the whole number.
    if len(digits) < max(_FEWEST, len(rest)) or (begins and begins[0] in _PLUSES):
        return False
    codes = np.array([number.country_code])
    return bool(either(pa.array([digits]), codes, pa.array([rest]), few=_ALONE)[0])


_NO_REGION = "no country is known"
_REASONS = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "unknown country code",
    phonenumbers.NumberParseException.NOT_A_NUMBER: "it is not a number",
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "nothing follows the prefix",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "too few digits",
    phonenumbers.NumberParseException.TOO_LONG: "too many digits",
}
_OUTCOMES = {
    metadata.NO_REGION: (NO_REGION, _NO_REGION),
    metadata.NO_CODE: (
        UNPARSABLE, _REASONS[phonenumbers.NumberParseException.INVALID_COUNTRY_CODE],
    ),
    metadata.SHORT_BEHIND_PREFIX: (
        UNPARSABLE, _REASONS[phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD],
    ),
    metadata.TOO_SHORT: (UNPARSABLE, _REASONS[phonenumbers.NumberParseException.TOO_SHORT_NSN]),
    metadata.TOO_LONG: (UNPARSABLE, _REASONS[phonenumbers.NumberParseException.TOO_LONG]),
}  # fmt: skip


@functools.cache
def _no_number(code: int) -> str:
    return f"not a valid number for {phonenumbers.region_code_for_country_code(code)} (+{code})"


def judge(
    values: pd.Series[str], regions: pd.Series[str], *, few: int = metadata.FEW
) -> pd.DataFrame:
    """Reads each value in its region.

    Args:
        values: the cells.
        regions: of the same index: the ISO 3166 code of each cell's region, "" if unknown.
        few: regions with fewer numbers than this are read one by one.

    Returns:
        A frame of the same index: `core` str, the result of `trim_phone`; `e164` str, "" unless the
        status is OK; `status` str, one of OK, UNPARSABLE, INVALID and NO_REGION, from the library,
        or of PLACEHOLDER, SEVERAL, SCIENTIFIC and DECIMAL, see `cells`; `reason` str, why there is
        no number, EXTENSION for a valid number with an extension, EITHER for one that would be
        another number with a plus, see `missing_plus`.
    """
    cells, where = _strings(values), _strings(regions)
    core = _trimmed(cells)
    e164 = np.full(len(core), "", dtype=object)
    # Each pair of status and reason, numbered; and the number of each cell's pair.
    verdicts: dict[tuple[str, str], int] = {("", ""): 0}
    which = np.zeros(len(core), dtype=np.int64)

    def settle(at: Ints, status: str, reason: str) -> None:
        which[at] = verdicts.setdefault((status, reason), len(verdicts))

    at, digits, plus, extended = _dialled(core)
    parsed = read(digits, plus, where.take(pa.array(at)), few=few)
    fine = valid(parsed.codes, parsed.numbers)
    e164[at[fine]] = _e164(parsed).filter(pa.array(fine)).to_numpy(zero_copy_only=False)
    settle(at[fine & ~extended], OK, "")
    bare = np.flatnonzero(fine & ~extended & ~plus)
    some = pa.array(bare)
    two = either(digits.take(some), parsed.codes[bare], parsed.numbers.take(some), few=few)
    settle(at[bare[two]], OK, EITHER)
    settle(at[fine & extended], OK, EXTENSION)
    for code in np.unique(parsed.codes[~fine]).tolist():
        settle(at[~fine & (parsed.codes == code)], INVALID, _no_number(code))
    for outcome, (status, reason) in _OUTCOMES.items():
        settle(at[parsed.outcomes == outcome], status, reason)
    asked = np.ones(len(core), dtype=bool)
    asked[at] = parsed.outcomes == metadata.UNKNOWN
    for cell in np.flatnonzero(asked).tolist():
        e164[cell], status, reason = _judge(core[cell].as_py(), where[cell].as_py())
        which[cell] = verdicts.setdefault((status, reason), len(verdicts))
    _look_again(core, np.array([status == OK for status, _ in verdicts])[which], settle)
    e164[np.array([status != OK for status, _ in verdicts])[which]] = ""
    statuses, reasons = (pa.array(column, pa.string()) for column in zip(*verdicts, strict=True))
    columns = {
        "core": core,
        "e164": pa.array(e164, pa.string()),
        "status": statuses.take(pa.array(which)),
        "reason": reasons.take(pa.array(which)),
    }
    return pd.DataFrame(
        {name: pd.array(column, dtype="str") for name, column in columns.items()},
        index=values.index,
    )


def _look_again(core: pa.Array, fine: Bools, settle: Callable[[Ints, str, str], None]) -> None:
    """Settles cells that hold something other than one number, so that each has one problem.

    A valid number is changed only if a spreadsheet or a program wrote it as a quantity.
    """
    left = np.flatnonzero(~fine)
    cells = core.take(pa.array(left))
    for status, looks in ((SEVERAL, phonecells.several), (PLACEHOLDER, phonecells.placeholder)):
        settle(left[looks(cells).to_numpy(zero_copy_only=False)], status, "")
    for status, looks in ((DECIMAL, phonecells.decimal), (SCIENTIFIC, phonecells.scientific)):
        settle(np.flatnonzero(looks(core).to_numpy(zero_copy_only=False)), status, "")


def _strings(values: pd.Series[str]) -> pa.Array:
    strings = pa.array(values.array, pa.string())
    return strings.combine_chunks() if isinstance(strings, pa.ChunkedArray) else strings


def _trimmed(cells: pa.Array) -> pa.Array:
    """`trim_phone` of each cell."""
    padded = pc.match_substring_regex(cells, _PADDED)
    if not pc.any(padded).as_py():
        return cells
    bare = [trim_phone(cell) for cell in cells.filter(padded).to_pylist()]
    return pc.replace_with_mask(cells, padded, pa.array(bare, pa.string()))


def _dialled(core: pa.Array) -> tuple[Ints, pa.Array, Bools, Bools]:
    """The cells that are digits and punctuation only, as in most files.

    Returns:
        Their positions; their digits; whether each has a plus in front; whether each has an
        extension, which is not among the digits.
    """
    shaped = pc.match_substring_regex(core, _DIALLED).to_numpy(zero_copy_only=False)
    others = np.flatnonzero(~shaped)
    rest = core.take(pa.array(others))
    bare = pc.replace_substring_regex(rest, _EXTENSION, r"\1")
    behind = pc.and_(pc.not_equal(bare, rest), pc.match_substring_regex(bare, _DIALLED))
    behind = behind.to_numpy(zero_copy_only=False)
    at = np.concatenate([np.flatnonzero(shaped), others[behind]])
    written = pa.concat_arrays([core.filter(pa.array(shaped)), bare.filter(pa.array(behind))])
    extended = np.arange(len(at)) >= shaped.sum()
    short = pc.less_equal(pc.utf8_length(core), _LONGEST_TEXT).to_numpy(zero_copy_only=False)[at]
    at, written, extended = at[short], written.filter(pa.array(short)), extended[short]
    plus = pc.match_substring(written, "+").to_numpy(zero_copy_only=False)
    return at, _digits(written), plus, extended


def _digits(strings: pa.Array) -> pa.Array:
    """The ASCII digits of each string; far faster than replacing the other characters."""
    bounds, everything = characters(strings)
    kept = (everything >= ord("0")) & (everything <= ord("9"))
    counted = np.concatenate([np.zeros(1, np.int32), np.cumsum(kept, dtype=np.int32)])
    return pa.StringArray.from_buffers(
        len(strings), pa.py_buffer(counted[bounds]), pa.py_buffer(everything[kept])
    )
