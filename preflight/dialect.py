"""Which character separates the fields, and which line is the header."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from preflight.records import Record, RecordReader

DELIMITERS = ",;\t|"
"""What is looked for, the earlier first where the evidence is equal."""

_RECORDS = 100
_HEADER_WITHIN = 30
_SEP = re.compile(rb'"?sep=([^"\r\n])"?[ \t]*', re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
_PHONE = re.compile(r"\+?[\d\s().\-/]{7,}")
_DIGITS_OF_A_PHONE = 7


@dataclass(frozen=True, slots=True)
class Row:
    """One record near the top of a file: where it starts and ends, and what is in it.

    Offsets count from the start of the text, lines from 1.
    """

    cells: tuple[str, ...]
    start: int
    end: int
    line: int
    lines: int

    @property
    def filled(self) -> tuple[str, ...]:
        """The cells in which something stands."""
        return tuple(cell for cell in self.cells if cell.strip())


@dataclass(frozen=True, slots=True)
class Dialect:
    """A delimiter, where it is from, and the header row; no row, no header."""

    delimiter: str
    delimiter_from: str
    header: Row | None
    header_certain: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """The top of a file as it reads with one delimiter."""

    delimiter: str
    rows: list[Row] = field(repr=False)
    width: int
    score: float


def find_dialect(
    head: bytes, *, final: bool, known: Callable[[str], bool], delimiter: str | None = None
) -> Dialect:
    """Tell delimiter and header from the top of a text.

    Lines above the header are `sep=`, blank, or have fewer fields than most. The header is the
    row with the most known names above the first row of data; without any, the first row that is
    as wide as most. A row that holds an address or a phone number is a header only where there is
    no other.

    Args:
        head: UTF-8, without a byte order mark; ends anywhere.
        final: whether the file ends where it ends.
        known: whether a header text is the name of a field.
        delimiter: the one to use.
    """
    said = _SEP.match(head)
    if said and head[said.end() : said.end() + 1] not in (b"", b"\n", b"\r"):
        said = None
    if delimiter is not None:
        reading = _read(head, delimiter, known, final=final, skip=said is not None)
        origin = "option"
    elif said and said[1].isascii() and said[1] != b'"':
        reading = _read(head, said[1].decode(), known, final=final, skip=True)
        origin = "sep"
    else:
        readings = [_read(head, d, known, final=final, skip=False) for d in DELIMITERS]
        reading = max(readings, key=lambda r: r.score)
        origin = "sniffed"
        if reading.score <= _single_score(readings[0].rows, known):
            reading = _read(head, ",", known, final=final, skip=False)
            if not any(known(cell) for row in reading.rows[:1] for cell in row.cells[1:]):
                reading = _Reading(",", reading.rows, 1, 0.0)
    header, certain = _header(reading, known)
    return Dialect(reading.delimiter, origin, header, certain)
