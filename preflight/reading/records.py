"""The careful reader: reads a CSV one record at a time.

The rules are those of the standard library's `csv` module (any one-byte delimiter, `"` or `'` as
quote, doubled quotes, not strict) over physical lines that end in ``\\n``, ``\\r\\n`` or a lone
``\\r``: a quote opens a quoted field only as its first character, and text after a closing quote up
to the next delimiter is literal. If the syntax has escapes, a backslash with nothing to escape is
literal; if it is spaced, spaces are skipped only before a quote and behind a quoted field.

Two things are added: a quote that never closes, and a quoted field that runs over other records,
make one physical line malformed, not the rest of the file. A field whose lines merely look like
records is a cell if it closes in front of a delimiter or a line end, the record has as many fields
as the header, and its first and last line are not the halves of rows. If both halves have an
address in the same field, they are two contacts, whatever is between them.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable
from typing import Literal, NamedTuple, overload

from preflight.core.types import Flaw, Syntax

LONGEST_FIELD = 100
"""Physical lines that a quoted field may span before it is a runaway, whatever they contain."""

_BREAK = re.compile(rb"\r\n|\n|\r")
_LINE = re.compile(rb"[^\r\n]*+")
# `="0412"`: an exporter's way to keep text as text, whose quotes mean no quoted field.
_FORMULA_TEXT = re.compile(rb'\s*=\s*(?:[Tt]\(\s*)?"[^"]*"\s*\)?\s*')
_ADDRESS = re.compile(rb"[^\s@]+@[^\s@]+\.[^\s@]+")
_INCHES = re.compile(rb'\d"')
_NARROW = 3


class Record(NamedTuple):
    """A record and its place in the buffer it was read from.

    Attributes:
        fields: the cells, unquoted; none for an empty line, nor for a record with a flaw.
        width: the number of fields; for a flaw, delimiters on its line plus one.
        stop: offset after its last byte, without the line end.
        end: offset of the next record.
        lines: how many physical lines it spans.
        regular: whether it is plain CSV with that quote: no escape, no spaces before a quote,
            nothing between a closing quote and the end of its field.
        flaw: `Flaw.UNCLOSED`, `Flaw.RUNAWAY` or None.
        stray: whether there is a quote in an unquoted field, or text after a closing quote.
        misquoted: whether there is text after a closing quote that is not blank, or two fields
            look like the halves of one. The fields are then one reading of several.
    """

    fields: list[bytes]
    width: int
    stop: int
    end: int
    lines: int
    regular: bool = True
    flaw: Flaw | None = None
    stray: bool = False
    misquoted: bool = False


class RecordReader:
    """Reads single records of one file.

    Args:
        syntax: how they are written.
        width: the number of fields in the header; 0 if not known yet (then only the length makes a
            runaway).
        closes: whether the quoted field that opens at an offset of the buffer closes anywhere in
            the file; called only if that matters and the buffer does not show it.
    """

    def __init__(self, syntax: Syntax, width: int, closes: Callable[[int], bool]) -> None:
        self._syntax = syntax
        self._delimiter = syntax.delimiter.encode("ascii")
        self._quote = syntax.quote.encode("ascii")
        self._width = width
        self._closes = closes
        self._hollow = self._delimiter + b" \t"
        self._opening = self._delimiter + self._quote
        self._line, self._quoted, self._plain, self._meant = _patterns(syntax)
        self._blanks = re.compile(b"[%b]*+" % b" \t".replace(self._delimiter, b""))
        self._spaced = syntax.spaced
        self._escape = syntax.escape
        self._odd = syntax.escape or syntax.spaced

    @overload
    def read(self, buffer: bytes, start: int, *, final: Literal[True]) -> Record: ...
    @overload
    def read(self, buffer: bytes, start: int, *, final: bool) -> Record | None: ...
    def read(self, buffer: bytes, start: int, *, final: bool) -> Record | None:
        """Read the record that starts at `start`, which is before the end of the buffer.

        Returns None if the buffer does not contain its end; never if the buffer is `final`, that
        is, ends where the file ends.
        """
        if self._odd:
            return self._read_odd(buffer, start, final=final)
        fields: list[bytes] = []
        lines = 1
        regular, misquoted, swallows, joint = True, False, False, -1
        at = start
        stop = _behind(_LINE, buffer, start)
        while True:
            if not buffer.startswith(self._quote, at):
                quote = buffer.find(self._opening, at, stop)
                if quote < 0:
                    if at < stop or fields:
                        fields += buffer[at:stop].split(self._delimiter)
                    break
                fields += buffer[at:quote].split(self._delimiter)
                at = quote + 1
            quoted = self._quoted.match(buffer, at)
            if quoted is None or (quoted.end() == len(buffer) and not final):
                return self._unclosed(buffer, start, at, final=final)
            cell = quoted[1]
            at = quoted.end()
            if at > stop:
                breaks = len(_BREAK.findall(cell))
                if breaks >= LONGEST_FIELD:
                    return self._flawed(buffer, start, Flaw.RUNAWAY)
                swallows = swallows or self._swallows_records(cell)
                if self._swallows_whole_rows(cell, len(fields)):
                    joint = len(fields)
                lines += breaks
                stop = _behind(_LINE, buffer, at)
            if self._quote in cell:
                cell = cell.replace(self._quote * 2, self._quote)
            end = buffer.find(self._delimiter, at, stop)
            if end < 0:
                end = stop
            if end > at:
                cell += buffer[at:end]
                regular = False
                misquoted = misquoted or not buffer[at:end].isspace()
            fields.append(cell)
            if end == stop:
                break
            at = end + 1
        after = _record_end(buffer, stop, final=final)
        if after is None:
            return None
        # judged only now: until its last line is whole, a record seems to have fewer fields
        if swallows and (joint >= 0 or not regular or len(fields) != self._width):
            return self._flawed(buffer, start, Flaw.RUNAWAY)
        if joint >= 0 and self._joins_two_contacts(fields, joint):
            return self._flawed(buffer, start, Flaw.RUNAWAY)
        if misquoted and lines > 1 and self._swallows_a_record(buffer, start, stop):
            return self._flawed(buffer, start, Flaw.RUNAWAY)
        strays = self._strays(buffer, start, stop, fields) if regular else []
        stray = not regular or bool(strays)
        misquoted = misquoted or _is_torn(strays)
        return Record(fields, len(fields), stop, after, lines, regular, None, stray, misquoted)

    def _read_odd(self, buffer: bytes, start: int, *, final: bool) -> Record | None:
        """`read` for a syntax with escapes, or with spaces before quotes."""
        fields: list[bytes] = []
        regular, stray, misquoted, swallows, joint = True, False, False, False, -1
        strays: list[bytes] = []
        at = start
        stop = _behind(self._line, buffer, start)
        while at < stop or fields:
            cell = b""
            opening = _behind(self._blanks, buffer, at) if self._spaced else at
            is_quoted = opening < len(buffer) and buffer.startswith(self._quote, opening)
            if is_quoted:
                quoted = self._quoted.match(buffer, opening)
                if quoted is None or (quoted.end() == len(buffer) and not final):
                    return self._unclosed(buffer, start, opening, final=final)
                cell = self._meaning(quoted[1], quoted=True)
                regular = regular and opening == at and not (self._escape and b"\\" in quoted[1])
                at = quoted.end()
                if at > stop:
                    if len(_BREAK.findall(quoted[1])) >= LONGEST_FIELD:
                        return self._flawed(buffer, start, Flaw.RUNAWAY)
                    swallows = swallows or self._swallows_records(quoted[1])
                    if self._swallows_whole_rows(quoted[1], len(fields)):
                        joint = len(fields)
                    stop = _behind(self._line, buffer, at)
            end = _behind(self._plain, buffer, at, stop)
            plain = buffer[at:end]
            if is_quoted and self._spaced and plain.isspace():
                plain, regular = b"", False
            if plain:
                stray = stray or is_quoted or self._is_stray(plain)
                if not is_quoted and self._is_stray(plain):
                    strays.append(self._bare(plain))
                misquoted = misquoted or (is_quoted and not plain.isspace())
                regular = regular and not is_quoted and not (self._escape and b"\\" in plain)
                cell += self._meaning(plain, quoted=False)
            fields.append(cell)
            if end >= stop:
                break
            at = end + 1
        after = _record_end(buffer, stop, final=final)
        if after is None:
            return None
        # judged only now, as in `read`
        if swallows and (joint >= 0 or stray or len(fields) != self._width):
            return self._flawed(buffer, start, Flaw.RUNAWAY)
        if joint >= 0 and self._joins_two_contacts(fields, joint):
            return self._flawed(buffer, start, Flaw.RUNAWAY)
        misquoted = misquoted or _is_torn(strays)
        if misquoted and self._swallows_a_record(buffer, start, stop):
            return self._flawed(buffer, start, Flaw.RUNAWAY)
        lines = 1 + len(_BREAK.findall(buffer, start, stop))
        return Record(fields, len(fields), stop, after, lines, regular, None, stray, misquoted)

    def _strays(self, buffer: bytes, start: int, stop: int, fields: list[bytes]) -> list[bytes]:
        """The unquoted fields that have a quote; an apostrophe within a name does not count."""
        if self._quote != b'"' or buffer.find(b'"', start, stop) < 0:
            return []
        at = start
        strays = []
        for field in fields:
            if buffer.startswith(b'"', at):
                at += len(field) + field.count(b'"') + 3
                continue
            if b'"' in field and not _FORMULA_TEXT.fullmatch(field):
                strays.append(field)
            at += len(field) + 1
        return strays

    def _is_stray(self, plain: bytes) -> bool:
        """Whether an unquoted field has a quote that is not escaped."""
        if self._quote != b'"' or b'"' not in self._bare(plain):
            return False
        return _FORMULA_TEXT.fullmatch(plain) is None

    def _meaning(self, written: bytes, *, quoted: bool) -> bytes:
        """The text with its escapes resolved and, within quotes, its doubled quotes."""
        doubled = 2 if quoted else 0
        return self._meant.sub(lambda match: match[1] or match[doubled], written)

    def _bare(self, written: bytes) -> bytes:
        """The text without its escaped characters."""
        return self._meant.sub(lambda match: b"" if match[1] else match[0], written)

    def _unclosed(self, buffer: bytes, start: int, at: int, *, final: bool) -> Record | None:
        """The record with the quote at `at`, whose closing quote may not be in the buffer."""
        if final:
            return self._flawed(buffer, start, Flaw.UNCLOSED)
        # a carriage return at the very end may be one half of a line end that is counted below
        stop = len(buffer) - buffer.endswith(b"\r")
        if len(_BREAK.findall(buffer, at, stop)) < LONGEST_FIELD:
            return None
        return self._flawed(buffer, start, Flaw.RUNAWAY if self._closes(at) else Flaw.UNCLOSED)

    def _flawed(self, buffer: bytes, start: int, flaw: Flaw) -> Record | None:
        # the physical line, escaped line ends or not
        stop = _behind(_LINE, buffer, start)
        width = buffer.count(self._delimiter, start, stop) + 1
        end = _record_end(buffer, stop, final=True)
        return None if end is None else Record([], width, stop, end, 1, True, flaw)

    def _swallows_records(self, inside: bytes) -> bool:
        """Whether most lines wholly inside a quoted field look like records."""
        if self._width < 2:
            return False
        swallowed = _BREAK.split(inside)[1:-1]
        return 2 * sum(map(self._looks_like_a_record, swallowed)) > len(swallowed)

    def _swallows_whole_rows(self, inside: bytes, before: int) -> bool:
        """Whether the ends of a quoted field, too, are those of rows of the file.

        The field has `before` others in front of it. If it swallows rows, the rest of its first
        line has the other delimiters of its row, and its last line has `before` of them.
        """
        lines = _BREAK.split(inside)
        first, last = lines[0].count(self._delimiter), lines[-1].count(self._delimiter)
        return first == self._width - 1 - before and last == before

    def _joins_two_contacts(self, fields: list[bytes], at: int) -> bool:
        """Whether the halves of two rows that a quoted field holds have an address each.

        Args:
            fields: of the record.
            at: the position of the quoted field whose ends are those of rows.
        """
        if self._width < 2 or len(fields) != self._width:
            return False
        lines = _BREAK.split(fields[at])
        above = fields[:at] + lines[0].split(self._delimiter)
        below = lines[-1].split(self._delimiter) + fields[at + 1 :]
        both = zip(above, below, strict=False)
        return any(_ADDRESS.fullmatch(one) and _ADDRESS.fullmatch(other) for one, other in both)

    def _swallows_a_record(self, buffer: bytes, start: int, stop: int) -> bool:
        """Whether a line below the first one of a misquoted record is a record by itself."""
        if self._width < 2:
            return False
        alone = RecordReader(self._syntax, 0, self._closes)
        for line in _BREAK.split(buffer[start:stop])[1:]:
            if line:
                record = alone.read(line, 0, final=True)
                if record.width == self._width and not (record.flaw or record.misquoted):
                    return True
        return False

    def _looks_like_a_record(self, line: bytes) -> bool:
        if line.count(self._delimiter) != self._width - 1 or not line.strip(self._hollow):
            return False
        # "Berlin, Germany" inside an address: with few columns, prose has as many delimiters
        return self._width > _NARROW or self._delimiter + b" " not in line


def _is_torn(strays: list[bytes]) -> bool:
    """Whether fields with a quote are halves of a quoted one: `Dan"Pike`, ` Frost and Sons"`.

    A quote after a digit means inches.
    """
    halves = [field for field in strays if field.count(b'"') % 2 and not _INCHES.search(field)]
    return len(halves) > 1


def _behind(pattern: re.Pattern[bytes], buffer: bytes, at: int, until: int = sys.maxsize) -> int:
    """Where the match of a pattern ends; `at` if it does not match."""
    match = pattern.match(buffer, at, until)
    return match.end() if match else at


@functools.cache
def inside_quotes(syntax: Syntax) -> re.Pattern[bytes]:
    """The content of a quoted field: up to a quote that is neither doubled nor escaped."""
    return re.compile(_inside(syntax))


def _inside(syntax: Syntax) -> bytes:
    quote = syntax.quote.encode("ascii")
    if not syntax.escape:
        return rb"[^%b]*+(?:%b%b[^%b]*+)*+" % ((quote,) * 4)
    return rb"[^%b\\]*+(?:(?:%b%b|\\[\s\S])[^%b\\]*+)*+" % ((quote,) * 4)


@functools.cache
def _patterns(syntax: Syntax) -> tuple[re.Pattern[bytes], ...]:
    """Patterns of a line, a quoted field, the rest of a field, and escapes and doubled quotes."""
    quote, delimiter = syntax.quote.encode("ascii"), re.escape(syntax.delimiter).encode("ascii")
    quoted = re.compile(rb"%b(%b)%b" % (quote, _inside(syntax), quote))
    if not syntax.escape:
        rest, meant = rb"[^%b]*+" % delimiter, rb"(?!)()|%b(%b)" % (quote, quote)
        return _LINE, quoted, re.compile(rest), re.compile(meant)
    pair = rb"\\(?:\r\n|[\s\S])?+"
    line = rb"[^\r\n\\]*+(?:%b[^\r\n\\]*+)*+" % pair
    rest = rb"[^%b\\]*+(?:%b[^%b\\]*+)*+" % (delimiter, pair, delimiter)
    meant = rb"\\(\r\n|[\\\r\n%b%b])|%b(%b)" % (delimiter, quote, quote, quote)
    return re.compile(line), quoted, re.compile(rest), re.compile(meant)


def _record_end(buffer: bytes, stop: int, *, final: bool) -> int | None:
    """Where the line end at `stop` ends; None if it may continue after the buffer."""
    end = stop + 1
    if stop == len(buffer):
        end = stop
    elif buffer.startswith(b"\r\n", stop):
        end = stop + 2
    if not final and (stop == len(buffer) or (end == len(buffer) and buffer.endswith(b"\r"))):
        return None
    return end
