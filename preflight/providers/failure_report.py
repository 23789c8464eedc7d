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
        return len(self.lines) < expected or (len(self.lines) == expected and self._ends_half())

    def _ends_half(self) -> bool:
        """Whether the last record lacks fields or a closing quote."""
        if not self.lines:
            return False
        last = self.lines[-1]
        width = len(next(csv.reader(io.StringIO(last, newline=""))))
        return width < len(self.header) or last.count('"') % 2 == 1


class _Kept:
    """Passes lines on and remembers those of the record that is being read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.taken: list[str] = []
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.taken.append(line)
            yield line


def records(raw: bytes) -> ReportLines:
    """Cuts the bytes of a report into fields.

    UTF-8 is assumed; other bytes become U+FFFD, and `raw` keeps them. Blank lines are skipped.
    """
    text = raw.decode("utf-8-sig", errors="replace")
    kept = _Kept(io.StringIO(text, newline=""))
    longest = csv.field_size_limit(max(len(text) + 1, csv.field_size_limit()))
    try:
        rows: list[list[str]] = []
        lines: list[str] = []
        for row in csv.reader(kept):
            line = "".join(kept.taken).rstrip("\r\n")
            kept.taken.clear()
            if row:
                rows.append(row)
                lines.append(line)
    finally:
        csv.field_size_limit(longest)
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
