"""Which legacy encoding a sample of bytes is most likely in: a guess, with its confidence."""

from __future__ import annotations

import unicodedata

LIKELY = "cp1252"
"""What contact files that are not UTF-8 are in most often; it wins where the evidence is equal."""

_CANDIDATES = [
    LIKELY,
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp874",
    "koi8_r",
    "mac_roman",
    "cp850",
    "cp932",
    "euc_jp",
    "gb18030",
    "big5",
    "cp949",
]
_MULTIBYTE = {"cp932", "euc_jp", "gb18030", "big5", "cp949"}
_PRIOR = 0.04
_EQUAL = 0.02
_TYPOGRAPHY = set("‘’“”„‚–—…·•®™©°ªº€´")


def guess(sample: bytes) -> tuple[str, float]:
    """Guess the encoding of bytes that are not UTF-8.

    charset-normalizer says how orderly each candidate's text is; on top of that, what no name has
    counts against a candidate: a symbol inside a word, a capital behind a small letter, a word of
    accented letters only. `LIKELY` is the answer where nothing fits.

    Returns:
        The codec's name and a confidence over 0 and below 1, the lower the fewer bytes there are
        to tell from.
    """
    from charset_normalizer import from_bytes

    beyond_ascii = sum(byte > 127 for byte in sample)
    scored = []
    for rank, name in enumerate(_CANDIDATES):
        match = from_bytes(sample, cp_isolation=[name], preemptive_behaviour=False).best()
        if match is None:
            continue
        text = sample.decode(name)
        fault = match.chaos + (0.0 if name in _MULTIBYTE else _oddity(text))
        score = fault - match.coherence / 2 - (_PRIOR if name == LIKELY else 0)
        scored.append((score, rank, name, fault, text))
    enough = beyond_ascii / (beyond_ascii + 2)
    if not scored:
        return LIKELY, round(0.2 * enough, 2)
    score, _, name, fault, text = min(scored)
    rivals = any(s < score + _EQUAL and t != text for s, _, _, _, t in scored)
    confidence = max(1 - fault, 0.1) * enough * (0.6 if rivals else 0.98)
    return name, round(max(confidence, 0.01), 2)


def _oddity(text: str) -> float:
    """The share of the characters beyond ASCII that stand where names do not have them."""
    odd = total = 0
    for at, character in enumerate(text):
        if character < "\x80":
            continue
        total += 1
        before = text[at - 1 : at]
        behind = text[at + 1 : at + 2]
        if not character.isalpha():
            glued = before.isalpha() or behind.isalpha()
            odd += glued and character not in _TYPOGRAPHY and not unicodedata.combining(character)
        elif _latin(character):
            odd += character.isupper() and before.islower()
            odd += _latin(before) and _latin(behind)
        else:
            odd += "a" <= before.lower() <= "z" or "a" <= behind.lower() <= "z"
    return odd / max(total, 1)


def _latin(character: str) -> bool:
    """Whether it is a Latin letter beyond ASCII."""
    return "\xc0" <= character < "\u0250" and character.isalpha()
