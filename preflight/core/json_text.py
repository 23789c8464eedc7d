"""JSON that a terminal and a log only show."""

from __future__ import annotations

import json
from typing import Any

# Made once: a report may have millions of lines.
_LINE = json.JSONEncoder(ensure_ascii=False, check_circular=False)


def dumps(value: Any, *, indent: int | None = None) -> str:
    """JSON text in which letters of any script stand as they are, and nothing invisible does.

    JSON itself lets bidirectional marks and the control characters of C1 through. No character of
    it is a command to the runner of a workflow either, see `redact.visible`.

    Args:
        value: to write.
        indent: of each level; None for a single line.
    """
    if indent is None:
        text = _LINE.encode(value)
    else:
        text = json.dumps(value, ensure_ascii=False, indent=indent)
    if "##" in text:
        text = text.replace("##", r"#\u0023")
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text
    )
