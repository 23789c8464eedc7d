"""Guesses the legacy encoding of a file, with a confidence."""

from __future__ import annotations

import math
import re
import unicodedata

import numpy as np

from preflight.reading.byte_pairs import BytePairs
from preflight.reading.candidate_text import (
    CANDIDATES,
    LIKELY,
    SEVERAL_BYTES,
    BytesSeen,
    CandidateText,
    Floats,
    beyond_ascii,
    read_text,
)
from preflight.reading.language_model import GROUPS, TYPED, forget_much, likelihood

_MIXED_WITH = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254")
"""Encodings in which lines are added to a file in UTF-8."""
_MIXTURE = 0.05
"""A mixture has at least so many characters of UTF-8 for each byte that is not UTF-8."""
_BY_CHANCE = 4.0
"""How likely a character of UTF-8 in another encoding is there by chance, as a logarithm."""
_HIGH = range(0x80, 0x100)
_ODDER = 0.4
_CAUTION = 0.6
"""The model takes its own evidence for stronger than it is; this is what is left of it."""
_TWO_LANGUAGES = 5.0
"""How much rarer a file is whose differing bytes are of another language, as a logarithm."""
_LANGUAGE = 4.0
"""How much the bytes that do not differ say about a difference, at most, as a logarithm."""
_CONTENDERS = 5
_RATHER_UTF8 = 3.0
"""How much likelier than UTF-8 another encoding must be, as a logarithm."""
_FEW = 8
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_UNDECODED = re.compile("[\udc80-\udcff]")
_FOREIGN_WORD = re.compile(r"(?<!\w)[^\W\x00-\x7f]+(?!\w)")
_SEVEN_BIT = {"utf-7": re.compile(rb"\+[A-Za-z][A-Za-z0-9+/]{2}"), "hz": re.compile(rb"~\{[!-}]")}
_SAMPLE = 48 << 10
_FIT, _UNFIT = -6.0, -7.6
"""The logarithm of the mean likelihood of a character, in names and in non-text."""
_UNLIKELY = -11.0
"""That of a character that no language of the encoding has in its place."""
_HALF_KNOWN = 0.2
"""So many different characters in their places would be known by half."""
_HARDLY, _SUREST = 0.05, 0.99

_Texts = list[list[CandidateText]]


def guess(sample: bytes, whole: BytePairs | None = None) -> tuple[str, float]:
    """Guess the encoding of bytes that are not UTF-8.

    The text of each candidate is scored by how likely its letters follow each other in the
    languages written in that encoding; undecodable bytes, control characters and symbols within
    words count heavily against it. Then two texts are compared by the bytes that differ between
    them, each in its place once, however often a name is repeated. The confidence is that of the
    text: if several encodings give the same text, the most common one is returned.

    Args:
        sample: lines with bytes beyond ASCII.
        whole: the bytes of the whole file, if the sample is not all of it.

    Returns:
        The codec's name and a confidence above 0 and below 1; the fewer bytes there are, the lower.
    """
    cut = _whole_lines(sample)
    counted = BytePairs(cut)
    seen = BytesSeen(counted, counted if whole is None else whole)
    texts = _texts(_plausible(cut, seen))
    best, margins = _likeliest(texts, seen)
    margins.append(best[0].score - _as_mixture(cut))
    against = sum(math.exp(min(-_CAUTION * margin, _CONTENDERS)) for margin in margins)
    known, fits = _known(best[0], seen)
    name = min((one.codec for one in best), key=list(CANDIDATES).index)
    if fits == _HARDLY:
        name = LIKELY
    confidence = fits * known / (known + _HALF_KNOWN) / (1 + against)
    forget_much()
    return name, round(min(max(confidence, 0.01), _SUREST), 2)


def _texts(candidates: list[CandidateText]) -> _Texts:
    """The candidates, likeliest first, those that give the same text together."""
    texts: dict[str, list[CandidateText]] = {}
    for one in sorted(candidates, key=lambda one: -one.score):
        texts.setdefault(one.key, []).append(one)
    return [*texts.values()]


def _likeliest(texts: _Texts, seen: BytesSeen) -> tuple[list[CandidateText], list[float]]:
    """The text that is likelier than every other one, and how much, as a logarithm."""

    def margins(ours: list[CandidateText]) -> list[float]:
        return [_margin(ours, theirs, seen) for theirs in texts if theirs is not ours]

    first = margins(texts[0])
    better = [text for text, margin in zip(texts[1:], first, strict=True) if margin < 0]
    measured = [(texts[0], first), *((text, margins(text)) for text in better[:_CONTENDERS])]
    return max(measured, key=lambda one: min(one[1], default=0.0))


