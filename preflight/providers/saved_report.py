"""Reads a failure report that a person saved, even if a browser or a spreadsheet changed it.

The order and case of columns, line ends, quoting and delimiter may differ, and one file may have
several pages. `report.py` in the provider's folder says what the columns mean.
"""

from __future__ import annotations

import csv
import dataclasses
import functools
import io
import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from preflight.providers import failure_report
from preflight.providers.failure_report import ReportLines

Fold = Callable[[str], str]
"""A function that gives the form in which column names are compared."""

_DELIMITERS = ",;\t|"
_HEADER_WITHIN = 10
_SAMPLE = 256 << 10


@dataclass(frozen=True, slots=True)
class ReportColumns:
    """How to recognise the header of a provider's report.

    Attributes:
        names: that it may have, folded or not.
        fold: gives the form in which names are compared; by default without case.
    """

    names: Collection[str]
    fold: Fold = str.casefold


@dataclass(frozen=True, slots=True)
class SavedReport:
    """A file that should be a failure report.

    Attributes:
        raw: its bytes.
        text: its text, without byte order marks.
        where: its name in errors.
        field_of: a function from a column name to the profile's field, or None.
    """

    raw: bytes = field(repr=False)
    text: str = field(repr=False)
    where: str
    field_of: Callable[[str], str | None] = field(repr=False)

    def records(self, columns: ReportColumns) -> ReportLines:
        """Its records, converted to UTF-8 with commas.

        The headers of further pages are dropped, and their columns are put in the order of the
        first page.
        """
        header, delimiter, above = place_of_header(self.text, columns)
        text = self.text
        rows = cut(text, delimiter)[above:]
        orders = [order_of(row, header) for row in rows]
        if delimiter != "," or above or any(order not in (None, ()) for order in orders):
            text = "\n".join(written(_in_order(rows, orders)))
        report = failure_report.records(text.encode())
        keep = [
            at
            for at, cells in enumerate(zip(*report.fields, strict=True) if report.lines else ())
            if any(cell.strip() for cell in cells) and order_of(cells, header) is None
        ]
        fields = tuple([column[at] for at in keep] for column in report.fields)
        lines = [report.lines[at] for at in keep]
        return dataclasses.replace(report, raw=self.raw, fields=fields, lines=lines)


def fetched_page(page: bytes) -> SavedReport:
    """A page that was fetched, UTF-8, as one that a person saved: it is read as tolerantly."""
    return SavedReport(page, page.decode(errors="replace"), "the answer", lambda _name: None)


def header(text: str, columns: ReportColumns) -> tuple[str, ...]:
    """The column names of a CSV report, without surrounding blanks; () if not recognised."""
    return place_of_header(text, columns)[0]


def place_of_header(text: str, columns: ReportColumns) -> tuple[tuple[str, ...], str, int]:
    """The record near the top with the most known names, its delimiter and its position."""
    wanted = {columns.fold(name.strip()) for name in columns.names}
    best: tuple[tuple[str, ...], str, int] = ((), ",", 0)
    most = 0
    for delimiter in _DELIMITERS:
        for above, record in enumerate(cut(text[:_SAMPLE], delimiter, _HEADER_WITHIN)):
            names = tuple(name.strip() for name in record)
            known = len(wanted.intersection(map(columns.fold, names)))
            if known > most:
                best, most = (names, delimiter, above), known
    return best


def cut(text: str, delimiter: str = ",", most: int | None = None) -> list[list[str]]:
    """The records of a CSV text, at most `most` of them; empty lines are skipped."""
    found = failure_report.csv_records(text, delimiter)
    return [row for row, _ in itertools.islice(found, most)]


def order_of(row: Sequence[str], header: Sequence[str]) -> tuple[int, ...] | None:
    """The order of a page's columns relative to the first page, if a row is its header.

    () if the order is the same, None if the row is not a header.
    """
    wanted = _folded(tuple(header))
    if len(row) != len(wanted) or (row and row[0].strip().casefold() not in wanted):
        return None
    names = [name.strip().casefold() for name in row]
    if names == wanted:
        return ()
    if sorted(names) != sorted(wanted) or len(set(names)) < len(names):
        return None
    return tuple(names.index(name) for name in wanted)


@functools.cache
def _folded(header: tuple[str, ...]) -> list[str]:
    return [name.casefold() for name in header]


def _in_order(
    rows: Sequence[list[str]], orders: Sequence[tuple[int, ...] | None]
) -> list[list[str]]:
    """The rows, with the columns of each page in the order of the first page."""
    current: tuple[int, ...] = ()
    placed = []
    for row, order in zip(rows, orders, strict=True):
        current = current if order is None else order
        whole = row + [""] * (len(current) - len(row))
        placed.append([whole[at] for at in current] + row[len(current) :] if current else row)
    return placed


def written(rows: Sequence[Sequence[str]]) -> list[str]:
    """Each row as a CSV record with commas, without its line end."""
    texts = []
    for row in rows:
        text = io.StringIO()
        csv.writer(text).writerow(row)
        texts.append(text.getvalue().removesuffix("\r\n"))
    return texts
