"""How a text quotes its cells: with which quote, with escapes, with spaces before quotes.

Plain CSV is the default. Another syntax is used only on evidence, and only if it reads records
better: with fewer stray or open quotes, and fewer rows of unusual width.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter

from preflight.core.types import Syntax
from preflight.reading.records import RecordReader

_EVIDENCE = 256 << 10
_RECORDS = 2000
_FEWEST = 2
_CLOSED, _MOSTLY_CLOSED = 0.9, 0.8


def find_syntax(head: bytes, delimiter: str, *, final: bool) -> Syntax:
    """Find out how the top of a text is quoted.

    Args:
        head: UTF-8; ends anywhere.
        delimiter: one ASCII character.
        final: whether `head` is the whole file.
    """
    final = final and len(head) <= _EVIDENCE
    head = head[:_EVIDENCE]
    plain = Syntax(delimiter)
    closed = _singly_quoted(head, delimiter)
    single = dataclasses.replace(plain, quote="'")
    if closed >= _CLOSED:
        options = [single, plain]
    else:
        options = [plain, single] if closed >= _MOSTLY_CLOSED else [plain]
    for option in list(options):
        if _has(rb"\\(?:%b|%b|\r?\n)", head, b"\\", option):
            options.append(dataclasses.replace(option, escape=True))
    for option in list(options):
        if _has(rb"%b[ \t]+%b", head, b" " + option.quote.encode("ascii"), option):
            options.append(dataclasses.replace(option, spaced=True))
    if len(options) == 1:
        return plain
    return min(options, key=lambda option: _faults(head, option, final=final))


def _has(pattern: bytes, head: bytes, sign: bytes, syntax: Syntax) -> bool:
    """Whether a pattern of quote and delimiter occurs; every match contains the bytes of `sign`."""
    if sign not in head:
        return False
    quote, delimiter = (
        re.escape(mark).encode("ascii") for mark in (syntax.quote, syntax.delimiter)
    )
    return re.search(pattern % (delimiter, quote), head) is not None


def _singly_quoted(head: bytes, delimiter: str) -> float:
    """Which share of the cells that open with a single quote closes with one.

    0 if half of the lines have no such cell, or if a cell opens with a double quote.
    """
    sign = delimiter.encode("ascii")
    if not head.startswith(b"'") and sign + b"'" not in head and b"\n'" not in head:
        return 0.0
    mark = re.escape(sign)
    opening = rb"(?:(?<=[%b\r\n])|\A)" % mark
    if re.search(opening + b'"', head):
        return 0.0
    opened = len(re.findall(opening + b"'", head))
    wrapped = len(re.findall(opening + rb"'(?:[^'\\]|''|\\[\s\S])*+'(?=[%b\r\n]|\Z)" % mark, head))
    lines = len(re.findall(rb"[^\r\n]+", head))
    return wrapped / opened if wrapped >= max(_FEWEST, lines / 2) else 0.0


def _faults(head: bytes, syntax: Syntax, *, final: bool) -> int:
    """How many records have a flaw or an unusual width."""
    reader = RecordReader(syntax, 0, lambda _: True)
    widths: Counter[int] = Counter()
    at = faults = 0
    while at < len(head) and faults + widths.total() < _RECORDS:
        record = reader.read(head, at, final=final)
        if record is None:
            break
        if record.flaw is not None or record.stray:
            faults += 1
        elif record.fields:
            widths[record.width] += 1
        at = record.end
    return faults + widths.total() - max(widths.values(), default=0)
