"""Characters that a person does not see in a spreadsheet cell, and values do not need."""

from __future__ import annotations

import re

# Zero-width characters, joiners, directional marks, soft hyphen, BOM, variation selectors: no value
# of a contact field means anything else without them, except that joiners shape some scripts, so
# only the fields that cannot hold such text (email, phone, timestamp) lose them in the middle.
ZERO_WIDTH = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
# Blanks other than the plain one: no-break, figure, thin, ideographic spaces and their kin.
ODD_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
CONTROLS = "\u0000-\u001f\u007f-\u009f\u2028\u2029"

INVISIBLE = re.compile(f"[{ZERO_WIDTH}{ODD_BLANKS}{CONTROLS}]")

_EDGES = f"[ {ZERO_WIDTH}{ODD_BLANKS}{CONTROLS}]+"
_AROUND = re.compile(f"^{_EDGES}|{_EDGES}$")


def strip_invisible(value: str) -> str:
    """The value without blanks and invisible characters around it; what is inside stays."""
    return _AROUND.sub("", value)
