"""Merges the pages of a failure report, and reads what its lines repeat of a file's columns.

A report may have several files, the same page may come twice, and a page that preflight fetched may
come again from a person. So lines are compared by their content, not by how they are written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from preflight.core.exchange import FailureReport
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
    kept = _without_repeats(reports)
    if len(kept) == 1:
        return kept[0]
    table = pd.concat([report.table for report in kept], ignore_index=True)
    if all(report.suffix == ".csv" for report in kept):
        texts = _one_table([_columns(report, provider) for report in kept])
        suffix, header = ".csv", texts.pop(0) + "\n"
    else:
        texts = [text for report in kept for text in _documents(report, provider)]
        suffix, header = ".jsonl", ""
    raw = header + "".join(f"{text}\n" for text in texts)
    return FailureReport(raw.encode(), suffix, table.assign(cells=pd.Series(texts, dtype="str")))


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
            lines <= contents[other] and (lines != contents[other] or other < at)
            for other in others
        ):
            kept.append(at)
    return [reports[at] for at in kept or [0]]


def _content(report: FailureReport) -> Counter[tuple[object, ...]]:
    """The content of a report's lines, regardless of column order, quoting and format."""
    table = report.table
    if report.suffix == ".csv":
        texts = [tuple(sorted(filter(None, map(str.strip, row)))) for row in _rows(report)]
    else:
        texts = [tuple(sorted(filter(None, scalars_of(line).values()))) for line in table["cells"]]
    numbers = table["row_number"].astype("str")
    named = [table[name].fillna("") for name in ("code", "message", "value", "key")]
    return Counter(zip(*named, numbers, texts, strict=True))


def _rows(report: FailureReport) -> list[list[str]]:
    """The fields of each line of a CSV report."""
    return [next(iter(cut(line)), []) for line in report.table["cells"]]


def _columns(report: FailureReport, provider: str) -> tuple[list[str], list[list[str]]]:
    """The header of a CSV report and the fields of its lines, padded to the header's width."""
    reader = registry.report(provider)
    if reader is None:
        raise ValueError(f"{provider} has no reader of failure reports")
    header = list(header_of(report.raw, reader.COLUMNS))
    width = len(header)
    return header, [(row + [""] * width)[:width] for row in _rows(report)]


def _one_table(pages: Sequence[tuple[list[str], list[list[str]]]]) -> list[str]:
    """All pages as CSV records: a header with the columns of all, then their lines."""
    header: list[str] = []
    known: dict[tuple[str, int], int] = {}
    rows: list[list[str]] = []
    for names, lines in pages:
        folded = [name.casefold() for name in names]
        # A report may repeat a column of the file under the name of one of its own.
        which = [(name, folded[:at].count(name)) for at, name in enumerate(folded)]
        for name, column in zip(names, which, strict=True):
            if column not in known:
                known[column] = len(header)
                header.append(name)
        for line in lines:
            row = [""] * len(header)
            for column, text in zip(which, line, strict=True):
                row[known[column]] = text
            rows.append(row)
    return written([header, *rows])


def _documents(report: FailureReport, provider: str) -> list[str]:
    """The lines of a report as JSON objects."""
    if report.suffix == ".csv":
        header, rows = _columns(report, provider)
        return [json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) for row in rows]
    if report.suffix == ".txt":
        return [json.dumps({"message": line}, ensure_ascii=False) for line in report.table["cells"]]
    return report.table["cells"].tolist()
