"""A failure report that a person saved, whatever a browser or a spreadsheet made of it.

The order and the case of the columns, the line ends, the quoting and the delimiter are taken as
they come, and so are several pages that were put together in one file. What its columns mean is
said by `report.py` in the provider's folder.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from preflight.providers import failure_report
from preflight.providers.failure_report import ReportLines

Fold = Callable[[str], str]
"""The form in which names of columns are compared."""

_DELIMITERS = ",;\t|"
_HEADER_WITHIN = 10
_SAMPLE = 256 << 10


@dataclass(frozen=True, slots=True)
class ReportColumns:
    """By which names the header of a provider's report is known.

    Attributes:
        names: those that it may have, folded or not.
        fold: in which form names are compared; without it in any case.
    """

    names: Collection[str]
    fold: Fold = str.casefold


@dataclass(frozen=True, slots=True)
class SavedReport:
    """A file that is said to be a failure report.

    Attributes:
        raw: its bytes.
        text: its text, without byte order marks.
        where: what errors call it.
        field_of: the profile's field that the name of a column stands for; None for none.
    """

    raw: bytes = field(repr=False)
    text: str = field(repr=False)
    where: str
    field_of: Callable[[str], str | None] = field(repr=False)

    def records(self, columns: ReportColumns) -> ReportLines:
        """Its records, in UTF-8 with commas whatever it was written with.

        The headers of further pages are dropped, and their columns put in the order of the first.
        """
        header, delimiter, above = _header(self.text, columns)
        text = self.text
        rows = cut(text, delimiter)[above:]
        orders = [_order(row, header) for row in rows]
        if delimiter != "," or above or any(order not in (None, ()) for order in orders):
            text = "\n".join(written(_in_order(rows, orders)))
        found = failure_report.records(text.encode())
        keep = [
            at
            for at, cells in enumerate(zip(*found.fields, strict=True) if found.lines else ())
            if any(cell.strip() for cell in cells) and _order(cells, header) is None
        ]
        fields = tuple([column[at] for at in keep] for column in found.fields)
        lines = [found.lines[at] for at in keep]
        return dataclasses.replace(found, raw=self.raw, fields=fields, lines=lines)


def header(text: str, columns: ReportColumns) -> tuple[str, ...]:
    """The names of a CSV report's columns, blanks around them taken off; () where none is known."""
    return _header(text, columns)[0]


def _header(text: str, columns: ReportColumns) -> tuple[tuple[str, ...], str, int]:
    """The record near the top with the most known names, its delimiter, and how many precede it."""
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
    """The records of a CSV text, its first `most` where that is given; empty lines are none."""
    longest = csv.field_size_limit(max(len(text) + 1, csv.field_size_limit()))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return list(itertools.islice(filter(None, reader), most))
    finally:
        csv.field_size_limit(longest)


def _order(row: Sequence[str], header: Sequence[str]) -> tuple[int, ...] | None:
    """Where the columns of a page stand in the first page's order, if a row is its header.

    () where the order is the same, None where the row is no header.
    """
    names = [name.strip().casefold() for name in row]
    wanted = [name.casefold() for name in header]
    if names == wanted:
        return ()
    if sorted(names) != sorted(wanted) or len(set(names)) < len(names):
        return None
    return tuple(names.index(name) for name in wanted)


def _in_order(
    rows: Sequence[list[str]], orders: Sequence[tuple[int, ...] | None]
) -> list[list[str]]:
    """The rows with the columns of each page in the order of the first one's."""
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
