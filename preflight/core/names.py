"""Column names, normalised for comparison."""

from __future__ import annotations

import functools
import re
import unicodedata

from preflight.core.formula_text import formula_text
from preflight.core.invisible import drop_zero_width, strip_invisible
from preflight.core.styled_letters import plain_letters

# The helper columns that rejects.csv and failures.csv carry; they are never sent.
_HELPER_PREFIX = "preflight__"
_NAMES = 1 << 15
"""How many names are remembered: twice the columns that a file may have."""
# From the beginning of the blanks on, so that a long run of them is looked at once.
_BREAK = re.compile(r"(?<!\s)\s*[\r\n]\s*")


@functools.lru_cache(maxsize=_NAMES)
def fold(name: str) -> str:
    """A header name without case, accents, spaces and punctuation: "E-mail Address" →
    "emailaddress".

    Letters and digits of every script are kept, and so is `#`, which means "number": `Attendee #`
    is not the attendee.
    """
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in decomposed if c.isalnum() or c == "#")


@functools.lru_cache(maxsize=_NAMES)
def bare_name(name: str) -> str:
    """A header on one line and in plain letters, without whitespace or a formula around it, and
    without zero-width characters and NULs.
    """
    shown = plain_letters(drop_zero_width(name)).replace("\0", "")
    return _BREAK.sub(" ", strip_invisible(formula_text(strip_invisible(shown))))


def is_helper(name: str) -> bool:
    """Whether a header is a helper column that preflight wrote."""
    return bare_name(name).casefold().startswith(_HELPER_PREFIX)
