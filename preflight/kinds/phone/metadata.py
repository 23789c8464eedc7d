"""Numbering plans: which digits are a number of which country, read in bulk.

`phonenumbers` reads one number at a time. This reads columns of digits by the same steps and the
same metadata, every pattern of which is one that RE2 takes: the international prefix, the calling
code, the national prefix and its rewriting, the lengths, the patterns of each type. A plan whose
metadata say too little, or say it in a way that is not known here, has no answer, and the library
is asked. `make compare` holds both equal over all regions.

Letters, extensions and digits of other scripts are no business of this module; see `phones`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.types import Bools, Ints

# What reading comes to: a number, of which it is to be seen whether it is valid, or why there is
# none. UNKNOWN is for the library.
READ, UNKNOWN, NO_REGION, NO_CODE, SHORT_BEHIND_PREFIX, TOO_SHORT, TOO_LONG = range(7)

# The library's own limits of a national number: _MIN_LENGTH_FOR_NSN and _MAX_LENGTH_FOR_NSN.
_SHORTEST, _LONGEST = 2, 17
# In the order in which the library tries them; the last two may both fit.
KINDS = (
    "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan",
    "voicemail", "fixed_line", "mobile",
)  # fmt: skip
_WORLD = "001"
# RE2 makes its patterns anew at each call: the library reads so many numbers in that time.
FEW = 32
# A number's length as a letter in front of it: one pattern can then hold types of many lengths.
_LETTERS = pa.array([chr(ord("A") + length) for length in range(_LONGEST + 1)] + ["Z"])
_ANY_LENGTH = "[A-Z]"


@dataclass(frozen=True, slots=True)
class Numbering:
    """What the metadata say of one region's numbers.

    Attributes:
        code: its calling code.
        abroad: a pattern of its international prefixes, at the start.
        prefix: a pattern of its national prefixes, at the start; "" if it has none.
        groups: how many groups that has.
        rewriting: what the last group is rewritten to; "" if the prefix just goes.
        general: a pattern of all its numbers, regardless of length.
        known: the same with the length's letter in front, of those lengths that there are.
        types: a pattern of each type, with the letter; "" for one that it has no numbers of.
        typed: a pattern of the numbers of any type, with the letter.
        same: whether its landlines and mobiles cannot be told apart.
        leading: a pattern of the digits that tell its numbers from others of the code; "" if none.
        possible: the lengths of its numbers.
        local: the lengths of those that can be dialled in one place only.
    """

    code: int
    abroad: str
    prefix: str
    groups: int
    rewriting: str
    general: str
    known: str
    types: tuple[str, ...]
    typed: str
    same: bool
    leading: str
    possible: tuple[int, ...]
    local: frozenset[int]

    def stays(self, lengths: Ints) -> Bools:
        """Where so many digits may be what is left of a number without its national prefix."""
        fits = np.isin(lengths, self.possible) | (lengths > self.possible[-1])
        return fits & ~np.isin(lengths, list(self.local))

    def overlong(self, lengths: Ints) -> Bools:
        """Where so many digits are more than any number has."""
        return (lengths > self.possible[-1]) & ~np.isin(lengths, list(self.local))


@functools.cache
def numbering(region: str, code: int = 0) -> Numbering | None:
    """The numbering of a region, or of a calling code of no country.

    Args:
        region: ISO 3166 alpha-2, or "001".
        code: the calling code, where the region is "001".

    Returns:
        None where the library has no metadata of it, or such as are not known here.
    """
    if region != _WORLD and region not in phonenumbers.SUPPORTED_REGIONS:
        return None
    metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    general = None if metadata is None else metadata.general_desc
    if metadata is None or general is None or not general.national_number_pattern:
        return None
    prefix = metadata.national_prefix_for_parsing or ""
    rewriting = metadata.national_prefix_transform_rule or ""
    groups = re.compile(prefix).groups
    types = tuple(
        "" if kind == "mobile" and metadata.same_mobile_and_fixed_line_pattern else _lettered(desc)
        for kind in KINDS
        for desc in (getattr(metadata, kind),)
    )
    plan = Numbering(
        code=metadata.country_code or code,
        abroad=rf"^(?:{metadata.international_prefix})" if metadata.international_prefix else "",
        prefix=rf"^(?:{prefix})" if prefix else "",
        groups=groups,
        rewriting=rewriting,
        general=rf"^(?:{general.national_number_pattern})$",
        known=rf"^(?:{_lettered(general)})$",
        types=tuple(rf"^(?:{one})$" if one else "" for one in types),
        typed=rf"^(?:{'|'.join(filter(None, types))})$",
        same=bool(metadata.same_mobile_and_fixed_line_pattern),
        leading=rf"^(?:{metadata.leading_digits})" if metadata.leading_digits is not None else "",
        possible=tuple(sorted(general.possible_length)),
        local=frozenset(general.possible_length_local_only),
    )
    sound = plan.possible and any(types) and (groups or not rewriting) and _is_re2(plan)
    return plan if sound else None


def _lettered(desc: phonenumbers.PhoneNumberDesc | None) -> str:
    """The numbers of a description, with the letter of their length in front; "" if it has none."""
    if desc is None or not desc.national_number_pattern:
        return ""
    lengths = [length for length in desc.possible_length if 0 < length <= _LONGEST]
    if desc.possible_length and not lengths:
        return ""
    letters = "".join(_LETTERS[length].as_py() for length in lengths)
    return rf"{f'[{letters}]' if letters else _ANY_LENGTH}(?:{desc.national_number_pattern})"


def _is_re2(plan: Numbering) -> bool:
    """Whether RE2 takes the patterns: it knows no look-around."""
    patterns = (plan.abroad, plan.prefix, plan.general, plan.known, plan.typed, plan.leading)
    try:
        for pattern in filter(None, (*patterns, *plan.types)):
            pc.match_substring_regex(pa.scalar(""), pattern)
    except pa.ArrowInvalid:
        return False
    return True


@functools.cache
def regions_of(code: int) -> tuple[Numbering, ...] | None:
    """The numberings of a calling code, the main region's first; None if one is not known."""
    found = tuple(
        numbering(region, code) for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    )
    return None if None in found else tuple(filter(None, found))


