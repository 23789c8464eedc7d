"""Numbering plans: which digits are a number of which country, read in bulk.

`phonenumbers` reads one number at a time. This module reads columns of digits in the same steps and
with the same metadata, whose patterns all work in RE2: the international prefix, the calling code,
the national prefix and its rewriting, the lengths, the patterns of each type. Regions with
incomplete metadata, or with metadata of an unknown form, are left to the library. `make compare`
shows that both give the same results for all regions.

Letters, extensions and digits of other scripts are handled in `judge`.
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

from preflight.core.arrow import matches
from preflight.core.types import Bools, Ints

# The outcome of reading a cell: a number, which may be invalid, or why there is no number. UNKNOWN
# cells are left to the library.
READ, UNKNOWN, NO_REGION, NO_CODE, SHORT_BEHIND_PREFIX, TOO_SHORT, TOO_LONG = range(7)

# The library's own limits of a national number: _MIN_LENGTH_FOR_NSN and _MAX_LENGTH_FOR_NSN.
_SHORTEST, _LONGEST = 2, 17
# In the order in which the library tries them; the last two may both match.
KINDS = (
    "premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan",
    "voicemail", "fixed_line", "mobile",
)  # fmt: skip
_WORLD = "001"
# RE2 compiles its patterns at each call; the library reads this many numbers in the same time.
FEW = 32
# The length of a number, as a letter in front of it: one pattern can then cover many lengths.
_LETTERS = pa.array([chr(ord("A") + length) for length in range(_LONGEST + 1)] + ["Z"])
_ANY_LENGTH = "[A-Z]"
# What is in a pattern that RE2 does not know: look-around and references.
_NOT_RE2 = re.compile(r"\(\?[^:]|\\[1-9]")


@dataclass(frozen=True, slots=True)
class Numbering:
    """The numbering plan of one region, from the metadata.

    Attributes:
        code: its calling code.
        abroad: a pattern of its international prefixes, at the start.
        prefix: a pattern of its national prefixes, at the start; "" if it has none.
        groups: how many groups that pattern has.
        rewriting: what the last group is rewritten to; "" if the prefix is just removed.
        general: a pattern of all its numbers, regardless of length.
        known: the same with the letter of the length in front, for the possible lengths.
        types: a pattern of each type, with the letter; "" for a type without numbers.
        typed: a pattern of the numbers of any type, with the letter.
        same: whether its landlines and mobiles cannot be told apart.
        leading: a pattern of the digits that distinguish its numbers from others of the calling
            code; "" if there is none.
        possible: the lengths of its numbers.
        local: the lengths of numbers that can be dialled locally only.
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
        """Where a number of this length may be complete without its national prefix."""
        fits = np.isin(lengths, self.possible) | (lengths > self.possible[-1])
        return fits & ~np.isin(lengths, list(self.local))

    def overlong(self, lengths: Ints) -> Bools:
        """Where a number is longer than any number of the region."""
        return (lengths > self.possible[-1]) & ~np.isin(lengths, list(self.local))


