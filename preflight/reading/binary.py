"""What is binary data, and so in no encoding at all."""

from __future__ import annotations

import re

_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SHARE, _FEWEST = 0.05, 8


def is_binary(text: bytes) -> bool:
    """Whether the beginning of a file is no text: it has too many control characters.

    Args:
        text: UTF-8, or any encoding that has ASCII for its lower half.
    """
    controls = len(_CONTROLS.findall(text))
    return controls > max(_SHARE * len(text), _FEWEST) or text.count(b"\0") * 2 > len(text)