@functools.cache
def _codes() -> Ints:
    """The calling code at the start of each three digits; 0 where there is none."""
    found = np.zeros(1000, dtype=np.int64)
    # The library tries one digit, then two, then three: the shortest code comes last here.
    for code in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE, reverse=True):
        rest = 3 - len(str(code))
        found[code * 10**rest : (code + 1) * 10**rest] = code
    return found


def matches(numbers: pa.Array, pattern: str) -> Bools:
    """Where a pattern fits."""
    found: Bools = pc.match_substring_regex(numbers, pattern).to_numpy(zero_copy_only=False)
    return found


def _lengths(numbers: pa.Array) -> Ints:
    found: Ints = pc.binary_length(numbers).to_numpy(zero_copy_only=False).astype(np.int64)
    return found


def _picked(numbers: pa.Array, where: Ints) -> pa.Array:
    return numbers if len(where) == len(numbers) else numbers.take(pa.array(where))


def groups(keys: Ints) -> Iterator[tuple[int, Ints]]:
    """Each key, and where it stands."""
    order = np.argsort(keys, kind="stable")
    ends = np.flatnonzero(np.diff(keys[order])) + 1
    for where in np.split(order, ends) if len(keys) else ():
        yield int(keys[where[0]]), where


def characters(strings: pa.Array) -> tuple[Ints, np.ndarray]:
    """The bytes of an array of strings, and where in them each begins; the last end comes last."""
    _, offsets, data = strings.buffers()
    bounds = np.frombuffer(offsets, np.int32)[strings.offset : strings.offset + len(strings) + 1]
    return bounds.astype(np.int64), np.frombuffer(data or b"", np.uint8)


def codes_of(numbers: pa.Array) -> Ints:
    """The calling code that each number of at least three digits starts with; 0 where none does."""
    if not len(numbers):
        return np.empty(0, dtype=np.int64)
    bounds, digits = characters(numbers)
    first, second, third = (digits[bounds[:-1] + at].astype(np.int64) - ord("0") for at in range(3))
    found: Ints = _codes()[first * 100 + second * 10 + third]
    return found


