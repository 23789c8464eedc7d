"""Reads phone cells with `phonenumbers`, and settles most of them in bulk.

The library decides what is valid. The caller gives the region (from a country column, an option or
the profile); it is never guessed.
"""

from __future__ import annotations

import functools
import re

import numpy as np
import pandas as pd
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.invisible import CONTROLS, ODD_BLANKS, ZERO_WIDTH, strip_invisible
from preflight.core.patterns import matching
from preflight.core.types import Bools, Ints
from preflight.kinds.phone import cells as phonecells
from preflight.kinds.phone import metadata, old_forms
from preflight.kinds.phone.labels import unlabelled
from preflight.kinds.phone.metadata import ParsedNumbers, characters, read, valid, written
from preflight.kinds.phone.missing_plus import either

# The status of a cell: as the library says, and for cells it cannot read, what they look like.
OK, UNPARSABLE, INVALID, NO_REGION = "ok", "unparsable", "invalid", "no-region"
PLACEHOLDER, SEVERAL, SCIENTIFIC, DECIMAL = "placeholder", "several", "scientific", "decimal"
WORDS, OLD_FORM = "words", "old-form"
# The reasons of valid numbers that are not rewritten, and of cells with words or two numbers.
EXTENSION, EITHER, VANITY = "extension", "either", "vanity"
AMONG, ABBREVIATED = "among", "abbreviated"

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
_LETTERS = re.compile(r"[^\W\d_]+")
_TOUCHING = re.compile(r"\d[^\W\d_]|[^\W\d_]\d")
_PLUSES = ("+", "\uff0b")


def trim_phone(value: str) -> str:
    """The cell without whitespace and invisible characters around it, and no apostrophe in front.

    People type the apostrophe to make a spreadsheet keep a number as text. Trimming twice equals
    trimming once.
    """
    return _IN_FRONT.sub("", strip_invisible(value))


def plain(
    values: pa.ChunkedArray, valid: Bools | None = None, *, few: int = metadata.FEW
) -> pa.ChunkedArray:
    """True if a cell is obviously a valid number in E.164 form; sound, see the tests.

    Args:
        values: a string column.
        valid: where a cell is the E.164 form of a number that was found to be valid.
        few: calling codes with fewer numbers than this are not worth the triage.
    """
    fine = np.zeros(len(values), dtype=bool)
    shaped = np.flatnonzero(matching(values, _E164).to_numpy())
    if len(shaped):
        numbers = values.cast(pa.string()).take(pa.array(shaped)).combine_chunks()
        known = None if valid is None else valid[shaped]
        fine[shaped] = written(pc.utf8_slice_codeunits(numbers, 1), few=few, valid=known)
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
    if _LETTERS.search(bare):
        if phonenumbers.is_valid_number(_parsed(_LETTERS.sub(" ", bare), known)):
            return "", WORDS, ""
        if phonecells.is_masked(bare):
            return "", PLACEHOLDER, ""
        return form, OK, VANITY
    return form, OK, EITHER if _is_either(bare, number) else ""


