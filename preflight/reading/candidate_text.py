"""A sample of bytes read in one encoding of contact files, and how likely its text is."""

from __future__ import annotations

import functools
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from preflight.reading.byte_pairs import BytePairs
from preflight.reading.language_model import (
    Languages,
    as_word,
    folded,
    is_latin,
    languages,
    neighbours,
)

LIKELY = "cp1252"
"""The most common encoding of contact files that are not UTF-8; wins if the evidence is equal."""

CANDIDATES = {
    LIKELY: ("western", 0.0),
    "iso8859_15": ("western", -3.0),
    "mac_roman": ("western", -3.0),
    "cp850": ("western", -3.5),
    "cp437": ("western", -4.0),
    "cp858": ("western", -5.0),
    "cp865": ("western", -5.5),
    "cp860": ("western", -6.0),
    "cp861": ("western", -6.0),
    "cp863": ("western", -6.0),
    "mac_iceland": ("western", -6.0),
    "iso8859_10": ("baltic", -6.0),
    "iso8859_14": ("western", -6.5),
    "hp_roman8": ("western", -6.5),
    "cp1250": ("central", -1.0),
    "iso8859_2": ("central", -2.0),
    "cp852": ("central", -4.0),
    "mac_latin2": ("central", -5.0),
    "mac_croatian": ("central", -5.5),
    "mac_romanian": ("central", -6.0),
    "iso8859_16": ("central", -5.5),
    "cp1251": ("cyrillic", -1.0),
    "koi8_r": ("cyrillic", -3.0),
    "koi8_u": ("cyrillic", -3.0),
    "cp866": ("cyrillic", -3.0),
    "cp855": ("cyrillic", -4.0),
    "iso8859_5": ("cyrillic", -4.0),
    "mac_cyrillic": ("cyrillic", -4.0),
    "cp1125": ("cyrillic", -4.5),
    "kz1048": ("cyrillic", -6.0),
    "ptcp154": ("cyrillic", -6.5),
    "cp1253": ("greek", -1.5),
    "iso8859_7": ("greek", -2.0),
    "cp737": ("greek", -4.0),
    "cp869": ("greek", -5.0),
    "mac_greek": ("greek", -5.0),
    "cp1254": ("turkish", -1.5),
    "cp857": ("turkish", -4.0),
    "mac_turkish": ("turkish", -5.0),
    "iso8859_3": ("turkish", -6.0),
    "cp1255": ("hebrew", -1.5),
    "iso8859_8": ("hebrew", -2.0),
    "cp862": ("hebrew", -4.0),
    "cp1256": ("arabic", -1.5),
    "iso8859_6": ("arabic", -3.0),
    "cp720": ("arabic", -4.5),
    "mac_arabic": ("arabic", -5.0),
    "mac_farsi": ("arabic", -5.5),
    "cp1257": ("baltic", -3.0),
    "iso8859_13": ("baltic", -3.5),
    "cp775": ("baltic", -5.0),
    "iso8859_4": ("baltic", -5.0),
    "cp874": ("thai", -1.5),
    "cp1258": ("vietnamese", -3.0),
    "cp932": ("japanese", -1.0),
    "euc_jp": ("japanese", -2.5),
    "gb18030": ("simplified", -1.0),
    "cp950": ("traditional", -1.0),
    "cp949": ("korean", -1.0),
    "johab": ("korean", -5.0),
}
"""The codecs, the languages written in each, and how much rarer than the most common codec it is,
as a logarithm."""
SEVERAL_BYTES = {"cp1258", "cp932", "euc_jp", "gb18030", "cp950", "cp949", "johab"}
"""A character is more than one byte, or, in Vietnamese, a letter and a mark."""
Pair = tuple[str, str]
Floats = npt.NDArray[np.float64]
_REPEATED = 0.1
_NONE: Floats = np.empty(0)
_DEPENDENCE = 0.5
"""Neighbouring letters are not independent evidence, so each counts half."""


