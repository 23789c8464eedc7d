"""Experiture's error file, of which nobody documents the form; see `line_report`."""

from __future__ import annotations

import dataclasses

from preflight.core.errors import UsageError
from preflight.core.exchange import FailureReport
from preflight.core.received import Received
from preflight.providers import line_report, long_report
from preflight.providers.line_report import scalars_of
from preflight.providers.saved_report import ReportColumns, SavedReport, fetched_page, written

_KEYS = ("email",)

COLUMNS = ReportColumns((*line_report.ROWS, *line_report.REASONS, *_KEYS), line_report.fold)
"""By which its header is known, where it is a CSV."""


def read_fetched(body: Received, rejected: int | None) -> FailureReport:
    """Reads the error file of a job, whatever its form.

    Args:
        body: what stood at its address.
        rejected: how many rows the job calls rejected, where it does.

    Raises:
        IncompleteReportError: it lost its end.
    """
    return long_report.fetched(
        body,
        COLUMNS,
        _page,
        is_cut=line_report.is_cut,
        expected=rejected,
        missing="the end of the errors",
    )


def _page(page: bytes) -> FailureReport:
    """One page of an error file; a CSV of another delimiter is read as one with commas."""
    report = line_report.read(page, _KEYS)
    if report.suffix != ".txt":
        return report
    lines = fetched_page(page).records(COLUMNS)
    names = set(map(line_report.fold, lines.header))
    if not (names & line_report.REASONS and names & {*line_report.ROWS, *_KEYS}):
        return report
    text = "\n".join([*written([lines.header]), *lines.lines])
    return line_report.read(text.encode(), _KEYS)


def read_saved(saved: SavedReport) -> FailureReport:
    """Reads an error file that a person saved.

    Only a file that says which row is meant and what is wrong with it is taken for a report. A list
    of contacts has addresses too, and whoever names the wrong file must not have all of them
    refused.

    Raises:
        UsageError: it says no such thing.
    """
    report = line_report.read(saved.text.encode(), _KEYS)
    if report.suffix == ".jsonl":
        names = {name for line in report.table["cells"] for name in scalars_of(line)}
    else:
        lines = saved.records(COLUMNS)
        text = "\n".join([*written([lines.header]), *lines.lines])
        report = line_report.read(text.encode(), _KEYS)
        names = set(map(line_report.fold, lines.header))
    reasons, rows = names & line_report.REASONS, names & {*line_report.ROWS, *_KEYS}
    is_empty = report.suffix == ".jsonl" and not len(report.table)
    if not is_empty and not (reasons and rows):
        raise UsageError(
            f"{saved.where} is not a report of Experiture, which has a column of row numbers or "
            "emails and a column of errors"
        )
    return dataclasses.replace(report, raw=saved.raw)
