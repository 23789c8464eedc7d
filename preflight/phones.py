"""What `phonenumbers` makes of a phone cell, and which cells need not be asked about.

The library is the truth; a region comes from the caller (a country column, an option, a profile)
and is never guessed.
"""

from __future__ import annotations

import functools
import re

import pandas as pd
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from preflight.invisible import CONTROLS, ODD_BLANKS, ZERO_WIDTH, strip_invisible

OK, UNPARSABLE, INVALID, NO_REGION = "ok", "unparsable", "invalid", "no-region"

_NOTHING = r"[^\s\S]"
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


@functools.cache
def _patterns(calling_code: int) -> tuple[str, str] | None:
    """RE2 patterns of the valid numbers of a calling code, and of those to ask about all the same.

    Built from the library's own metadata. A number with a calling code is parsed by the code's main
    region, which alone can strip a national prefix; where several regions share a code, the library
    settles the region by leading digits. Numbers to which either may happen are left to it. None
    where the main region rewrites numbers as it strips.
    """
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[calling_code]
    main = phonenumbers.PhoneMetadata.metadata_for_region(regions[0], None)
    if main is None or main.national_prefix_transform_rule:
        return None
    valid: list[str] = []
    never = [main.national_prefix_for_parsing] if main.national_prefix_for_parsing else []
    for region in regions:
        metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
        if metadata is None:
            continue
        if metadata.leading_digits:
            never.append(metadata.leading_digits)
            continue
        for name in _TYPES:
            kind = getattr(metadata, name)
            if kind is not None and kind.national_number_pattern:
                valid.append(kind.national_number_pattern)
    return ("|".join(valid), "|".join(never)) if valid else None


@functools.cache
def _plain_pattern(calling_codes: tuple[int, ...]) -> tuple[str, str]:
    valid, never = [], []
    for calling_code in calling_codes:
        patterns = _patterns(calling_code)
        if patterns is None:
            continue
        valid.append(f"{calling_code}(?:{patterns[0]})")
        if patterns[1]:
            never.append(f"{calling_code}(?:{patterns[1]})")
    return (
        rf"^\+(?:{'|'.join(valid) or _NOTHING})$",
        rf"^\+(?:{'|'.join(never) or _NOTHING})",
    )


def _calling_codes(values: pa.ChunkedArray) -> tuple[int, ...]:
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
    shaped = pc.match_substring_regex(values, _E164)
    valid, never = _plain_pattern(_calling_codes(values.filter(shaped)))
    fine = pc.and_(shaped, pc.match_substring_regex(values, valid))
    return pc.and_not(fine, pc.match_substring_regex(values, never))


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
    return pd.DataFrame(
        [_judge(value, region) for value, region in zip(values.array, regions.array, strict=True)],
        index=values.index,
        columns=["core", "e164", "status", "reason"],
        dtype="str",
    )
