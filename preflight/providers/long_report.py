"""Reads a failure report page by page, so that one of hundreds of megabytes takes no memory.

A report that fits into a page is read as it is. A longer one is cut between records, and each page
begins with the header, so that the provider's reader can read it like a report of its own.
"""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable, Iterator

import pandas as pd

from preflight.core.exchange import HEAD, PAGE, FailureReport, Further
from preflight.core.received import Received
from preflight.core.spool import Spool
from preflight.providers import report_text
from preflight.providers.failure_report import IncompleteReportError
from preflight.providers.report_text import Guess, UnreadableReportError
from preflight.providers.saved_report import ReportColumns, order_of, place_of_header

ReadPage = Callable[[bytes], FailureReport]
"""A function that reads one page, UTF-8 with a header."""

IsCut = Callable[[FailureReport, int | None], bool]
"""A function that says whether the end of a page is missing, which should have so many lines."""

_ENOUGH = PAGE // 2


def fetched(
    raw: Received,
    columns: ReportColumns,
    read: ReadPage,
    *,
    is_cut: IsCut,
    expected: int | None,
    missing: str,
) -> FailureReport:
    """Reads a report that a client fetched.

    Args:
        raw: what the provider answered.
        columns: how to recognise its header.
        read: reads a page.
        is_cut: whether the end of the last page is missing.
        expected: how many lines the report should have, if that is known.
        missing: what an incomplete report lacks, for the message.

    Raises:
        IncompleteReportError: it lost its end, or is something else than a report.
    """
    try:
        text = report_text.text_of(report_text.unpacked(raw), lambda _sample: "cp1252")
    except UnreadableReportError as error:
        raise IncompleteReportError(f"a failure report: it is {error}") from None
    if text.size <= PAGE:
        report = read(text.whole())
        if is_cut(report, expected):
            raise IncompleteReportError(missing)
        return dataclasses.replace(report, raw=raw.whole())
    report, last, before = _long(raw, text, columns, read)
    if is_cut(last, None if expected is None else max(0, expected - before)):
        raise IncompleteReportError(missing)
    return report


def saved(raw: Received, columns: ReportColumns, read: ReadPage, *, guess: Guess) -> FailureReport:
    """Reads a report that a person saved; arguments as for `fetched`.

    Raises:
        UnreadableReportError: it is something else than a report.
    """
    plain = report_text.unpacked(raw)
    text = report_text.text_of(plain, guess)
    if text.size <= PAGE:
        return dataclasses.replace(read(text.whole()), raw=plain.whole())
    return _long(plain, text, columns, read)[0]


def _long(
    raw: Received, text: Received, columns: ReportColumns, read: ReadPage
) -> tuple[FailureReport, FailureReport, int]:
    """A long report; its last page, and how many lines the pages before it have."""
    tables = Spool[pd.DataFrame](in_memory=1)
    first = last = None
    lines = before = 0
    for page in _pages(text, columns):
        last = read(page)
        before, lines = lines, lines + len(last.table)
        if first is None:
            first = dataclasses.replace(last, raw=page[:HEAD])
        else:
            tables.add(last.table)
    if first is None or last is None:
        raise UnreadableReportError("an empty file")
    return dataclasses.replace(first, further=Further(raw, tables)), last, before


def _pages(text: Received, columns: ReportColumns) -> Iterator[bytes]:
    """The text in pages; a page after the first begins with the header that is in force there."""
    start = text.head(HEAD).lstrip()
    if start.startswith(b"["):
        yield from _filled(report_text.entries(text), b"", ())
        return
    if start.startswith(b"{"):
        yield from _filled(text.lines(), b"", ())
        return
    sample = start.decode(errors="replace")
    names, delimiter, above = place_of_header(sample, columns)
    header = _physical(sample, delimiter, above).encode() if names else b""
    yield from _filled(text.lines(), header, names, delimiter)


def _physical(sample: str, delimiter: str, above: int) -> str:
    """The record with the header, as it is written."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    lines = io.StringIO(sample, newline="").readlines()
    begun = seen = 0
    for record in reader:
        if record:
            if seen == above:
                return "".join(lines[begun : reader.line_num])
            seen += 1
        begun = reader.line_num
    return ""


def _filled(
    lines: Iterator[bytes], header: bytes, names: tuple[str, ...], delimiter: str = ","
) -> Iterator[bytes]:
    """Pages of whole records: where quotes are even, or where a page is full."""
    page: list[bytes] = []
    size = quotes = 0
    first = names[0].lower().encode() if names else b""
    for line in lines:
        page.append(line)
        size += len(line)
        quotes += line.count(b'"')
        if first and first in line[: len(first) + 8].lower() and _is_header(line, names, delimiter):
            header = line
        if size >= PAGE or (size >= _ENOUGH and quotes % 2 == 0):
            yield b"".join(page)
            page, size, quotes = [header], 0, 0
    if size:
        yield b"".join(page)


def _is_header(line: bytes, names: tuple[str, ...], delimiter: str) -> bool:
    cells = line.decode(errors="replace").rstrip("\r\n").split(delimiter)
    return order_of([cell.strip().strip('"') for cell in cells], names) is not None
