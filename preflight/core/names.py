"""Column names, normalised for comparison."""

from __future__ import annotations

import unicodedata

from preflight.core.formula_text import formula_text
from preflight.core.invisible import drop_zero_width, strip_invisible


def fold(name: str) -> str:
    """A header name without case, accents, spaces and punctuation: "E-mail Address" →
    "emailaddress".

    Letters and digits of every script are kept, and so is `#`, which means "number": `Attendee #`
    is not the attendee.
    """
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in decomposed if c.isalnum() or c == "#")


def bare_name(name: str) -> str:
    """A header without whitespace or a formula around it, and without zero-width characters."""
    return strip_invisible(formula_text(strip_invisible(drop_zero_width(name))))
