"""Text of which each line is one quoted cell, as a spreadsheet saves a CSV that it has not split.

Opened without splitting, a row is one cell of one column. Saved again, it is quoted as a whole, and
each quote in it is doubled. The lines inside are the file that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from preflight.core.workspace import spooled
from preflight.reading.dialect import find_dialect

_WRAPPED = re.compile(rb'"((?:[^"\r\n]|"")+)"[ \t]*(\r?\n|\Z)')
_BLANK = re.compile(rb"[ \t]*(?:\r?\n|\Z)")
_HEAD_BYTES = 64 << 10


def unwrap(text: Path, offset: int, spool: Path, known: Callable[[str], bool]) -> Path | None:
    """The text without its wrapping, in a new file in `spool`; None if it is not wrapped.

    It is wrapped if each line that is not blank is one quoted cell, and what is inside the first
    lines is a table with a known name in its header. Lines keep their numbers.

    Args:
        text: a file of UTF-8.
        offset: where its text starts, behind a byte order mark.
        spool: an existing directory for files that live as long as the run.
        known: whether a header text is the name of a field.
    """
    if not _looks_wrapped(text, offset, known):
        return None
    with text.open("rb") as file, spooled(spool, "unwrapped") as (path, unwrapped):
        file.seek(offset)
        for line in file:
            inner = _inner(line)
            if inner is None:
                break
            unwrapped.write(inner)
        else:
            return path
    path.unlink()
    return None


def _looks_wrapped(text: Path, offset: int, known: Callable[[str], bool]) -> bool:
    with text.open("rb") as file:
        file.seek(offset)
        head, size = [], 0
        for line in file:
            inner = _inner(line)
            if inner is None:
                return False
            head.append(inner)
            size += len(inner)
            if size > _HEAD_BYTES:
                break
    dialect = find_dialect(b"".join(head), final=size <= _HEAD_BYTES, known=known)
    header = dialect.header
    return header is not None and len(header.cells) > 1 and any(map(known, header.cells))


def _inner(line: bytes) -> bytes | None:
    """The line without its wrapping; None if it is neither wrapped nor blank."""
    match = _WRAPPED.fullmatch(line)
    if match is not None:
        return match[1].replace(b'""', b'"') + match[2]
    return line if _BLANK.fullmatch(line) else None