@functools.cache
def numbering(region: str, code: int = 0) -> Numbering | None:
    """The numbering plan of a region, or of a calling code without a country.

    Args:
        region: ISO 3166 alpha-2, or "001".
        code: the calling code, if the region is "001".

    Returns:
        None if the library has no metadata for it, or metadata of an unknown form.
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
        types=tuple(rf"^(?:{pattern})$" if pattern else "" for pattern in types),
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
    """Whether the patterns work in RE2, which has no look-around and no references.

    To compile them all, to see it, takes as long as to read thousands of numbers.
    """
    patterns = (plan.abroad, plan.prefix, plan.general, plan.known, plan.typed, plan.leading)
    return not any(map(_NOT_RE2.search, (*patterns, *plan.types)))


@functools.cache
def regions_of(code: int) -> tuple[Numbering, ...] | None:
    """The numbering plans of a calling code, main region first; None if one is missing."""
    plans = tuple(
        numbering(region, code) for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    )
    return None if None in plans else tuple(filter(None, plans))


@functools.cache
def _codes() -> Ints:
    """The calling code at the start of each three digits; 0 if there is none."""
    codes = np.zeros(1000, dtype=np.int64)
    # The library tries one digit, then two, then three: the shortest code comes last here.
    for code in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE, reverse=True):
        rest = 3 - len(str(code))
        codes[code * 10**rest : (code + 1) * 10**rest] = code
    return codes


def _lengths(numbers: pa.Array) -> Ints:
    lengths: Ints = pc.binary_length(numbers).to_numpy(zero_copy_only=False).astype(np.int64)
    return lengths


def _picked(numbers: pa.Array, where: Ints) -> pa.Array:
    return numbers if len(where) == len(numbers) else numbers.take(pa.array(where))


def groups(keys: Ints) -> Iterator[tuple[int, Ints]]:
    """Each key, and its positions."""
    order = np.argsort(keys, kind="stable")
    ends = np.flatnonzero(np.diff(keys[order])) + 1
    for where in np.split(order, ends) if len(keys) else ():
        yield int(keys[where[0]]), where


def characters(strings: pa.Array) -> tuple[Ints, np.ndarray]:
    """The bytes of an array of strings, and the offset of each string; the last end comes last."""
    _, offsets, data = strings.buffers()
    bounds = np.frombuffer(offsets, np.int32)[strings.offset : strings.offset + len(strings) + 1]
    return bounds.astype(np.int64), np.frombuffer(data or b"", np.uint8)


def codes_of(numbers: pa.Array) -> Ints:
    """The calling code at the start of each number of at least three digits; 0 if there is none."""
    if not len(numbers):
        return np.empty(0, dtype=np.int64)
    bounds, digits = characters(numbers)
    first, second, third = (digits[bounds[:-1] + at].astype(np.int64) - ord("0") for at in range(3))
    codes: Ints = _codes()[first * 100 + second * 10 + third]
    return codes


def _without_prefix(plan: Numbering, numbers: pa.Array) -> pa.Array:
    """The numbers with the national prefix removed or rewritten, as the library does it."""
    hit = matches(numbers, plan.prefix) if plan.prefix else np.zeros(len(numbers), dtype=bool)
    if not hit.any():
        return numbers
    some = numbers.filter(pa.array(hit))
    bare = pc.replace_substring_regex(some, plan.prefix, "", max_replacements=1)
    if plan.rewriting:
        # The rule applies if the last group matched; no group of the metadata can be empty.
        marked = pc.replace_substring_regex(some, plan.prefix, rf"\{plan.groups}x")
        rewritten = pc.replace_substring_regex(some, plan.prefix, plan.rewriting)
        bare = pc.if_else(pc.starts_with(marked, "x"), bare, rewritten)
    loses = matches(some, plan.general) & ~matches(bare, plan.general)
    return pc.replace_with_mask(numbers, pa.array(hit), pc.if_else(pa.array(loses), some, bare))


@dataclass(frozen=True)
class ParsedNumbers:
    """The result of reading a column of digits.

    Attributes:
        outcomes: READ, or why there is no number.
        codes: the calling code of each; 0 if there is no number.
        numbers: the national number after it; "" if there is none.
    """

    outcomes: Ints
    codes: Ints
    numbers: pa.Array


class _Reader:
    """Reads one column in pieces, and puts them together at the end."""

    def __init__(self, count: int, few: int) -> None:
        self.few = few
        self.outcomes = np.full(count, UNKNOWN, dtype=np.int64)
        self.codes = np.zeros(count, dtype=np.int64)
        self._pieces: list[tuple[Ints, pa.Array]] = []

    def settle(self, plan: Numbering, where: Ints, numbers: pa.Array) -> None:
        """Settles numbers after a calling code, with the plan that reads them."""
        bare = _without_prefix(plan, numbers)
        kept = pc.if_else(pa.array(plan.stays(_lengths(bare))), bare, numbers)
        short, long = _lengths(numbers) < _SHORTEST, _lengths(kept) > _LONGEST
        self.outcomes[where] = np.select([short, long], [TOO_SHORT, TOO_LONG], READ)
        self.codes[where] = plan.code
        self._pieces.append((where, kept))

    def abroad(self, where: Ints, numbers: pa.Array) -> Ints:
        """Reads numbers with a calling code in front; returns those that start with none."""
        unknown = [where[:0]]
        for code, mine in groups(codes_of(numbers)):
            if not code:
                unknown.append(where[mine])
            elif len(mine) >= self.few and (plans := regions_of(code)) is not None:
                rest = pc.utf8_slice_codeunits(_picked(numbers, mine), len(str(code)))
                self.settle(plans[0], where[mine], rest)
        return np.concatenate(unknown)

    def national(self, plan: Numbering, where: Ints, numbers: pa.Array, plus: Bools) -> None:
        """Reads numbers as they are dialled in a region.

        A plus must be followed by a calling code; an international prefix before it is accepted.
        """
        plans = regions_of(plan.code)
        if plans is None:
            return
        if plan.abroad and (begins := matches(numbers, plan.abroad)).any():
            rest = pc.replace_substring_regex(numbers, plan.abroad, "", max_replacements=1)
            # No calling code starts with a zero: the prefix is then part of the number.
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

    def result(self) -> ParsedNumbers:
        """The column as read."""
        left = np.flatnonzero(self.codes == 0)
        pieces = [*self._pieces, (left, pa.array([""] * len(left), pa.string()))]
        order = np.argsort(np.concatenate([where for where, _ in pieces]), kind="stable")
        numbers = pa.concat_arrays([piece for _, piece in pieces]).take(pa.array(order))
        return ParsedNumbers(self.outcomes, self.codes, numbers)


def read(
    digits: pa.Array, international: Bools, regions: pa.Array, *, few: int = FEW
) -> ParsedNumbers:
    """Reads a column of digits as the library reads written numbers.

    Args:
        digits: strings of at least three ASCII digits each.
        international: whether each had a plus in front.
        regions: of the same length: the ISO 3166 code of each number's region, "" if unknown.
        few: regions and calling codes with fewer numbers than this are left to the library.
    """
    reader = _Reader(len(digits), few)
    abroad = np.flatnonzero(international)
    unknown = reader.abroad(abroad, _picked(digits, abroad))
    # If a calling code does not exist, the library tries the number again without its plus.
    national = np.concatenate([np.flatnonzero(~international), unknown])
    encoded = regions.dictionary_encode()
    names, which = encoded.dictionary.to_pylist(), encoded.indices.to_numpy()
    for key, mine in groups(which[national].astype(np.int64)):
        where = national[mine]
        if names[key] not in phonenumbers.SUPPORTED_REGIONS:
            reader.outcomes[where] = np.where(international[where], NO_CODE, NO_REGION)
        elif len(mine) >= few and (plan := numbering(names[key])) is not None:
            reader.national(plan, where, _picked(digits, where), international[where])
    return reader.result()


def by_region(code: int, numbers: pa.Array) -> Iterator[tuple[Numbering, Ints, pa.Array, Bools]]:
    """Splits the numbers of a calling code by region.

    Yields:
        A numbering plan, the positions of its numbers, those numbers with the letter of their
        length, and whether each is valid.
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
        some = _picked(lettered, mine)
        valid = matches(some, plan.known)
        valid[valid] = matches(some.filter(pa.array(valid)), plan.typed)
        if not plan.leading and len(plans) > 1:
            mine, some, valid = mine[valid], some.filter(pa.array(valid)), valid[valid]
        left = np.setdiff1d(left, mine, assume_unique=True)
        if len(mine):
            yield plan, mine, some, valid