def _without_prefix(plan: Numbering, numbers: pa.Array) -> pa.Array:
    """The numbers with the national prefix taken off or rewritten, where the library would."""
    hit = matches(numbers, plan.prefix) if plan.prefix else np.zeros(len(numbers), dtype=bool)
    if not hit.any():
        return numbers
    some = numbers.filter(pa.array(hit))
    bare = pc.replace_substring_regex(some, plan.prefix, "", max_replacements=1)
    if plan.rewriting:
        # The rule holds where the last group took part; no group of the metadata can be empty.
        marked = pc.replace_substring_regex(some, plan.prefix, rf"\{plan.groups}x")
        rewritten = pc.replace_substring_regex(some, plan.prefix, plan.rewriting)
        bare = pc.if_else(pc.starts_with(marked, "x"), bare, rewritten)
    loses = matches(some, plan.general) & ~matches(bare, plan.general)
    return pc.replace_with_mask(numbers, pa.array(hit), pc.if_else(pa.array(loses), some, bare))


@dataclass(frozen=True)
class Reading:
    """What columns of digits were read as.

    Attributes:
        outcomes: READ, or why there is no number.
        codes: the calling code of each; 0 where there is no number.
        numbers: the national number behind it; "" where there is none.
    """

    outcomes: Ints
    codes: Ints
    numbers: pa.Array


class _Reader:
    """Reads one column; the pieces of it are put together in the end."""

    def __init__(self, count: int, few: int) -> None:
        self.few = few
        self.outcomes = np.full(count, UNKNOWN, dtype=np.int64)
        self.codes = np.zeros(count, dtype=np.int64)
        self._pieces: list[tuple[Ints, pa.Array]] = []

    def settle(self, plan: Numbering, where: Ints, numbers: pa.Array) -> None:
        """Numbers behind a calling code, in the numbering they are read by."""
        bare = _without_prefix(plan, numbers)
        kept = pc.if_else(pa.array(plan.stays(_lengths(bare))), bare, numbers)
        short, long = _lengths(numbers) < _SHORTEST, _lengths(kept) > _LONGEST
        self.outcomes[where] = np.select([short, long], [TOO_SHORT, TOO_LONG], READ)
        self.codes[where] = plan.code
        self._pieces.append((where, kept))

    def abroad(self, where: Ints, numbers: pa.Array) -> Ints:
        """Numbers with a calling code in front; says which start with none."""
        strange = [where[:0]]
        for code, mine in groups(codes_of(numbers)):
            if not code:
                strange.append(where[mine])
            elif len(mine) >= self.few and (plans := regions_of(code)) is not None:
                rest = pc.utf8_slice_codeunits(_picked(numbers, mine), len(str(code)))
                self.settle(plans[0], where[mine], rest)
        return np.concatenate(strange)

    def national(self, plan: Numbering, where: Ints, numbers: pa.Array, plus: Bools) -> None:
        """Numbers as they are dialled in a region.

        Behind a plus there has to be a calling code, though one that is dialled will do.
        """
        plans = regions_of(plan.code)
        if plans is None:
            return
        if plan.abroad and (begins := matches(numbers, plan.abroad)).any():
            rest = pc.replace_substring_regex(numbers, plan.abroad, "", max_replacements=1)
            # No calling code starts with a zero: the prefix is a part of the number then.
            begins &= ~pc.starts_with(rest, "0").to_numpy(zero_copy_only=False)
            short = begins & (_lengths(rest) <= _SHORTEST)
            self.outcomes[where[short]] = SHORT_BEHIND_PREFIX
            long = np.flatnonzero(begins & ~short)
            self.outcomes[self.abroad(where[long], _picked(rest, long))] = NO_CODE
            mine = np.flatnonzero(~begins)
            where, numbers, plus = where[mine], _picked(numbers, mine), plus[mine]
        written = pc.starts_with(numbers, str(plan.code)).to_numpy(zero_copy_only=False)
        coded = np.flatnonzero(written)
        rest = pc.utf8_slice_codeunits(_picked(numbers, coded), len(str(plan.code)))
        rest, whole = _without_prefix(plan, rest), _picked(numbers, coded)
        better = ~matches(whole, plan.general) & matches(rest, plan.general)
        better |= plan.overlong(_lengths(whole))
        self.settle(plans[0], where[coded[better]], rest.filter(pa.array(better)))
        written[coded] = better
        self.outcomes[where[plus & ~written]] = NO_CODE
        mine = np.flatnonzero(~plus & ~written)
        self.settle(plan, where[mine], _picked(numbers, mine))

    def reading(self) -> Reading:
        """What all was read as."""
        left = np.flatnonzero(self.codes == 0)
        pieces = [*self._pieces, (left, pa.array([""] * len(left), pa.string()))]
        order = np.argsort(np.concatenate([where for where, _ in pieces]), kind="stable")
        numbers = pa.concat_arrays([piece for _, piece in pieces]).take(pa.array(order))
        return Reading(self.outcomes, self.codes, numbers)