def _margin(ours: list[CandidateText], theirs: list[CandidateText], seen: BytesSeen) -> float:
    """How much likelier one text is than another, as a logarithm.

    The bytes that differ decide. Those that do not only tell the language, so that they count for
    little however many they are.
    """
    if not (ours[0].one_byte and theirs[0].one_byte):
        return ours[0].score - theirs[0].score
    unlike = seen.differing(ours[0].codec, theirs[0].codec)
    same, best = _scores(ours, *unlike) - _scores(theirs, *unlike)
    all_of_it, _ = _scores(ours, *seen.all_once) - _scores(theirs, *seen.all_once)
    language = min(max(all_of_it - same, -_LANGUAGE), _LANGUAGE)
    return float(min(same, best + _TWO_LANGUAGES) + language)


def _scores(text: list[CandidateText], times: Floats, alone_times: Floats) -> Floats:
    scores: Floats = np.max([one.of_part(times, alone_times) for one in text], axis=0)
    return scores


def _known(best: CandidateText, seen: BytesSeen) -> tuple[float, float]:
    """How much of a text there is to know a language by, and how well it is one, at most 1."""
    times = seen.all_once[0] if best.one_byte else best.times
    known = float(times[best.foreign].sum())
    in_one, in_any = best.likely
    fit = float((in_one + in_any) @ times) / 2 / max(float(times.sum()), 1.0)
    fits = min(max((fit - _UNFIT) / (_FIT - _UNFIT), _HARDLY), 1.0)
    if best.one_byte:
        unlikely = float(times[best.foreign & (in_any < _UNLIKELY)].sum())
        fits = max(fits * (1 - unlikely / max(known, 1.0)), _HARDLY)
    return known, fits


def _as_mixture(sample: bytes) -> float:
    """The score of a sample as partly UTF-8, and partly another encoding."""
    text = sample.decode("utf-8", "surrogateescape")
    decoded = len(_BEYOND_ASCII.findall(_UNDECODED.sub("", text)))
    if not decoded or decoded < _MIXTURE * len(_UNDECODED.findall(text)):
        return -math.inf

    def in_codec(codec: str) -> str:
        undecoded = {chr(0xDC00 + byte): bytes([byte]).decode(codec, "replace") for byte in _HIGH}
        return _UNDECODED.sub(lambda found: undecoded[found[0]], text)

    score = max(read_text(codec, in_codec(codec)).score for codec in _MIXED_WITH)
    return score - _BY_CHANCE * decoded


def is_utf8_by_chance(sample: bytes) -> bool:
    """Whether bytes that decode as UTF-8 are more likely a few characters of another encoding.

    The two bytes of a Chinese or Korean character are sometimes valid UTF-8 as well. Only a text
    with a few characters beyond ASCII, in words without an ASCII letter, is suspected.
    """
    text = _whole_lines(sample).decode("utf-8", "replace")
    beyond = _BEYOND_ASCII.findall(text)
    if len(beyond) > _FEW or max(beyond, default="\uffff") >= "\u0800":
        return False
    if not _FOREIGN_WORD.search(text):
        return False
    pairs = beyond_ascii(text)
    as_utf8 = max(likelihood(group, pairs) for group in GROUPS)
    counted = BytePairs(sample)
    texts = _plausible(sample, BytesSeen(counted, counted))
    return max(one.score for one in texts) > 0.5 * as_utf8 + _RATHER_UTF8


def seven_bit(sample: bytes) -> str:
    """The encoding, "utf-7" or "hz", that ASCII bytes are more likely in than ASCII, or ""."""
    for name, sign in _SEVEN_BIT.items():
        if sign.search(sample):
            try:
                text = _whole_lines(sample).decode(name)
            except UnicodeDecodeError:
                continue
            pairs = beyond_ascii(text)
            beyond = {char for pair in pairs for char in pair if char >= "\x80"}
            written = all(c in TYPED or unicodedata.category(c)[0] in "LMNP" for c in beyond)
            if beyond and written and not read_text(LIKELY, text).odd:
                return name
    return ""


def _whole_lines(sample: bytes) -> bytes:
    if len(sample) <= _SAMPLE:
        return sample
    cut = sample[:_SAMPLE]
    return cut[: max(cut.rfind(b"\n"), cut.rfind(b"\r")) + 1] or cut


def _plausible(sample: bytes, seen: BytesSeen) -> list[CandidateText]:
    """The texts of the candidates, without those that are far odder than the least odd."""
    texts = [
        read_text(codec, sample.decode(codec, "replace"))
        if codec in SEVERAL_BYTES
        else seen.read(codec)
        for codec in CANDIDATES
    ]
    least = min(one.odd for one in texts)
    return [one for one in texts if one.odd <= least + _ODDER]
