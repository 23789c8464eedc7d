"""What `phonenumbers` makes of a phone cell, and which cells need not be asked about.

The library is the truth; a region comes from the caller (a country column, an option, a profile)
and is never guessed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from preflight.invisible import CONTROLS, ODD_BLANKS, ZERO_WIDTH, strip_invisible
from preflight.model import Bools

OK, UNPARSABLE, INVALID, NO_REGION = "ok", "unparsable", "invalid", "no-region"

_NOTHING = r"[^\s\S]"
# A number as people dial and write it: digits and the punctuation that means nothing.
_DIALLED = r"^\+?(?:[0-9][0-9 ./-]*|\([0-9 ]{1,6}\))(?:\([0-9 ]{1,6}\))?[0-9 ./-]*[0-9]$"
_PUNCTUATION = r"[ ()./-]"
_E164 = r"^\+[1-9][0-9]{6,14}$"
_TYPES = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip",
    "pager", "uan", "voicemail",
)  # fmt: skip
_IN_FRONT = re.compile(f"^(?:['\u2018\u2019`]|[ {ZERO_WIDTH}{ODD_BLANKS}{CONTROLS}])+")
_PLUSES = ("+", "\uff0b")


def trim_phone(value: str) -> str:
    """The cell without blanks and invisible characters around it, and no apostrophe in front.

    The apostrophe is how people make a spreadsheet keep a number as text. Trimming twice equals
    trimming once.
    """
    return _IN_FRONT.sub("", strip_invisible(value))


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What a calling code's numbers look like, as RE2 patterns of the digits behind the code.

    Built from the library's own metadata. A number with a calling code is parsed by the code's main
    region, which alone can strip a national prefix: numbers that start like one are left to it.
    Where several regions share a code, the main one is asked first; the others settle by leading
    digits, and a number that starts with those of any is left to the library unless the main
    region knows it.

    Attributes:
        general: what any number of the code looks like: the library asks that first.
        main: valid numbers of the main region.
        shared: valid numbers of the regions that share the code and have no leading digits.
        prefix: the national prefix; "" if there is none.
        leading: the leading digits of the other regions; "" if there are none.
    """

    general: str
    main: str
    shared: str
    prefix: str
    leading: str


@functools.cache
def _patterns(calling_code: int, length: int) -> _Patterns | None:
    """The patterns of a calling code for numbers of so many digits behind it.

    None where its main region's metadata say too little.
    """
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[calling_code]
    found = [phonenumbers.PhoneMetadata.metadata_for_region(region, None) for region in regions]
    known = [metadata for metadata in found if metadata is not None]
    if not known or known[0] is not found[0] or known[0].leading_digits:
        return None
    main, *others = known
    shared = [_valid(metadata, length) for metadata in others if not metadata.leading_digits]
    leading = [metadata.leading_digits for metadata in others if metadata.leading_digits]
    return _Patterns(
        general=(main.general_desc and main.general_desc.national_number_pattern) or _NOTHING,
        main=_valid(main, length),
        shared="|".join(filter(None, shared)),
        prefix=main.national_prefix_for_parsing or "",
        leading="|".join(leading),
    )


def _valid(metadata: phonenumbers.PhoneMetadata, length: int) -> str:
    """The numbers of a region that have so many digits: the patterns alone would allow more."""
    kinds = (getattr(metadata, name) for name in _TYPES)
    return "|".join(
        kind.national_number_pattern
        for kind in kinds
        if kind is not None and kind.national_number_pattern and length in kind.possible_length
    )


def _joined(pieces: Iterable[tuple[int, str]]) -> str:
    return "|".join(f"{code}(?:{pattern})" for code, pattern in pieces if pattern) or _NOTHING


@functools.cache
def _plain_patterns(calling_codes: tuple[int, ...], length: int) -> tuple[str, ...]:
    """Patterns of E.164 numbers of one length: general, main, shared, prefixes, leading digits."""
    known = [
        (code, found)
        for code in calling_codes
        if (found := _patterns(code, length - len(f"+{code}"))) is not None
    ]
    return (
        rf"^\+(?:{_joined((code, found.general) for code, found in known)})$",
        rf"^\+(?:{_joined((code, found.main) for code, found in known)})$",
        rf"^\+(?:{_joined((code, found.shared) for code, found in known)})$",
        rf"^\+(?:{_joined((code, found.prefix) for code, found in known)})",
        rf"^\+(?:{_joined((code, found.leading) for code, found in known)})",
    )


