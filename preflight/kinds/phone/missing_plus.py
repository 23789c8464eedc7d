"""Digits without a plus that are one number in their region, and another one with a plus.

Programs drop the plus of E.164. In Germany `4917012345678` is then either a number of Norddeich
without its leading zero, or a mobile number without its plus. Both are valid; the library reads the
first. Nothing in the cell says which one is meant.
"""

from __future__ import annotations

import functools

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.arrow import matches
from preflight.core.types import Bools, Ints
from preflight.kinds.phone.metadata import UNKNOWN, groups, read, valid

_DIGIT = frozenset("0123456789")


@functools.cache
def _forms(code: int) -> tuple[tuple[str, str, bool], ...]:
    """How a country writes its own numbers: patterns, and whether each needs a national prefix."""
    region = phonenumbers.region_code_for_country_code(code)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    forms = []
    for form in metadata.number_format if metadata else ():
        rule = (form.national_prefix_formatting_rule or "").replace("\\1", "")
        due = bool(_DIGIT & set(rule)) and not form.national_prefix_optional_when_formatting
        leading = form.leading_digits_pattern
        # For a whole number the library uses the last, the longest, of the patterns.
        forms.append((rf"^(?:{leading[-1]})" if leading else "", rf"^(?:{form.pattern})$", due))
    return tuple(forms)


def bare(code: int, numbers: pa.Array) -> Bools:
    """Whether a country writes the number without a prefix, as Spain and North America do.

    Args:
        code: the calling code.
        numbers: national numbers of it, of ASCII digits.
    """
    unprefixed = np.ones(len(numbers), dtype=bool)
    left = np.arange(len(numbers))
    if not any(due for _, _, due in _forms(code)):
        return unprefixed
    for leading, pattern, due in _forms(code):
        some = numbers.take(pa.array(left))
        fits = matches(some, pattern)
        if leading:
            fits &= matches(some, leading)
        unprefixed[left[fits]] = not due
        left = left[~fits]
    return unprefixed


def either(digits: pa.Array, codes: Ints, numbers: pa.Array, *, few: int) -> Bools:
    """Whether digits would be another valid number with a plus, and the region does not settle it.

    The region settles it if they are written as that country writes its numbers, including the
    prefix, unless they begin with its own calling code.

    Args:
        digits: of the cells, without a plus in front; strings of at least three ASCII digits each.
        codes: the calling code of the valid number that each is in its region.
        numbers: the national number after it.
        few: calling codes with fewer numbers than this are read one by one.
    """
    ambiguous = np.zeros(len(digits), dtype=bool)
    dropped = pc.binary_join_element_wise(pc.cast(pa.array(codes), pa.string()), numbers, "")
    # No calling code starts with a zero.
    open_ = pc.invert(pc.or_(pc.equal(digits, dropped), pc.starts_with(digits, "0")))
    at = np.flatnonzero(open_.to_numpy(zero_copy_only=False))
    at = at[_unsettled(digits.take(pa.array(at)), codes[at], numbers.take(pa.array(at)))]
    some = digits.take(pa.array(at))
    abroad = read(some, np.ones(len(at), dtype=bool), pa.array([""] * len(at)), few=few)
    forms = pc.binary_join_element_wise(
        pc.cast(pa.array(abroad.codes), pa.string()), abroad.numbers, ""
    )
    other = pc.not_equal(forms, dropped.take(pa.array(at))).to_numpy(zero_copy_only=False)
    ambiguous[at] = valid(abroad.codes, abroad.numbers) & other
    for cell in np.flatnonzero(abroad.outcomes == UNKNOWN).tolist():
        ambiguous[at[cell]] = _is_another(some[cell].as_py(), dropped[at[cell]].as_py())
    return ambiguous


def _unsettled(digits: pa.Array, codes: Ints, numbers: pa.Array) -> Bools:
    unsettled = np.zeros(len(digits), dtype=bool)
    for code, where in groups(codes):
        cells, mine = digits.take(pa.array(where)), numbers.take(pa.array(where))
        own = pc.starts_with(cells, str(code))
        prefix = phonenumbers.ndd_prefix_for_region(
            phonenumbers.region_code_for_country_code(code), True
        )
        dialled = pc.equal(cells, pc.binary_join_element_wise(prefix or "", mine, ""))
        home = pc.or_(dialled, pc.and_(pc.equal(cells, mine), pa.array(bare(code, mine))))
        unsettled[where] = pc.or_(own, pc.invert(home)).to_numpy(zero_copy_only=False)
    return unsettled


def _is_another(digits: str, dropped: str) -> bool:
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return phonenumbers.is_valid_number(number) and form != f"+{dropped}"