def read(digits: pa.Array, international: Bools, regions: pa.Array, *, few: int = FEW) -> Reading:
    """Reads columns of digits as the library reads what people wrote.

    Args:
        digits: strings of at least three ASCII digits each.
        international: where a plus stood in front.
        regions: of the same length: the ISO 3166 code of each one's region, "" where none is known.
        few: fewer numbers of a region or calling code than these are left to the library.
    """
    reader = _Reader(len(digits), few)
    abroad = np.flatnonzero(international)
    strange = reader.abroad(abroad, _picked(digits, abroad))
    # The library tries a number whose calling code does not exist again without its plus.
    national = np.concatenate([np.flatnonzero(~international), strange])
    encoded = regions.dictionary_encode()
    names, which = encoded.dictionary.to_pylist(), encoded.indices.to_numpy()
    for key, mine in groups(which[national].astype(np.int64)):
        where = national[mine]
        if names[key] not in phonenumbers.SUPPORTED_REGIONS:
            reader.outcomes[where] = np.where(international[where], NO_CODE, NO_REGION)
        elif len(mine) >= few and (plan := numbering(names[key])) is not None:
            reader.national(plan, where, _picked(digits, where), international[where])
    return reader.reading()


def by_region(code: int, numbers: pa.Array) -> Iterator[tuple[Numbering, Ints, pa.Array, Bools]]:
    """Which numbers behind a calling code are of which of its regions, and which of them are valid.

    Yields:
        A numbering, where its numbers stand, those with the letter, and where they are valid.
    """
    plans = regions_of(code) or ()
    lengths = np.minimum(_lengths(numbers), _LONGEST + 1)
    lettered = pc.binary_join_element_wise(_LETTERS.take(pa.array(lengths)), numbers, "")
    left = np.arange(len(numbers))
    for plan in plans:
        if not len(left):
            return
        mine = left
        if plan.leading and len(plans) > 1:
            mine = left[matches(_picked(numbers, left), plan.leading)]
        found = _picked(lettered, mine)
        valid = matches(found, plan.known)
        valid[valid] = matches(found.filter(pa.array(valid)), plan.typed)
        if not plan.leading and len(plans) > 1:
            mine, found, valid = mine[valid], found.filter(pa.array(valid)), valid[valid]
        left = np.setdiff1d(left, mine, assume_unique=True)
        if len(mine):
            yield plan, mine, found, valid


def valid(codes: Ints, numbers: pa.Array) -> Bools:
    """Where a number is a valid one.

    Args:
        codes: the calling code of each; 0 for no number.
        numbers: the national number behind it.
    """
    fine = np.zeros(len(numbers), dtype=bool)
    for code, where in groups(codes):
        if code:
            for _, mine, _, good in by_region(code, _picked(numbers, where)):
                fine[where[mine]] = good
    return fine


def written(digits: pa.Array, *, few: int = FEW) -> Bools:
    """Where digits are the E.164 form of a valid number, but for the plus.

    Args:
        digits: strings of at least three ASCII digits each.
        few: fewer numbers of a calling code than these are left to the library.
    """
    fine = np.zeros(len(digits), dtype=bool)
    for code, where in groups(codes_of(digits)):
        plans = regions_of(code) if code and len(where) >= few else None
        if plans is None:
            continue
        numbers = pc.utf8_slice_codeunits(_picked(digits, where), len(str(code)))
        for _, mine, _, good in by_region(code, numbers):
            fine[where[mine]] = good
        # The library would read another number where it takes off what looks like a prefix.
        if plans[0].prefix:
            fine[where] &= pc.equal(_without_prefix(plans[0], numbers), numbers).to_numpy(
                zero_copy_only=False
            )
    return fine