def _calling_codes(values: pa.Array) -> tuple[int, ...]:
    heads = pc.unique(pc.utf8_slice_codeunits(values, 1, 4)).to_pylist()
    found = {
        int(head[:length])
        for head in heads
        for length in (1, 2, 3)
        if head[:length].isdigit()
        and int(head[:length]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    }
    return tuple(sorted(found))


def plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """True where a cell is obviously a valid number in E.164 form; sound, see the tests.

    Args:
        values: a string column.
    """
    shaped = np.flatnonzero(pc.match_substring_regex(values, _E164).to_numpy())
    fine = np.zeros(len(values), dtype=bool)
    if not len(shaped):
        return pa.chunked_array([pa.array(fine)])
    numbers = values.take(pa.array(shaped)).combine_chunks()
    codes = _calling_codes(numbers)
    lengths = pc.binary_length(numbers).to_numpy(zero_copy_only=False)
    for length in np.unique(lengths).tolist():
        at = np.flatnonzero(lengths == length)
        fine[shaped[at]] = _plain_of(numbers.take(pa.array(at)), codes, length)
    return pa.chunked_array([pa.array(fine)])


def _plain_of(numbers: pa.Array, codes: tuple[int, ...], length: int) -> Bools:
    """`plain` for E.164 forms of one length, whose calling codes are among these."""
    general, main, shared, prefix, leading = _plain_patterns(codes, length)
    fine = pc.match_substring_regex(numbers, main)
    if _NOTHING not in shared:
        alike = pc.match_substring_regex(numbers, shared)
        fine = pc.or_(fine, pc.and_not(alike, pc.match_substring_regex(numbers, leading)))
    fine = pc.and_(fine, pc.match_substring_regex(numbers, general))
    # No valid number of the metadata of today starts like its national prefix; one of tomorrow may.
    settled = pc.and_not(fine, pc.match_substring_regex(numbers, prefix))
    return np.asarray(settled.to_numpy(zero_copy_only=False))


@functools.lru_cache(maxsize=1 << 16)
def _judge(value: str, region: str) -> tuple[str, str, str, str]:
    bare = trim_phone(value)
    if not bare:
        return "", "", OK, ""
    known = region if region in phonenumbers.SUPPORTED_REGIONS else None
    try:
        number = phonenumbers.parse(bare, known)
    except phonenumbers.NumberParseException as error:
        no_code = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
        if no_code and known is None and not bare.startswith(_PLUSES):
            return bare, "", NO_REGION, "no country is known for it"
        return bare, "", UNPARSABLE, _REASONS.get(error.error_type, "")
    if not phonenumbers.is_valid_number(number):
        where = phonenumbers.region_code_for_country_code(number.country_code or 0)
        return bare, "", INVALID, f"no valid number of {where} (+{number.country_code})"
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return bare, form, OK, "extension" if number.extension else ""


_REASONS = {
    phonenumbers.NumberParseException.INVALID_COUNTRY_CODE: "there is no such country code",
    phonenumbers.NumberParseException.NOT_A_NUMBER: "it is no phone number",
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD: "nothing follows its prefix",
    phonenumbers.NumberParseException.TOO_SHORT_NSN: "it has too few digits",
    phonenumbers.NumberParseException.TOO_LONG: "it has too many digits",
}


def judge(values: pd.Series[str], regions: pd.Series[str]) -> pd.DataFrame:
    """What the library says of each value in its region.

    Args:
        values: the cells.
        regions: of the same index, the ISO 3166 code of each cell's region, "" where none is known.

    Returns:
        A frame of the same index: `core` str, `e164` str ("" unless valid), `status` str (OK,
        UNPARSABLE, INVALID, NO_REGION), `reason` str (why not; "extension" for a valid number
        that carries one).
    """
    cells, where = values.to_numpy(dtype=object), regions.to_numpy(dtype=object)
    easy = _rewritten(cells, where)
    judged = [
        (value, form, OK, "") if form else _judge(value, region)
        for value, form, region in zip(cells, easy, where, strict=True)
    ]
    return pd.DataFrame(
        judged, index=values.index, columns=["core", "e164", "status", "reason"], dtype="str"
    )


def _rewritten(values: np.ndarray, regions: np.ndarray) -> np.ndarray:
    """The E.164 form of the numbers that need no parser: take off punctuation, put on the code.

    Most national numbers of most files are such. A form counts only if `plain` passes it, and a
    number whose start the library may read as something else (an international prefix, the calling
    code without a plus) is left to the library; a property test holds the two equal.

    Args:
        values: the cells.
        regions: the region of each.

    Returns:
        An object array: the form, or "" where the library has to be asked.
    """
    forms = np.full(len(values), "", dtype=object)
    shaped = np.flatnonzero(pc.match_substring_regex(pa.array(values, pa.string()), _DIALLED))
    if not len(shaped):
        return forms
    dialled = pa.array(values[shaped], pa.string())
    digits = pc.replace_substring_regex(dialled, _PUNCTUATION, "").to_numpy(zero_copy_only=False)
    made = np.where([text.startswith("+") for text in digits], digits, "")
    for region in sorted(set(regions[shaped])):
        rewrite = _rewriting(region)
        mine = np.flatnonzero((regions[shaped] == region) & (made == ""))
        if rewrite is None or not len(mine):
            continue
        code, prefix, never = rewrite
        odd = pc.match_substring_regex(pa.array(digits[mine], pa.string()), never).to_numpy(
            zero_copy_only=False
        )
        mine = mine[~odd]
        made[mine] = [f"+{code}{text.removeprefix(prefix)}" for text in digits[mine]]
    fine = plain(pa.chunked_array([pa.array(made, pa.string())])).to_numpy()
    forms[shaped[fine]] = made[fine]
    return forms


@functools.cache
def _rewriting(region: str) -> tuple[int, str, str] | None:
    """A region's calling code, its national prefix, and a pattern of the numbers to leave alone.

    None where the region is not known, rewrites numbers as it strips, or has a prefix that is no
    plain run of digits.
    """
    if region not in phonenumbers.SUPPORTED_REGIONS:
        return None
    code = phonenumbers.country_code_for_region(region)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    prefix = "" if metadata is None else metadata.national_prefix_for_parsing or ""
    if (
        metadata is None
        or metadata.national_prefix_transform_rule
        or (prefix and not prefix.isdecimal())
    ):
        return None
    never = [pattern for pattern in (metadata.international_prefix,) if pattern]
    if prefix != str(code):
        never.append(str(code))
    return code, prefix, rf"^(?:{'|'.join(never) or _NOTHING})"
