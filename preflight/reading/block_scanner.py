"""The fast reader: finds where the records of a block of CSV text start and stop, with arrays.

A position is inside quotes if an odd number of quotes precede it. That holds as long as quoting is
regular, which is checked for every quote. Records with irregular quoting, with an escape, or with
quotes that span lines as a runaway would, are left to a `RecordReader`; the array operations
continue after them.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from preflight.core.types import Ints, Syntax
from preflight.reading.records import LONGEST_FIELD, Record, RecordReader

PIECE = 1 << 17
"""How many bytes are compared at a time. The mask of a whole block is fresh memory each time."""
_LF, _CR, _ESCAPE = b"\n\r\\"
# U+DC00 to U+DCFF as three bytes: ED, B0 to B3, and any; no valid UTF-8 has ED before B0 to B3
_MARK_LEAD, _MARK_TRAIL, _MARK_MASK = 0xED, 0xB0, 0xFC


@dataclass(frozen=True, slots=True)
class Stretch:
    """The complete records of a block; each array has one entry a record.

    Attributes:
        starts: offset of its first byte.
        stops: offset after its last byte, without the line end.
        ends: offset after its line end.
        line: how many physical lines of the block are above it.
        span: how many physical lines it spans.
        read: index of a record → the record, if a `RecordReader` read it.
        consumed: offset after the last complete record.
    """

    starts: Ints
    stops: Ints
    ends: Ints
    line: Ints
    span: Ints
    read: dict[int, Record]
    consumed: int


@dataclass(frozen=True, slots=True)
class _Phase:
    """Record ends, if an even (or odd) number of quotes before means outside quotes."""

    breaks: Ints  # which of the block's line breaks end a record
    ends: Ints
    trouble: list[int]  # starts of the records that array operations cannot handle


class Block:
    """A block of text that starts on a record boundary.

    Args:
        text: the bytes.
        syntax: how it is written.
        final: whether the block ends where the file ends.
    """

    def __init__(self, text: bytes, syntax: Syntax, *, final: bool) -> None:
        self.text = text
        self.array: npt.NDArray[np.uint8] = np.frombuffer(text, dtype=np.uint8)
        self._final = final
        self._delimiter, self._quote = ord(syntax.delimiter), ord(syntax.quote)
        self._quote_mark = syntax.quote.encode("ascii")
        self._stops, self._ends = self._line_breaks()
        self._quotes = _where(self.array, self._quote) if self._quote_mark in text else _none()
        escaped = syntax.escape and b"\\" in text
        self._escapes = _where(self.array, _ESCAPE) if escaped else _none()
        self._quotes_before = np.searchsorted(self._quotes, self._stops)
        self._phases: dict[int, _Phase] = {}

    def stretch(self, reader: RecordReader, *, careful: bool = False) -> Stretch:
        """The complete records; with `careful`, the reader reads every one of them."""
        records = _Records()
        size = len(self.text)
        at = quotes = 0
        while at < size:
            if not careful:
                phase = self._phase(quotes & 1)
                nth = bisect_left(phase.trouble, at)
                until = phase.trouble[nth] if nth < len(phase.trouble) else size
                if until > at:
                    first, last = np.searchsorted(phase.ends, (at, until), side="right")
                    if last > first:
                        which = phase.breaks[first:last]
                        records.add_run(self._stops[which], self._ends[which], which + 1)
                        at = records.end
                        quotes = int(self._quotes_before[which[-1]])
                    if until == size:
                        if at == size:
                            break
                        inner = len(self._stops) - records.lines
                        if not self._final:
                            if inner < LONGEST_FIELD:
                                break
                        elif (inner < 1 or (inner == 1 and not self._may_be_two(at, size))) and (
                            len(self._quotes) - quotes
                        ) & 1 == 0:
                            records.add_run(_one(size), _one(size), _one(len(self._stops) + 1))
                            break
            record = reader.read(self.text, at, final=self._final)
            if record is None:
                break
            quotes += self.text.count(self._quote_mark, at, record.end)
            records.add(record)
            at = record.end
        return records.stretch()

    def irregular(self) -> int:
        """How many records array operations cannot handle, if the block starts on a boundary."""
        return len(self._phase(0).trouble)

    def last_end(self, odd: int) -> int | None:
        """The offset behind the last line break that ends a record, if there is one.

        Args:
            odd: 1 if the block starts inside quotes, else 0.
        """
        ends = np.flatnonzero(self._quotes_before & 1 == odd)
        return int(self._ends[ends[-1]]) if len(ends) else None

    @property
    def quotes(self) -> Ints:
        """The offsets of all quotes."""
        return self._quotes

    def field_counts(self, stretch: Stretch, delimiters: Ints | None = None) -> Ints:
        """The number of fields of each record; wrong for those in `stretch.read`.

        Args:
            stretch: the records.
            delimiters: see `delimiters`, if they are known.
        """
        known = self.delimiters(stretch) if delimiters is None else delimiters
        edges = np.append(stretch.starts, stretch.consumed)
        return np.diff(np.searchsorted(known, edges)) + 1

    def delimiters(self, stretch: Stretch) -> Ints:
        """The offsets of the delimiters between fields; wrong for records in `stretch.read`."""
        delimiters = np.flatnonzero(self.array[: stretch.consumed] == self._delimiter)
        if not len(self._quotes):
            return delimiters
        edges = np.append(stretch.starts, stretch.consumed)
        quotes = np.searchsorted(self._quotes, edges)
        quoted = np.diff(quotes) > 0
        counts = np.diff(np.searchsorted(delimiters, edges))
        at = np.flatnonzero(np.repeat(quoted, counts))
        before = np.searchsorted(self._quotes, delimiters[at])
        inside = (before - np.repeat(quotes[:-1][quoted], counts[quoted])) & 1 == 1
        return np.delete(delimiters, at[inside])

    def marks(self, until: int) -> Ints:
        """Offsets below `until` of the surrogates that replace undecodable bytes."""
        leads = _where(self.array[: max(until - 1, 0)], _MARK_LEAD)
        trails = self.array[leads + 1] & _MARK_MASK
        return np.asarray(leads[trails == _MARK_TRAIL])

    def _line_breaks(self) -> tuple[Ints, Ints]:
        """Offsets before and after each line break; a CR that may be half of a pair is not one."""
        feeds = _where(self.array, _LF)
        if b"\r" not in self.text:
            return feeds, feeds + 1
        returns = _where(self.array, _CR)
        paired = np.zeros(len(returns), dtype=np.bool_)
        inner = returns < len(self.array) - 1
        paired[inner] = self.array[returns[inner] + 1] == _LF
        lone = returns[~paired & (inner | self._final)]
        starts = feeds.copy()
        starts[np.searchsorted(feeds, returns[paired])] -= 1
        if not len(lone):
            return starts, feeds + 1
        stops = np.concatenate((starts, lone))
        order = np.argsort(stops, kind="stable")
        return stops[order], np.concatenate((feeds, lone))[order] + 1

    def _phase(self, odd: int) -> _Phase:
        if odd not in self._phases:
            if len(self._quotes) or len(self._escapes):
                outside = np.flatnonzero(self._quotes_before & 1 == odd)
                self._phases[odd] = self._checked(odd, outside)
            else:
                self._phases[odd] = _Phase(np.arange(len(self._ends)), self._ends, [])
        return self._phases[odd]

    def _may_be_two(self, start: int, end: int) -> bool:
        """Whether a record of two lines may be two contacts: each of them has an address then."""
        return self.text.count(b"@", start, end) > 1

    def _checked(self, odd: int, outside: Ints) -> _Phase:
        ends = self._ends[outside]
        neighbour = np.zeros(256, dtype=np.bool_)
        neighbour[[self._delimiter, self._quote, _LF, _CR]] = True
        opening = self._quotes[odd::2]
        closing = self._quotes[1 - odd :: 2]
        # the block starts on a record boundary; a quote that ends it is its own neighbour
        before = neighbour[self.array[opening - 1]] | (opening == 0)
        behind = neighbour[self.array[np.minimum(closing + 1, len(self.array) - 1)]]
        irregular = np.concatenate((opening[~before], closing[~behind], self._escapes))
        nth = np.searchsorted(ends, irregular, side="right")
        starts = np.concatenate((_one(0), ends))
        lines = np.diff(outside, prepend=-1)
        two = np.flatnonzero(lines == 2)
        places = zip(starts[two].tolist(), ends[two].tolist(), strict=True)
        both = np.array([self._may_be_two(start, end) for start, end in places], dtype=np.bool_)
        long = np.concatenate((np.flatnonzero(lines > 2), two[both]))
        return _Phase(outside, ends, np.unique(starts[np.concatenate((nth, long))]).tolist())


class _Records:
    """Collects records, run by run."""

    def __init__(self) -> None:
        self.end = 0
        self.lines = 0
        self._count = 0
        self._runs: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []
        self._single: list[tuple[int, int, int, int, int]] = []
        self._read: dict[int, Record] = {}

    def add_run(self, stops: Ints, ends: Ints, lines: Ints) -> None:
        """Adds consecutive records; `lines` is how many lines of the block end with each."""
        self._flush()
        starts = np.concatenate((_one(self.end), ends[:-1]))
        line = np.concatenate((_one(self.lines), lines[:-1]))
        self._runs.append((starts, stops, ends, line, lines - line))
        self.end, self.lines = int(ends[-1]), int(lines[-1])
        self._count += len(stops)

    def add(self, record: Record) -> None:
        self._single.append((self.end, record.stop, record.end, self.lines, record.lines))
        self._read[self._count] = record
        self.end = record.end
        self.lines += record.lines
        self._count += 1

    def stretch(self) -> Stretch:
        self._flush()
        columns = list(zip(*self._runs, strict=True)) or [(_none(),)] * 5
        starts, stops, ends, line, span = map(np.concatenate, columns)
        return Stretch(starts, stops, ends, line, span, self._read, self.end)

    def _flush(self) -> None:
        if self._single:
            columns = np.array(self._single, dtype=np.int64).T
            self._runs.append((columns[0], columns[1], columns[2], columns[3], columns[4]))
            self._single = []


def _where(array: npt.NDArray[np.uint8], byte: int) -> Ints:
    """Where a byte stands that is not frequent: in pieces that a core's cache holds."""
    found = [_none()]
    for start in range(0, len(array), PIECE):
        found.append(np.flatnonzero(array[start : start + PIECE] == byte))
        found[-1] += start
    return np.concatenate(found)


def _none() -> Ints:
    return np.empty(0, dtype=np.int64)


def _one(value: int) -> Ints:
    return np.array([value], dtype=np.int64)
