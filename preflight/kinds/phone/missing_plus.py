"""Digits without a plus that are one number in their region and another one behind a plus.

Programs drop the plus of E.164. In Germany `4917012345678` is then a number of Norddeich, written
without its zero, and a mobile whose plus is gone: the library knows the first, and both are valid.
Nothing in the cell tells which one is meant.
"""

from __future__ import annotations

import functools

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.types import Bools, Ints
from preflight.kinds.phone.metadata import UNKNOWN, groups, matches, read, valid

_DIGIT = frozenset("0123456789")


@functools.cache
def _forms(code: int) -> tuple[tuple[str, str, bool], ...]:
    """How numbers of a calling code are written at home: patterns, and whether a prefix is due."""
    region = phonenumbers.region_code_for_country_code(code)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    forms = []
    for form in metadata.number_format if metadata else ():
        rule = (form.national_prefix_formatting_rule or "").replace("\\1", "")
        due = bool(_DIGIT & set(rule)) and not form.national_prefix_optional_when_formatting
        leading = form.leading_digits_pattern
        # The library takes the last of the patterns, the longest, for a whole number.
        forms.append((rf"^(?:{leading[-1]})" if leading else "", rf"^(?:{form.pattern})$", due))
    return tuple(forms)


def bare(code: int, numbers: pa.Array) -> Bools:
    """Where a national number is written at home without a prefix, as in Spain or North America.

    Args:
        code: the calling code.
        numbers: national numbers of it, of ASCII digits.
    """
    found = np.ones(len(numbers), dtype=bool)
    left = np.arange(len(numbers))
    if not any(due for _, _, due in _forms(code)):
        return found
    for leading, pattern, due in _forms(code):
        some = numbers.take(pa.array(left))
        fits = matches(some, pattern)
        if leading:
            fits &= matches(some, leading)
        found[left[fits]] = not due
        left = left[~fits]
    return found


def either(digits: pa.Array, codes: Ints, numbers: pa.Array, *, few: int) -> Bools:
    """Where digits are another valid number behind a plus, and their region does not settle it.

    It does where they are written as that country writes its numbers, prefix and all, unless its
    own calling code is what they begin with.

    Args:
        digits: of the cells, without a plus in front; strings of at least three ASCII digits each.
        codes: the calling code of the valid number that each is in its region.
        numbers: the national number behind it.
        few: fewer numbers of a calling code than these are read one by one.
    """
    found = np.zeros(len(digits), dtype=bool)
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
    found[at] = valid(abroad.codes, abroad.numbers) & other
    for one in np.flatnonzero(abroad.outcomes == UNKNOWN).tolist():
        found[at[one]] = _is_another(some[one].as_py(), dropped[at[one]].as_py())
    return found


def _unsettled(digits: pa.Array, codes: Ints, numbers: pa.Array) -> Bools:
    found = np.zeros(len(digits), dtype=bool)
    for code, where in groups(codes):
        cells, mine = digits.take(pa.array(where)), numbers.take(pa.array(where))
        own = pc.starts_with(cells, str(code))
        prefix = phonenumbers.ndd_prefix_for_region(
            phonenumbers.region_code_for_country_code(code), True
        )
        dialled = pc.equal(cells, pc.binary_join_element_wise(prefix or "", mine, ""))
        home = pc.or_(dialled, pc.and_(pc.equal(cells, mine), pa.array(bare(code, mine))))
        found[where] = pc.or_(own, pc.invert(home)).to_numpy(zero_copy_only=False)
    return found


def _is_another(digits: str, dropped: str) -> bool:
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return phonenumbers.is_valid_number(number) and form != f"+{dropped}"
