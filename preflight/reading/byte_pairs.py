"""Counts which byte follows which in a file, for encodings of one byte a character."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from preflight.core.types import Ints

_BEYOND_ASCII = 0x80
_FOLDED = np.arange(256, dtype=np.uint8)
_FOLDED[[byte for byte in range(128) if not chr(byte).isalpha()]] = ord(" ")
_FOLDED[ord("0") : ord("9") + 1] = ord("0")
_BLANK = ord(" ")
_EDGE = b"\n\n"


class BytePairs:
    """How often each pair of neighbouring bytes occurs that has one beyond ASCII.

    Of ASCII, letters are kept; a digit counts as "0", and every other byte as a blank.
    """

    def __init__(self, *blocks: bytes) -> None:
        self._pairs = np.zeros(1 << 16, dtype=np.int64)
        self._alone = np.zeros(256, dtype=np.int64)
        self._last = _EDGE
        for block in blocks:
            self.add(block)

    def add(self, block: bytes) -> None:
        """Count the next bytes of the text."""
        self._count(self._last + block, self._pairs, self._alone)
        self._last = (self._last + block)[-2:]

    @property
    def pairs(self) -> Mapping[tuple[int, int], int]:
        """The pairs of bytes, and how often each occurs."""
        pairs, _ = self._all()
        return {divmod(int(code), 256): int(pairs[code]) for code in np.flatnonzero(pairs)}

    @property
    def alone(self) -> Mapping[int, int]:
        """The bytes beyond ASCII that stand between two blanks, and how often each does."""
        _, alone = self._all()
        return {int(byte): int(alone[byte]) for byte in np.flatnonzero(alone)}

    def _all(self) -> tuple[Ints, Ints]:
        """The counts, with the end of the text as a blank."""
        pairs, alone = self._pairs.copy(), self._alone.copy()
        self._count(self._last + b"\n", pairs, alone)
        return pairs, alone

    @staticmethod
    def _count(block: bytes, pairs: Ints, alone: Ints) -> None:
        """Count the pairs whose second byte is the third one of a block or a later one."""
        data = _FOLDED[np.frombuffer(block, dtype=np.uint8)]
        beyond = np.flatnonzero(data >= _BEYOND_ASCII)
        second = beyond[beyond >= 2]
        first = beyond[(beyond >= 1) & (beyond < len(data) - 1)]
        before, after = data[first - 1], data[first + 1]
        single = first[(before == _BLANK) & (after == _BLANK)]
        first = first[after < _BEYOND_ASCII]
        for at in (second - 1, first):
            codes = data[at].astype(np.int64) << 8 | data[at + 1]
            pairs += np.bincount(codes, minlength=len(pairs))
        alone += np.bincount(data[single], minlength=len(alone))
