"""Characters that a person does not see in a spreadsheet cell and that values do not need."""

from __future__ import annotations

import re
import unicodedata

# Zero-width space, joiners, directional marks, soft hyphen, BOM. Values mean the same without them,
# except that joiners shape some scripts and hold emoji together (see `_is_shaping`).
ZERO_WIDTH = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
# Spaces other than the plain one: no-break, figure, thin, ideographic and similar.
ODD_BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# Without NUL, which has a rule of its own. A character between U+0080 and U+009F is usually a
# letter or a quote that was decoded wrongly, so removing it would lose something.
CONTROLS = "\u0001-\u001f\u007f\u0085\u2028\u2029"
MISREAD = "\u0080-\u0084\u0086-\u009f"
LINE_BREAKS = "\n\r"


# A cell without visible characters.
BLANK = f"[ {ZERO_WIDTH}{ODD_BLANKS}{CONTROLS}]*"
_SPANS = re.compile("(.)-(.)|(.)", re.DOTALL)
# Each character that is stripped off the ends of a value.
EDGES = " " + "".join(
    single or "".join(map(chr, range(ord(first), ord(last) + 1)))
    for first, last, single in _SPANS.findall(ZERO_WIDTH + ODD_BLANKS + CONTROLS)
)
# What `tidy` looks for: it drops the first and the last, and makes a space of the other.
UNSEEN = re.compile(f"[{ZERO_WIDTH}]")
SPACE_LIKE = re.compile(f"[\t\v\f\u001c-\u001f\u0085\u2028\u2029{ODD_BLANKS}]")
DROPPED = re.compile("[\u0001-\u0008\u000e-\u001b\u007f]")
ODD = "|".join(pattern.pattern for pattern in (UNSEEN, SPACE_LIKE, DROPPED))
_JOINERS = "\u200c\u200d"
_EMOJI_PARTS = "\ufe0f"
# From Hebrew to Mongolian, and the supplements and presentation forms of the same scripts.
_SHAPED = re.compile("[\u0590-\u1cff\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff]")


def strip_invisible(value: str) -> str:
    """The value without whitespace and invisible characters around it; the inside is unchanged."""
    return value.strip(EDGES)


def drop_zero_width(value: str) -> str:
    """The value without zero-width characters, except joiners that a script or an emoji needs."""
    if value.isascii() or not UNSEEN.search(value):
        return value
    return UNSEEN.sub(lambda found: found[0] if _is_shaping(value, found.start()) else "", value)


def tidy(value: str) -> str:
    """The value as it looks: unusual spaces and tabs become plain spaces, and nothing is invisible.

    Line breaks are kept, and so are characters between U+0080 and U+009F. Whitespace and invisible
    characters around the value are removed. Tidying twice equals tidying once.
    """
    return strip_invisible(DROPPED.sub("", SPACE_LIKE.sub(" ", drop_zero_width(value))))


def _is_shaping(value: str, at: int) -> bool:
    """Whether a joiner is between letters of a script that it shapes, or between emoji."""
    if value[at] not in _JOINERS or not 0 < at < len(value) - 1:
        return False
    end = at  # no copy of what is in front: a cell may have a joiner behind each of its letters
    while end and value[end - 1] in _EMOJI_PARTS:
        end -= 1
    before, behind = value[end - 1 : end] if end else "", value[at + 1]
    if _SHAPED.match(before):
        return bool(_SHAPED.match(behind))
    return (
        unicodedata.category(before or " ") in ("So", "Sk") and unicodedata.category(behind) == "So"
    )
