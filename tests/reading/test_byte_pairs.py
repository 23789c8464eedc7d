"""Which byte follows which."""

from __future__ import annotations

import itertools
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.reading.byte_pairs import BytePairs
from tests.examples import examples

BYTES = st.lists(st.sampled_from(list(b"aZ7 ,\n\x80\xe9\xff"))).map(bytes)


def folded(byte: int) -> int:
    if byte >= 0x80 or chr(byte).isalpha():
        return byte
    return ord("0") if chr(byte).isdigit() else ord(" ")


def test_pairs_with_a_byte_beyond_ascii_are_counted() -> None:
    counted = BytePairs(b"Jos\xe9,\xe9 \x96 7\xa0b\n")
    assert counted.pairs == {
        (ord("s"), 0xE9): 1, (0xE9, ord(" ")): 2, (ord(" "), 0xE9): 1, (ord(" "), 0x96): 1,
        (0x96, ord(" ")): 1, (ord("0"), 0xA0): 1, (0xA0, ord("b")): 1,
    }  # fmt: skip
    assert counted.alone == {0xE9: 1, 0x96: 1}
    assert BytePairs(b"Ann,7\n").pairs == {}


@settings(max_examples=examples(1))
@given(st.lists(BYTES))
def test_blocks_are_counted_as_one_text(blocks: list[bytes]) -> None:
    """However a file falls into blocks; its ends count as blanks."""
    text = [ord(" "), *map(folded, b"".join(blocks)), ord(" ")]
    pairs = Counter(pair for pair in itertools.pairwise(text) if max(pair) >= 0x80)
    alone = Counter(
        byte
        for before, byte, after in zip(text, text[1:], text[2:], strict=False)
        if byte >= 0x80 and before == after == ord(" ")
    )
    counted = BytePairs(*blocks)
    assert (counted.pairs, counted.alone) == (pairs, alone)
