"""Merges the pages of a failure report, and reads what its lines repeat of a file's columns.

A report may have several files, the same page may come twice, and a page that preflight fetched may
come again from a person. So lines are compared by their content, not by how they are written.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd

from preflight.core.exchange import HEAD, PAGE, FailureReport, Further
from preflight.core.received import Received
from preflight.core.spool import Spool
from preflight.core.types import Bools, Ints
from preflight.providers import line_report, registry
from preflight.providers.line_report import scalars_of
from preflight.providers.saved_report import ReportColumns, cut, written
from preflight.runs.matching.report_file import header_of


def together(reports: Sequence[FailureReport], provider: str) -> FailureReport:
    """Merges the pages of a report; leaves out a page if another one has all of its lines.

    Pages of different formats become JSON lines, because they have no common header.

    Args:
        reports: at least one, all of the same provider.
        provider: its name.
    """
    kept = _without_repeats(reports) if len(reports) > 1 else reports
    if len(kept) == 1:
        return kept[0]
    if all(report.suffix == ".csv" for report in kept):
        columns = _Columns([_header_names(report, provider) for report in kept])
        lines = (
            (page.table, columns.records(at, _rows(page)))
            for at, report in enumerate(kept)
            for page in report.pages()
        )
        return _collected(lines, ".csv", columns.header)
    documents = (
        (page.table, _documents(page, provider)) for report in kept for page in report.pages()
    )
    return _collected(documents, ".jsonl", "")


def selected(report: FailureReport, lines: Bools) -> FailureReport:
    """Some lines of a report, as a report with the same bytes.

    Args:
        report: the report.
        lines: a mask of the lines of all its pages.
    """
    ends = np.cumsum([len(page.table) for page in report.pages()])[:-1]
    masks = np.split(lines, ends)
    tables = (
        page.table[mask].reset_index(drop=True)
        for page, mask in zip(report.pages(), masks, strict=True)
    )
    first = dataclasses.replace(report, table=next(tables), further=None)
    if report.further is None:
        return first
    return dataclasses.replace(first, further=_further(report.further.raw, tables))


def _collected(
    pages: Iterator[tuple[pd.DataFrame, list[str]]], suffix: str, header: str
) -> FailureReport:
    """A report of tables whose lines are written anew."""
    raw, tables = Received(header.encode()), Spool[pd.DataFrame]()
    for table, texts in pages:
        raw.add("".join(f"{text}\n" for text in texts).encode())
        tables.add(table.assign(cells=pd.Series(texts, dtype="str", index=table.index)))
    if raw.size <= PAGE:
        return FailureReport(raw.whole(), suffix, pd.concat(list(tables), ignore_index=True))
    first = next(iter(tables))
    return FailureReport(raw.head(HEAD), suffix, first, _further(raw, islice(tables, 1, None)))


def _further(raw: Received, tables: Iterable[pd.DataFrame]) -> Further:
    """What a long report has beyond its first page, with the tables on disk."""
    rest = Spool[pd.DataFrame](in_memory=1)
    for table in tables:
        rest.add(table)
    return Further(raw, rest)


def carried(
    report: FailureReport, lines: Sequence[str], header: Sequence[str]
) -> dict[int, list[str]]:
    """The cells of a file that lines of a report repeat.

    Args:
        report: the report.
        lines: some of its table's `cells`.
        header: of the file.

    Returns:
        For each header position that the report has a column for, a text for each line.
    """
    if report.suffix == ".csv":
        names = [name.casefold() for name in header_of(report.raw, ReportColumns(header))]
        records = cut("\n".join(lines))
        # The file may have a column with the name of one of the provider's, which come first.
        last = {name: at for at, name in enumerate(names)}
        places = {at: last.get(name.strip().casefold()) for at, name in enumerate(header)}
        if len(records) != len(lines):
            return {}
        return {
            at: [record[place] if place < len(record) else "" for record in records]
            for at, place in places.items()
            if place is not None
        }
    if report.suffix in (".json", ".jsonl"):
        documents = [scalars_of(line) for line in lines]
        folded = {at: line_report.fold(name) for at, name in enumerate(header)}
        return {
            at: [line.get(name, "") for line in documents]
            for at, name in folded.items()
            if any(name in line for line in documents)
        }
    return {}


def _without_repeats(reports: Sequence[FailureReport]) -> list[FailureReport]:
    """The reports without those whose lines are all in another one.

    Equal lines in two pages that each have other lines too are both kept. They may be about two
    equal rows, and taking a refused row for an accepted one is worse than the reverse.
    """
    contents = [_content(report) for report in reports]
    kept: list[int] = []
    for at, lines in enumerate(contents):
        others = [*kept, *range(at + 1, len(contents))]
        if not any(
            lines.within(contents[other]) and (not contents[other].within(lines) or other < at)
            for other in others
        ):
            kept.append(at)
    return [reports[at] for at in kept]


@dataclass(frozen=True)
class _Content:
    """The content of a report's lines, regardless of column order, quoting and format.

    Attributes:
        lines: a number for each different content, sorted.
        times: how many lines have it.
    """

    lines: Ints
    times: Ints

    def within(self, other: _Content) -> bool:
        """Whether the other report has all of these lines, as often."""
        if not len(self.lines):
            return True
        if not len(other.lines):
            return False
        at = np.searchsorted(other.lines, self.lines).clip(max=len(other.lines) - 1)
        return bool((other.lines[at] == self.lines).all() and (self.times <= other.times[at]).all())


def _content(report: FailureReport) -> _Content:
    numbers = list[Ints]()
    for page in report.pages():
        table = page.table
        if report.suffix == ".csv":
            texts = [tuple(sorted(filter(None, map(str.strip, row)))) for row in _rows(page)]
        else:
            texts = [
                tuple(sorted(filter(None, scalars_of(line).values()))) for line in table["cells"]
            ]
        row_numbers = table["row_number"].astype("str")
        named = [table[name].fillna("") for name in ("code", "message", "value", "key")]
        lines = map(hash, zip(*named, row_numbers, texts, strict=True))
        numbers.append(np.fromiter(lines, dtype=np.int64, count=len(table)))
    lines_once, times = np.unique(np.concatenate(numbers), return_counts=True)
    return _Content(lines_once, times)


def _rows(report: FailureReport) -> list[list[str]]:
    """The fields of each line of a CSV report."""
    return [next(iter(cut(line)), []) for line in report.table["cells"]]


def _header_names(report: FailureReport, provider: str) -> list[str]:
    """The header of a CSV report."""
    reader = registry.report(provider)
    if reader is None:
        raise ValueError(f"{provider} has no reader of failure reports")
    return list(header_of(report.raw, reader.COLUMNS))


class _Columns:
    """A header with the columns of several reports.

    Args:
        headers: of the reports.

    Attributes:
        header: as a CSV record.
    """

    def __init__(self, headers: Sequence[list[str]]) -> None:
        names: list[str] = []
        known: dict[tuple[str, int], int] = {}
        self._places: list[list[int]] = []
        self._widths: list[int] = []
        for header in headers:
            folded = [name.casefold() for name in header]
            # A report may repeat a column of the file under the name of one of its own.
            which = [(name, folded[:at].count(name)) for at, name in enumerate(folded)]
            for name, column in zip(header, which, strict=True):
                if column not in known:
                    known[column] = len(names)
                    names.append(name)
            self._places.append([known[column] for column in which])
            self._widths.append(len(names))
        self.header = written([names])[0] + "\n"

    def records(self, at: int, rows: Sequence[list[str]]) -> list[str]:
        """Rows of a report as CSV records under the common header."""
        placed = []
        for row in rows:
            whole = [""] * self._widths[at]
            for place, text in zip(self._places[at], row, strict=False):
                whole[place] = text
            placed.append(whole)
        return written(placed)


def _documents(report: FailureReport, provider: str) -> list[str]:
    """The lines of a report as JSON objects."""
    if report.suffix == ".csv":
        header = _header_names(report, provider)
        rows = [(row + [""] * len(header))[: len(header)] for row in _rows(report)]
        return [json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) for row in rows]
    if report.suffix == ".txt":
        return [json.dumps({"message": line}, ensure_ascii=False) for line in report.table["cells"]]
    return report.table["cells"].tolist()
