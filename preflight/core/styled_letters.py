"""Letters and digits of Unicode's mathematical alphabets, which people use as a typeface."""

from __future__ import annotations

import re
import unicodedata

STYLED = "[\U0001d400-\U0001d7ff]"
"""An RE2 pattern of such a letter or digit."""

_STYLED = re.compile(STYLED)
# The alphabets lack some letters, because Unicode had them already.
_LETTER = re.compile("[\U0001d400-\U0001d7ffℂℊ-ℎℐ-ℓℕℙ-ℝℤℨℬℭℯ-ℱℳℴ]")


def plain_letters(text: str) -> str:
    """The text with plain letters and digits instead of such ones: `𝐀𝐧𝐧` → `Ann`."""
    if not _STYLED.search(text):
        return text
    return _LETTER.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
