"""The names of columns: what of a header counts when it is compared."""

from __future__ import annotations

import unicodedata

from preflight.core.invisible import drop_zero_width, strip_invisible


def fold(name: str) -> str:
    """A header name without case, accents, blanks and punctuation: "E-mail Address" →
    "emailaddress".

    Letters and digits of every script stay, and so does `#`, which says "number": `Attendee #` is
    no attendee.
    """
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in decomposed if c.isalnum() or c == "#")


def bare_name(name: str) -> str:
    """A header without blanks around it and characters of no width in it."""
    return strip_invisible(drop_zero_width(name))