def _parsed(bare: str, region: str | None) -> phonenumbers.PhoneNumber:
    """The number in a cell; one that is never valid if there is none."""
    try:
        return phonenumbers.parse(bare, region)
    except phonenumbers.NumberParseException:
        return phonenumbers.PhoneNumber()


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
        A frame of the same index: `core` str, the result of `trim_phone`; `bare` str, `core`
        without known labels around the number, see `labels`, which is what is read; `e164` str, ""
        unless the status is OK; `status` str, one of OK, UNPARSABLE, INVALID and NO_REGION, from
        the library, or of PLACEHOLDER, SEVERAL, SCIENTIFIC and DECIMAL, see `cells`, or WORDS for a
        number with other words or letters, or OLD_FORM, see `old_forms`; `reason` str, why there is
        no number, EXTENSION for a valid number with an extension, EITHER for one that would be
        another number with a plus, see `missing_plus`, VANITY for one written in letters, AMONG for
        letters among the digits, ABBREVIATED for a second number of which only the end is there;
        `today` str, what replaces an OLD_FORM, in E.164 form, else "".
    """
    cells, where = _strings(values), _strings(regions)
    core = _trimmed(cells)
    bare, behind = unlabelled(core)
    verdicts = _Verdicts(len(core))
    _read(bare, where, few, verdicts)
    for cell in np.flatnonzero(behind.to_numpy(zero_copy_only=False) & ~verdicts.fine()).tolist():
        # `1-800-555-HOME` is a number in letters, and not one with a label.
        whole = _judge(core[cell].as_py(), where[cell].as_py())
        if whole[1] == OK:
            bare = pc.replace_with_mask(bare, _only(cell, len(bare)), core[cell])
            verdicts.settle_one(cell, *whole)
    _look_again(bare, where, verdicts)
    today = _look_for_old_forms(bare, where, verdicts)
    columns = {"core": core, "bare": bare, **verdicts.columns(), "today": today}
    return pd.DataFrame(
        {name: pd.array(column, dtype="str") for name, column in columns.items()},
        index=values.index,
    )


def obvious(values: pd.Series[str]) -> pd.DataFrame:
    """What `judge` says of values that are `plain`, which are their own E.164 form."""
    constant = {"status": OK, "reason": "", "today": ""}
    columns = dict.fromkeys(("core", "bare", "e164"), values)
    columns |= {name: pd.Series(text, values.index, "str") for name, text in constant.items()}
    return pd.DataFrame(columns)


class _Verdicts:
    """The E.164 form, the status and the reason of each cell, as far as they are settled.

    Args:
        count: of the cells.

    Attributes:
        e164: objects, the E.164 form of each cell, "" until one is known.
    """

    def __init__(self, count: int) -> None:
        self.e164 = np.full(count, "", dtype=object)
        # Each pair of status and reason, numbered; and the number of each cell's pair.
        self._pairs: dict[tuple[str, str], int] = {("", ""): 0}
        self._which = np.zeros(count, dtype=np.int64)

    def settle(self, at: Ints, status: str, reason: str) -> None:
        """Gives the cells at some positions a status and a reason."""
        self._which[at] = self._pairs.setdefault((status, reason), len(self._pairs))

    def settle_one(self, cell: int, e164: str, status: str, reason: str) -> None:
        """Gives one cell all that is known of it."""
        self.e164[cell] = e164
        self._which[cell] = self._pairs.setdefault((status, reason), len(self._pairs))

    def fine(self) -> Bools:
        """A mask over the cells: those that are a valid number."""
        return self.having(OK)

    def having(self, *statuses: str) -> Bools:
        """A mask over the cells: those with one of some statuses."""
        return np.array([status in statuses for status, _ in self._pairs])[self._which]

    def columns(self) -> dict[str, pa.Array]:
        """The columns of the result that say what the cells are."""
        self.e164[~self.fine()] = ""
        statuses, reasons = (pa.array(each, pa.string()) for each in zip(*self._pairs, strict=True))
        return {
            "e164": pa.array(self.e164, pa.string()),
            "status": statuses.take(pa.array(self._which)),
            "reason": reasons.take(pa.array(self._which)),
        }


def _only(cell: int, count: int) -> pa.Array:
    return pa.array(np.arange(count) == cell)


def _read(bare: pa.Array, where: pa.Array, few: int, verdicts: _Verdicts) -> None:
    """Settles each cell as the library does; most of them in bulk."""
    at, digits, plus, extended = _dialled(bare)
    parsed = read(digits, plus, where.take(pa.array(at)), few=few)
    fine = valid(parsed.codes, parsed.numbers)
    forms = _e164(parsed).filter(pa.array(fine))
    verdicts.e164[at[fine]] = forms.to_numpy(zero_copy_only=False)
    verdicts.settle(at[fine & ~extended], OK, "")
    unplussed = np.flatnonzero(fine & ~extended & ~plus)
    some = pa.array(unplussed)
    two = either(digits.take(some), parsed.codes[unplussed], parsed.numbers.take(some), few=few)
    verdicts.settle(at[unplussed[two]], OK, EITHER)
    verdicts.settle(at[fine & extended], OK, EXTENSION)
    for code in np.unique(parsed.codes[~fine]).tolist():
        verdicts.settle(at[~fine & (parsed.codes == code)], INVALID, _no_number(code))
    for outcome, (status, reason) in _OUTCOMES.items():
        verdicts.settle(at[parsed.outcomes == outcome], status, reason)
    asked = np.ones(len(bare), dtype=bool)
    asked[at] = parsed.outcomes == metadata.UNKNOWN
    for cell in np.flatnonzero(asked).tolist():
        verdicts.settle_one(cell, *_judge(bare[cell].as_py(), where[cell].as_py()))


def _look_again(bare: pa.Array, where: pa.Array, verdicts: _Verdicts) -> None:
    """Settles cells that hold something other than one number, so that each has one problem.

    A valid number is changed only if a spreadsheet or a program wrote it as a quantity, or if the
    end of a second number is behind it.
    """
    for cell in np.flatnonzero(phonecells.abbreviated(bare)).tolist():
        first = phonecells.first_of_abbreviated(bare[cell].as_py())
        if _judge(first, where[cell].as_py())[1] == OK:
            verdicts.settle_one(cell, "", SEVERAL, ABBREVIATED)
    left = np.flatnonzero(~(verdicts.fine() | verdicts.having(SEVERAL)))
    cells = bare.take(pa.array(left))
    worded = np.array([_words(cell) for cell in cells.to_pylist()], dtype=object)
    unread = verdicts.having(WORDS, INVALID, UNPARSABLE)[left]
    verdicts.settle(left[worded == WORDS], WORDS, "")
    verdicts.settle(left[(worded == AMONG) & unread], WORDS, AMONG)
    for status, looks in ((SEVERAL, phonecells.several), (PLACEHOLDER, phonecells.placeholder)):
        verdicts.settle(left[looks(cells).to_numpy(zero_copy_only=False)], status, "")
    for status, looks in ((DECIMAL, phonecells.decimal), (SCIENTIFIC, phonecells.scientific)):
        verdicts.settle(np.flatnonzero(looks(bare).to_numpy(zero_copy_only=False)), status, "")


def _words(bare: str) -> str:
    """WORDS for a number with words around it, AMONG for letters among digits, else ""."""
    if not _LETTERS.search(bare) or sum(map(str.isdigit, bare)) < _FEWEST:
        return ""
    if _TOUCHING.search(bare) or not phonecells.phones_in(bare):
        return AMONG
    return WORDS


def _look_for_old_forms(bare: pa.Array, where: pa.Array, verdicts: _Verdicts) -> pa.Array:
    """Settles numbers in a form that their country has given up, and returns those of today."""
    today = np.full(len(bare), "", dtype=object)
    bad = pa.array(verdicts.having(INVALID, UNPARSABLE))
    suspect = pc.and_(bad, old_forms.suspects(bare, where)).to_numpy(zero_copy_only=False)
    for cell in np.flatnonzero(suspect).tolist():
        today[cell], reason = old_forms.today(bare[cell].as_py(), where[cell].as_py())
        if today[cell]:
            verdicts.settle_one(cell, "", OLD_FORM, reason)
    return pa.array(today, pa.string())


def _strings(values: pd.Series[str]) -> pa.Array:
    strings = pa.array(values.array, pa.string())
    return strings.combine_chunks() if isinstance(strings, pa.ChunkedArray) else strings


def _trimmed(cells: pa.Array) -> pa.Array:
    """`trim_phone` of each cell."""
    padded = matching(cells, _PADDED)
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
    shaped = matching(core, _DIALLED).to_numpy(zero_copy_only=False)
    others = np.flatnonzero(~shaped)
    rest = core.take(pa.array(others))
    bare = pc.replace_substring_regex(rest, _EXTENSION, r"\1")
    behind = pc.and_(pc.not_equal(bare, rest), matching(bare, _DIALLED))
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
