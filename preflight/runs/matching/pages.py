"""The pages of a failure report, and what its lines say of the columns of a file.

A report comes in several files, the same page comes twice, and what the provider's client fetched
stands beside what a person fetched by hand: lines are compared by what they say, not by how they
are written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import pandas as pd

from preflight.core.types import FailureReport
from preflight.providers import line_report, registry
from preflight.providers.line_report import scalars_of
from preflight.providers.saved_report import ReportColumns, cut, written
from preflight.runs.matching.report_file import header_of


def together(reports: Sequence[FailureReport], provider: str) -> FailureReport:
    """The pages of a report as one; a page of which every line stands in another one is left out.

    Pages of different forms become JSON lines, for they have no header in common.

    Args:
        reports: at least one, all of the provider.
        provider: whose they are.
    """
    kept = _adding(reports)
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
    """What lines of a report say of the columns of a file.

    Args:
        report: they are of.
        lines: some of its table's `cells`.
        header: of the file.

    Returns:
        For each position in the header of which the report has a column, a text for each line.
    """
    if report.suffix == ".csv":
        names = [name.casefold() for name in header_of(report.raw, ReportColumns(header))]
        records = cut("\n".join(lines))
        # The file may have a column of the name of one of the provider's, which stand before.
        there = {name: at for at, name in enumerate(names)}
        places = {at: there.get(name.strip().casefold()) for at, name in enumerate(header)}
        if len(records) != len(lines):
            return {}
        return {
            at: [record[place] if place < len(record) else "" for record in records]
            for at, place in places.items()
            if place is not None
        }
    if report.suffix in (".json", ".jsonl"):
        found = [scalars_of(line) for line in lines]
        folded = {at: line_report.fold(name) for at, name in enumerate(header)}
        return {
            at: [line.get(name, "") for line in found]
            for at, name in folded.items()
            if any(name in line for line in found)
        }
    return {}


def _adding(reports: Sequence[FailureReport]) -> list[FailureReport]:
    """Those of some reports that say what no other one says already, whatever they are written as.

    Of lines that are equal in two pages, neither of which holds the other, both stay: they may be
    about twins, and it is worse to take a refused row for an accepted one than the reverse.
    """
    told = [_said(report) for report in reports]
    kept: list[int] = []
    for at, lines in enumerate(told):
        others = [*kept, *range(at + 1, len(told))]
        if not any(
            lines <= told[other] and (lines != told[other] or other < at) for other in others
        ):
            kept.append(at)
    return [reports[at] for at in kept or [0]]


def _said(report: FailureReport) -> Counter[tuple[object, ...]]:
    """The lines of a report, each by what it says: no order of columns, no quoting, no form."""
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
    """The header of a CSV report and the fields of its lines, each of which has them all."""
    reader = registry.report(provider)
    if reader is None:
        raise ValueError(f"{provider} has no reader of failure reports")
    header = list(header_of(report.raw, reader.COLUMNS))
    width = len(header)
    return header, [(row + [""] * width)[:width] for row in _rows(report)]


def _one_table(pages: Sequence[tuple[list[str], list[list[str]]]]) -> list[str]:
    """The header that holds the columns of all pages, and their lines under it, as CSV records."""
    header: list[str] = []
    known: dict[tuple[str, int], int] = {}
    rows: list[list[str]] = []
    for names, lines in pages:
        folded = [name.casefold() for name in names]
        # A report may have a column of the file under the name of one of its own.
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
    """The lines of a report as JSON objects, where they are not CSV."""
    if report.suffix == ".csv":
        header, rows = _columns(report, provider)
        return [json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) for row in rows]
    if report.suffix == ".txt":
        return [json.dumps({"message": line}, ensure_ascii=False) for line in report.table["cells"]]
    return report.table["cells"].tolist()