def valid(codes: Ints, numbers: pa.Array) -> Bools:
    """Whether each number is valid.

    Args:
        codes: the calling code of each; 0 for no number.
        numbers: the national number after it.
    """
    fine = np.zeros(len(numbers), dtype=bool)
    for code, where in groups(codes):
        if code:
            for _, mine, _, good in by_region(code, _picked(numbers, where)):
                fine[where[mine]] = good
    return fine


def written(digits: pa.Array, *, few: int = FEW, valid: Bools | None = None) -> Bools:
    """Whether digits are the E.164 form of a valid number, except for the plus.

    Args:
        digits: strings of at least three ASCII digits each.
        few: calling codes with fewer numbers than this are left to the library.
        valid: those that are known to be a valid number, if any are.
    """
    fine = np.zeros(len(digits), dtype=bool)
    for code, where in groups(codes_of(digits)):
        plans = regions_of(code) if code and len(where) >= few else None
        if plans is None:
            continue
        numbers = pc.utf8_slice_codeunits(_picked(digits, where), len(str(code)))
        fine[where] = False if valid is None else valid[where]
        unknown = np.flatnonzero(~fine[where])
        for _, mine, _, good in by_region(code, _picked(numbers, unknown)):
            fine[where[unknown[mine]]] = good
        # The library would remove what looks like a national prefix, and read another number.
        if plans[0].prefix:
            fine[where] &= pc.equal(_without_prefix(plans[0], numbers), numbers).to_numpy(
                zero_copy_only=False
            )
    return fine
