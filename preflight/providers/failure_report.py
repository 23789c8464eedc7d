"""Failure reports in CSV: bytes → records, records → the table of a `FailureReport`.

No provider documents the quoting, the line ends or the byte order mark of its report. So all are
accepted, and the raw line of each record is kept.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from preflight.core.exchange import FailureReport

_WHOLE = r"[0-9]{1,18}"
_HALF = "\N{REPLACEMENT CHARACTER}"
_MOST_LINES = 100
"""How many lines a record can have: a cell with as many is a quote that never closes."""


class IncompleteReportError(Exception):
    """A fetched report lacks something; the message says what."""


@dataclass(frozen=True, slots=True)
class ReportLines:
    """A report, cut into fields.

    Attributes:
        raw: its bytes.
        header: the names of its columns, without surrounding blanks.
        fields: a list for each column, in the order of the header, each as long as `lines`. A short
            record is padded with "". Extra fields of a long record are joined to its last field
            with commas, because its quotes may be missing.
        lines: each record as received, without its line end.
    """

    raw: bytes
    header: tuple[str, ...]
    fields: tuple[list[str], ...]
    lines: list[str]

    def column(self, name: str) -> list[str] | None:
        """The fields under a name, regardless of case; None if there is no such column."""
        folded = [known.casefold() for known in self.header]
        return self.fields[folded.index(name.casefold())] if name.casefold() in folded else None

    def is_cut(self, expected: int | None) -> bool:
        """Whether its end seems to be missing.

        True if the last record has no line end, and is incomplete or there are too few records. No
        single sign is enough: a provider may count a row that it does not list, and a file may omit
        its last line end or the last fields of a record.
        """
        if expected is None or self.raw.endswith((b"\n", b"\r")):
            return False
        if any(line.count('"') % 2 for line in self.lines[-_MOST_LINES:-1]):
            return True  # the last record, cut at its line breaks
        return len(self.lines) < expected or (len(self.lines) == expected and self._ends_half())

    def _ends_half(self) -> bool:
        """Whether the last record lacks fields, a closing quote, or half of a character."""
        if not self.lines:
            return False
        last = self.lines[-1]
        width = len(next(csv.reader(io.StringIO(last, newline=""))))
        return width < len(self.header) or last.count('"') % 2 == 1 or last.endswith(_HALF)


class _Record:
    """Passes lines on until a record has too many, and remembers those of the record."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.taken: list[str] = []
        self.is_ended = False
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        while len(self.taken) < _MOST_LINES:
            line = next(self._lines, None)
            if line is None:
                self.is_ended = True
                return
            self.taken.append(line)
            yield line


def csv_records(text: str, delimiter: str = ",") -> Iterator[tuple[list[str], str]]:
    """The records of a CSV text, each with its text; empty lines are skipped.

    A quote that never closes swallows no other line: each line is then a record of its own.
    """
    longest = csv.field_size_limit(max(len(text) + 1, csv.field_size_limit()))
    try:
        lines = iter(io.StringIO(text, newline=""))
        record = _Record(lines)
        while not record.is_ended:
            record = _Record(lines)
            for row in csv.reader(record, delimiter=delimiter):
                raw = "".join(record.taken)
                if len(record.taken) > 1 and raw.count('"') % 2:
                    alone = [line.rstrip("\r\n") for line in record.taken]
                    yield from (
                        (next(csv.reader([line], delimiter=delimiter)), line)
                        for line in alone
                        if line
                    )
                elif row:
                    yield row, raw.rstrip("\r\n")
                record.taken.clear()
    finally:
        csv.field_size_limit(longest)


def records(raw: bytes) -> ReportLines:
    """Cuts the bytes of a report into fields.

    UTF-8 is assumed; other bytes become U+FFFD, and `raw` keeps them. Blank lines are skipped.
    """
    found = list(csv_records(raw.decode("utf-8-sig", errors="replace")))
    rows, lines = [row for row, _ in found], [line for _, line in found]
    if not rows:
        return ReportLines(raw, (), (), [])
    header = tuple(name.strip() for name in rows[0])
    width = len(header)
    even = [
        row
        if len(row) == width
        else [*row[: width - 1], ",".join(row[width - 1 :])]
        if len(row) > width
        else row + [""] * (width - len(row))
        for row in rows[1:]
    ]
    columns = tuple(list(column) for column in zip(*even, strict=True)) if even else ()
    return ReportLines(raw, header, columns or tuple([] for _ in header), lines[1:])


def is_cut(report: FailureReport, expected: int | None) -> bool:
    """Whether the end of a CSV report seems to be missing, see `ReportLines.is_cut`."""
    if expected is None or report.raw.endswith((b"\n", b"\r")):
        return False
    return records(report.raw).is_cut(expected)


def report(
    lines: ReportLines,
    *,
    code: Sequence[str],
    message: Sequence[str] | None = None,
    row_number: Sequence[str] | None = None,
    value: Sequence[str] | None = None,
    key: Sequence[str] | None = None,
) -> FailureReport:
    """The `FailureReport` of these columns; a missing column is blank, or NA for row numbers.

    A row number that is not a whole number is NA too.
    """
    blank = [""] * len(lines.lines)
    numbers = pd.Series(row_number if row_number is not None else blank, dtype="str").str.strip()
    numbers = numbers.where(numbers.str.fullmatch(_WHOLE))
    table = pd.DataFrame(
        {
            "code": pd.Series(code, dtype="str"),
            "message": pd.Series(message if message is not None else blank, dtype="str"),
            "row_number": pd.to_numeric(numbers).astype("Int64"),
            "value": pd.Series(value if value is not None else blank, dtype="str"),
            "key": pd.Series(key if key is not None else blank, dtype="str"),
            "cells": pd.Series(lines.lines, dtype="str"),
        }
    )
    return FailureReport(raw=lines.raw, suffix=".csv", table=table)
