"""One record at a time: the reading of a CSV that needs no luck.

The rules are those of the standard library's `csv` module (any one-byte delimiter, `"` as quote,
doubled quotes, not strict) over physical lines that end in ``\\n``, ``\\r\\n`` or a lone ``\\r``: a
quote opens a quoted field only as its first character, and what follows a closing quote up to the
next delimiter is literal. Two things are added: a quote that never closes and a quoted field that
runs away over other records condemn the physical line they stand on, not the rest of the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, NamedTuple, overload

from preflight.model import Flaw

LONGEST_FIELD = 100
"""Physical lines that a quoted field may take before it is a runaway, whatever stands in them."""

_BREAK = re.compile(rb"\r\n|\n|\r")
_LINE = re.compile(rb"[^\r\n]*+")
_QUOTED = re.compile(rb'"([^"]*+(?:""[^"]*+)*+)"')
_NARROW = 3


class Record(NamedTuple):
    """A record and where it stands in the buffer it was read from.

    Attributes:
        fields: the cells, unquoted; none for an empty line, nor for a record with a flaw.
        width: how many fields there are; for a flaw, delimiters on its line plus one.
        stop: offset behind its last byte, the line end not counted.
        end: offset at which the next record starts.
        lines: how many physical lines it takes.
        regular: whether no quoted field has anything between its closing quote and its end.
        flaw: `Flaw.UNCLOSED`, `Flaw.RUNAWAY` or None.
    """

    fields: list[bytes]
    width: int
    stop: int
    end: int
    lines: int
    regular: bool = True
    flaw: Flaw | None = None


class RecordReader:
    """Reads single records of one file.

    Args:
        delimiter: one ASCII character.
        width: how many fields the header has; 0 where it is not known yet (then only the length
            makes a runaway).
        closes: whether the quoted field that opens at an offset of the buffer being read closes
            anywhere in the file; asked only where that matters and the buffer does not tell.
    """

    def __init__(self, delimiter: str, width: int, closes: Callable[[int], bool]) -> None:
        self._delimiter = delimiter.encode("ascii")
        self._width = width
        self._closes = closes
        self._hollow = self._delimiter + b" \t"
        self._opening = self._delimiter + b'"'

    @overload
    def read(self, buffer: bytes, start: int, *, final: Literal[True]) -> Record: ...
    @overload
    def read(self, buffer: bytes, start: int, *, final: bool) -> Record | None: ...
    def read(self, buffer: bytes, start: int, *, final: bool) -> Record | None:
        """Read the record that starts at `start`, which lies before the end of the buffer.

        Returns None if its end cannot be told from this buffer; never so where the buffer is
        `final`, that is, ends where the file ends.
        """
        fields: list[bytes] = []
        lines = 1
        regular = True
        at = start
        stop = _behind(_LINE, buffer, start)
        while True:
            if not buffer.startswith(b'"', at):
                quote = buffer.find(self._opening, at, stop)
                if quote < 0:
                    if at < stop or fields:
                        fields += buffer[at:stop].split(self._delimiter)
                    break
                fields += buffer[at:quote].split(self._delimiter)
                at = quote + 1
            quoted = _QUOTED.match(buffer, at)
            if quoted is None or (quoted.end() == len(buffer) and not final):
                return self._unclosed(buffer, start, at, final=final)
            cell = quoted[1]
            at = quoted.end()
            if at > stop:
                breaks = len(_BREAK.findall(cell))
                if self._runs_away(cell, breaks):
                    return self._condemned(buffer, start, Flaw.RUNAWAY)
                lines += breaks
                stop = _behind(_LINE, buffer, at)
            if b'"' in cell:
                cell = cell.replace(b'""', b'"')
            end = buffer.find(self._delimiter, at, stop)
            if end < 0:
                end = stop
            if end > at:
                cell += buffer[at:end]
                regular = False
            fields.append(cell)
            if end == stop:
                break
            at = end + 1
        return _record(buffer, fields, stop, lines, final=final, regular=regular)

    def _unclosed(self, buffer: bytes, start: int, at: int, *, final: bool) -> Record | None:
        """What is to be said of the quote at `at`, which does not surely close in the buffer."""
        if final:
            return self._condemned(buffer, start, Flaw.UNCLOSED)
        # a carriage return at the very end may be one half of a line end that is counted below
        stop = len(buffer) - buffer.endswith(b"\r")
        if len(_BREAK.findall(buffer, at, stop)) < LONGEST_FIELD:
            return None
        return self._condemned(buffer, start, Flaw.RUNAWAY if self._closes(at) else Flaw.UNCLOSED)

    def _condemned(self, buffer: bytes, start: int, flaw: Flaw) -> Record | None:
        stop = _behind(_LINE, buffer, start)
        width = buffer.count(self._delimiter, start, stop) + 1
        return _record(buffer, [], stop, 1, final=True, width=width, flaw=flaw)

    def _runs_away(self, inside: bytes, breaks: int) -> bool:
        if breaks >= LONGEST_FIELD:
            return True
        if breaks < 2 or self._width < 2:
            return False
        swallowed = _BREAK.split(inside)[1:-1]
        return 2 * sum(map(self._looks_like_a_record, swallowed)) > len(swallowed)

    def _looks_like_a_record(self, line: bytes) -> bool:
        if line.count(self._delimiter) != self._width - 1 or not line.strip(self._hollow):
            return False
        # "Berlin, Germany" inside an address: with few columns, prose has as many delimiters
        return self._width > _NARROW or self._delimiter + b" " not in line


def fields_of(raw: str, delimiter: str) -> list[str]:
    """The cells of one whole record, its line end stripped; none of one whose quote never closes.

    Args:
        raw: the record as written.
        delimiter: one ASCII character.
    """
    reader = RecordReader(delimiter, 0, lambda _: False)
    return (
        [cell.decode() for cell in reader.read(raw.encode(), 0, final=True).fields] if raw else []
    )


def _behind(pattern: re.Pattern[bytes], buffer: bytes, at: int) -> int:
    """Where the match of a pattern that also matches nothing ends."""
    found = pattern.match(buffer, at)
    return found.end() if found else at


def _record(
    buffer: bytes,
    fields: list[bytes],
    stop: int,
    lines: int,
    *,
    final: bool,
    regular: bool = True,
    width: int | None = None,
    flaw: Flaw | None = None,
) -> Record | None:
    """The record that stops at `stop`; None if its line end may go on behind the buffer."""
    end = stop + 1
    if stop == len(buffer):
        end = stop
    elif buffer.startswith(b"\r\n", stop):
        end = stop + 2
    if not final and (stop == len(buffer) or (end == len(buffer) and buffer.endswith(b"\r"))):
        return None
    width = len(fields) if width is None else width
    return Record(fields, width, stop, end, lines, regular, flaw)