class BytesSeen:
    """The bytes of a file beyond ASCII and their neighbours, in an order of their own.

    Attributes:
        times: how often each pair of neighbours occurs in the sample.
        alone_times: how often each byte stands between two blanks.
        all_once: both in the whole file, where what is repeated counts little more than once.
    """

    def __init__(self, sample: BytePairs, whole: BytePairs) -> None:
        pairs, alone = whole.pairs, whole.alone
        self._listed, self._present = [*pairs], sorted({byte for pair in pairs for byte in pair})
        self._pairs = np.array(self._listed, dtype=np.int64).reshape(-1, 2)
        self._alone = np.array([*alone], dtype=np.int64)
        in_sample, alone_in_sample = sample.pairs, sample.alone
        self.times = np.array([in_sample.get(pair, 0) for pair in pairs], dtype=np.float64)
        self.alone_times = np.array([alone_in_sample.get(one, 0) for one in alone], np.float64)
        self.all_once = (
            1 + _REPEATED * np.log(np.array([*pairs.values()], dtype=np.float64)),
            1 + _REPEATED * np.log(np.array([*alone.values()], dtype=np.float64)),
        )

    def read(self, codec: str) -> CandidateText:
        """The text in a codec of one byte a character."""
        characters = _characters(codec)

        def pairs() -> list[Pair]:
            return [(characters[before], characters[byte]) for before, byte in self._listed]

        alone = [characters[byte] for byte in self._alone]
        text = CandidateText(codec, pairs, self.times, alone, self.alone_times)
        text.key = "".join([characters[byte] for byte in self._present])
        return text

    def differing(self, one: str, other: str) -> tuple[Floats, Floats]:
        """`all_once` of what two such codecs do not read alike; 0 for the rest."""
        unlike = _codes(one) != _codes(other)
        pairs, alone = self.all_once
        return pairs * unlike[self._pairs].any(axis=1), alone * unlike[self._alone]


class CandidateText:
    """A text in one candidate, as far as its characters beyond ASCII go.

    Args:
        codec: of the candidate.
        pairs: gives the pairs of neighbours with one beyond ASCII; of bytes at random there are so
            many that nobody holds them for each candidate.
        times: how often each occurs.
        alone: the characters that stand between two blanks.
        alone_times: how often each does.

    Attributes:
        times: as given.
        key: equal if two candidates give the same text.
        foreign: which of the pairs have the second character beyond ASCII.
        odd: the share of the characters beyond ASCII that text does not have in their place.
    """

    def __init__(
        self,
        codec: str,
        pairs: Callable[[], Sequence[Pair]],
        times: Floats,
        alone: Sequence[str] = (),
        alone_times: Floats = _NONE,
    ) -> None:
        self.codec = self.key = codec
        self.times, self._alone_times = times, alone_times
        self._words = np.array([as_word(character) for character in alone], dtype=np.float64)
        self._group, self._prior = CANDIDATES[codec]
        self._pairs, listed = pairs, pairs()
        self.foreign = np.array([pair[1] >= "\x80" for pair in listed], dtype=bool)
        beyond = zip(self.foreign, listed, strict=True)
        odd = np.array([foreign and _is_odd(*pair) for foreign, pair in beyond], dtype=bool)
        self.odd = times[odd].sum() / max(times[self.foreign].sum(), 1)

    @property
    def one_byte(self) -> bool:
        """Whether a byte is a character, so that texts can be compared byte by byte."""
        return self.codec not in SEVERAL_BYTES

    @functools.cached_property
    def _languages(self) -> Languages:
        return languages(self._group)

    @functools.cached_property
    def _places(self) -> npt.NDArray[np.int32]:
        return self._languages.places(self._pairs())

    @functools.cached_property
    def _language(self) -> int:
        """The language in which the text is likeliest."""
        return int(self._languages.likelihoods(self._places, self.times).argmax())

    @property
    def likely(self) -> tuple[Floats, Floats]:
        """How likely each pair is, as a logarithm, in the language of the text and in any."""
        known = self._languages.known[:, self._places]
        return known[self._language], known.max(axis=0)

    @functools.cached_property
    def score(self) -> float:
        """The logarithm of how likely the codec is, and this text in it."""
        return self.of_part(self.times, self._alone_times)[0]

    def of_part(self, times: Floats, alone_times: Floats) -> tuple[float, float]:
        """The score of part of the text, in the language of all of it and in any language."""
        likelihoods = self._languages.likelihoods(self._places, times)
        likelihoods += self._words @ alone_times
        same, best = likelihoods[self._language], likelihoods.max()
        return self._prior + _DEPENDENCE * same, self._prior + _DEPENDENCE * best


def read_text(codec: str, text: str) -> CandidateText:
    """The text of a sample that was decoded."""
    pairs = beyond_ascii(text)
    times = np.array([*pairs.values()], dtype=np.float64)
    return CandidateText(codec, lambda: [*pairs], times)


def beyond_ascii(text: str) -> Counter[tuple[str, str]]:
    """The pairs of neighbours with at least one beyond ASCII."""
    pairs = neighbours(unicodedata.normalize("NFC", text))
    return Counter({pair: times for pair, times in pairs.items() if max(pair) >= "\x80"})


def _is_odd(before: str, character: str) -> bool:
    if character.isalpha():
        return before < "\x80" and before.isalpha() and not is_latin(character)
    if character in "™®":
        return False
    return before.isalpha() if unicodedata.category(character)[0] in "SC" else False


@functools.cache
def _characters(codec: str) -> str:
    return "".join(folded(bytes([byte]).decode(codec, "replace")) for byte in range(256))


@functools.cache
def _codes(codec: str) -> npt.NDArray[np.int64]:
    return np.array([ord(character) for character in _characters(codec)], dtype=np.int64)
