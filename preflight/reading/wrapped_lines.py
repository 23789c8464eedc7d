"""Text of which each line is one quoted cell, as a spreadsheet saves a CSV that it has not split.

Opened without splitting, a row is one cell of one column. Saved again, it is quoted as a whole, and
each quote in it is doubled; if other columns of the sheet were in use, delimiters follow it. The
lines inside are the file that is meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.core.files import Opened
from preflight.core.workspace import spooled
from preflight.reading.dialect import find_dialect

if TYPE_CHECKING:
    from preflight.core.stored_object import Openable

_WRAPPED = re.compile(rb'"((?:[^"\r\n]|"")+)"[ \t,;|]*(\r?\n|\r|\Z)')
_BLANK = re.compile(rb"[ \t,;|]*(\r?\n|\r|\Z)")
_HEAD_BYTES, _LONGEST_LINE = 64 << 10, 1 << 20
_FEWEST = 3


def unwrap(text: Openable, offset: int, spool: Path, known: Callable[[str], bool]) -> Path | None:
    """The text without its wrapping, in a new file in `spool`; None if it is not wrapped.

    It is wrapped if each line that is not blank is one quoted cell, beside which all others are
    blank, and what is inside the first
    lines is a table: its header has a known name, or its columns prove it, or each line has as many
    semicolons, tabs or pipes as the others. Lines keep their numbers.

    Args:
        text: the text in UTF-8.
        offset: where its text starts, behind a byte order mark.
        spool: an existing directory for files that live as long as the run.
        known: whether a header text is the name of a field.
    """
    if not _looks_wrapped(text, offset, known):
        return None
    with text.open("rb") as file, spooled(spool, "unwrapped") as (path, unwrapped):
        file.seek(offset)
        for line in physical_lines(file):
            inner = _inner(line)
            if inner is None:
                break
            unwrapped.write(inner)
        else:
            return path
    path.unlink()
    return None


def _looks_wrapped(text: Openable, offset: int, known: Callable[[str], bool]) -> bool:
    with text.open("rb") as file:
        file.seek(offset)
        head, size = [], 0
        for line in physical_lines(file):
            inner = _inner(line)
            if inner is None:
                return False
            head.append(inner)
            size += len(inner)
            if size > _HEAD_BYTES:
                break
    dialect = find_dialect(b"".join(head), final=size <= _HEAD_BYTES, known=known)
    header, delimiter = dialect.header, dialect.syntax.delimiter
    if header is None or len(header.cells) < 2:
        return False
    counts = {line.count(delimiter.encode("ascii")) for line in head if line.strip()}
    even = delimiter != "," and len(head) >= _FEWEST and len(counts) == 1
    return even or dialect.certain or any(map(known, header.cells))


def physical_lines(file: Opened) -> Iterator[bytes]:
    """The physical lines of a file, with their ends; one that is too long for a row is cut."""
    rest = b""
    while block := file.read(_HEAD_BYTES):
        *lines, rest = (rest + block).splitlines(keepends=True)
        yield from lines
        if len(rest) > _LONGEST_LINE and not rest.endswith(b"\r"):
            yield rest
            rest = b""
    if rest:
        yield rest


def _inner(line: bytes) -> bytes | None:
    """The line without its wrapping; None if it is neither wrapped nor blank."""
    match = _WRAPPED.fullmatch(line)
    if match is not None:
        return match[1].replace(b'""', b'"') + match[2]
    blank = _BLANK.fullmatch(line)
    return None if blank is None else blank[1]
