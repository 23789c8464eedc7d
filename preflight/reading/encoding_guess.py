"""Guesses the legacy encoding of a sample of bytes, with a confidence."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter

from preflight.reading.language_model import GROUPS, Pairs, is_latin, likelihood, neighbours

LIKELY = "cp1252"
"""The most common encoding of contact files that are not UTF-8; wins if the evidence is equal."""

_CANDIDATES = {
    LIKELY: ("western", 0.0),
    "iso8859_15": ("western", -3.0),
    "mac_roman": ("western", -3.0),
    "cp850": ("western", -3.5),
    "cp437": ("western", -4.0),
    "cp1250": ("central", -1.0),
    "iso8859_2": ("central", -2.0),
    "cp852": ("central", -4.0),
    "mac_latin2": ("central", -5.0),
    "cp1251": ("cyrillic", -1.0),
    "koi8_r": ("cyrillic", -3.0),
    "koi8_u": ("cyrillic", -3.0),
    "cp866": ("cyrillic", -3.0),
    "iso8859_5": ("cyrillic", -4.0),
    "mac_cyrillic": ("cyrillic", -4.0),
    "cp1253": ("greek", -1.5),
    "iso8859_7": ("greek", -2.0),
    "cp737": ("greek", -4.0),
    "mac_greek": ("greek", -5.0),
    "cp1254": ("turkish", -1.5),
    "cp857": ("turkish", -4.0),
    "mac_turkish": ("turkish", -5.0),
    "cp1255": ("hebrew", -1.5),
    "iso8859_8": ("hebrew", -2.0),
    "cp862": ("hebrew", -4.0),
    "cp1256": ("arabic", -1.5),
    "iso8859_6": ("arabic", -3.0),
    "cp1257": ("baltic", -3.0),
    "iso8859_13": ("baltic", -3.5),
    "cp775": ("baltic", -5.0),
    "cp874": ("thai", -1.5),
    "cp1258": ("vietnamese", -3.0),
    "cp932": ("japanese", -1.0),
    "euc_jp": ("japanese", -2.5),
    "gb18030": ("simplified", -1.0),
    "cp950": ("traditional", -1.0),
    "cp949": ("korean", -1.0),
}
"""The codecs, the languages written in each, and how much rarer than the most common codec it is,
as a logarithm."""
_ODDER = 0.4
_DEPENDENCE = 0.5
"""Neighbouring letters are not independent evidence, so each counts half."""
_RATHER_UTF8 = 3.0
"""How much likelier than UTF-8 another encoding must be, as a logarithm."""
_FEW = 8
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_FOREIGN_WORD = re.compile(r"(?<!\w)[^\W\x00-\x7f]+(?!\w)")
_SEVEN_BIT = {"utf-7": re.compile(rb"\+[A-Za-z][A-Za-z0-9+/]{2}"), "hz": re.compile(rb"~\{[!-}]")}
_SAMPLE = 48 << 10
_FIT, _UNFIT = -6.8, -8.8
"""The logarithm of the mean likelihood of a character, in names and in non-text."""
_HARDLY, _SUREST = 0.05, 0.99


def guess(sample: bytes) -> tuple[str, float]:
    """Guess the encoding of bytes that are not UTF-8.

    The text of each candidate is scored by how likely its letters follow each other in the
    languages written in that encoding; undecodable bytes, control characters and symbols within
    words count heavily against it. The confidence is that of the text: if several encodings give
    the same text, any of them may be returned.

    Returns:
        The codec's name and a confidence above 0 and below 1; the fewer bytes there are, the lower.
    """
    cut = _whole_lines(sample)
    texts, scores = _scored(cut)
    top = max(scores.values())
    weights = {name: math.exp(score - top) for name, score in scores.items()}
    likeliest = max(scores, key=lambda name: scores[name])
    best = next(name for name in _CANDIDATES if texts[name] == texts[likeliest])
    same = sum(weight for name, weight in weights.items() if texts[name] == texts[best])
    beyond_ascii = sum(byte > 127 for byte in cut)
    enough = beyond_ascii / (beyond_ascii + 2)
    prior = _CANDIDATES[likeliest][1]
    fit = (top - prior) / _DEPENDENCE / max(_beyond_ascii(texts[best]).total(), 1)
    fits = min(max((fit - _UNFIT) / (_FIT - _UNFIT), _HARDLY), 1.0)
    if fits == _HARDLY:
        best = LIKELY
    confidence = same / sum(weights.values()) * enough * fits
    return best, round(min(max(confidence, 0.01), _SUREST), 2)


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
    pairs = _beyond_ascii(text)
    as_utf8 = max(likelihood(group, pairs) for group in GROUPS)
    _, scores = _scored(sample)
    return max(scores.values()) > _DEPENDENCE * as_utf8 + _RATHER_UTF8


def seven_bit(sample: bytes) -> str:
    """The encoding, "utf-7" or "hz", that ASCII bytes are more likely in than ASCII, or ""."""
    for name, sign in _SEVEN_BIT.items():
        if sign.search(sample):
            try:
                text = _whole_lines(sample).decode(name)
            except UnicodeDecodeError:
                continue
            pairs = _beyond_ascii(text)
            letters = all(char.isalnum() for pair in pairs for char in pair if char >= "\x80")
            if pairs and letters and not _oddity(pairs):
                return name
    return ""


def _whole_lines(sample: bytes) -> bytes:
    if len(sample) <= _SAMPLE:
        return sample
    cut = sample[:_SAMPLE]
    return cut[: max(cut.rfind(b"\n"), cut.rfind(b"\r")) + 1] or cut


def _scored(sample: bytes) -> tuple[dict[str, str], dict[str, float]]:
    """The text in each candidate, and the score of each plausible candidate."""
    texts = {name: sample.decode(name, "replace") for name in _CANDIDATES}
    pairs = {name: _beyond_ascii(text) for name, text in texts.items()}
    odd = {name: _oddity(counted) for name, counted in pairs.items()}
    least = min(odd.values())
    scores = {
        name: prior + _DEPENDENCE * likelihood(group, pairs[name])
        for name, (group, prior) in _CANDIDATES.items()
        if odd[name] <= least + _ODDER
    }
    return texts, scores


def _beyond_ascii(text: str) -> Counter[tuple[str, str]]:
    """The pairs of neighbours with at least one beyond ASCII."""
    pairs = neighbours(unicodedata.normalize("NFC", text))
    return Counter({pair: times for pair, times in pairs.items() if max(pair) >= "\x80"})


def _oddity(pairs: Pairs) -> float:
    """The share of the characters beyond ASCII that text does not have in their place."""
    odd = total = 0
    for (before, character), times in pairs.items():
        if character >= "\x80":
            total += times
            odd += times * _is_odd(before, character)
    return odd / max(total, 1)


def _is_odd(before: str, character: str) -> bool:
    if character.isalpha():
        return before < "\x80" and before.isalpha() and not is_latin(character)
    return before.isalpha() if unicodedata.category(character)[0] in "SC" else False
