"""TalkValue's failed export, a CSV, and the failed rows of its job, JSON.

Documented: the export's columns `rowNum,errorCode,errorMessage,rawValue` (the recipe "CSV bulk
import"); that a job has `failedRows` of the same names, a sample of them ("path import status").
Not documented: whether `rowNum` counts the header, how the export is quoted.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pandas as pd

from preflight.core.errors import UsageError
from preflight.core.exchange import FailureReport
from preflight.core.received import Received
from preflight.providers import failure_report, long_report
from preflight.providers.failure_report import IncompleteReportError, ReportLines
from preflight.providers.saved_report import ReportColumns, SavedReport, fetched_page

_NAMES = ("rowNum", "errorCode", "errorMessage", "rawValue")

COLUMNS = ReportColumns(_NAMES)
"""By which its header is known."""


def read_fetched(body: Received, failed: int | None) -> FailureReport:
    """Reads the failed export of a job.

    Args:
        body: what the API answered, or the tool wrote.
        failed: the job's `failedCount`, where it says one.

    Raises:
        IncompleteReportError: it has no row numbers, or lost its end.
    """
    return long_report.fetched(
        body,
        COLUMNS,
        _page,
        is_cut=failure_report.is_cut,
        expected=failed,
        missing="the end of the failed rows",
    )


def _page(page: bytes) -> FailureReport:
    """One page of an export; raises as `read_fetched`."""
    lines = fetched_page(page).records(COLUMNS)
    numbers, code, message, value = (lines.column(name) for name in _NAMES)
    if numbers is None:
        raise IncompleteReportError("the column rowNum")
    return failure_report.report(
        lines,
        code=code or [""] * len(lines.lines),
        message=message,
        row_number=numbers,
        value=value,
    )


def read_saved(saved: SavedReport) -> FailureReport:
    """Reads an export, or the JSON of a job, that a person saved.

    Raises:
        UsageError: it is neither.
    """
    if saved.text.lstrip()[:1] in ("{", "["):
        return _job(saved)
    lines = saved.records(COLUMNS)
    numbers, code, message, value = (lines.column(name) for name in _NAMES)
    if numbers is None or (code is None and message is None):
        raise UsageError(
            f"{saved.where} is not a report of TalkValue, which has the columns {', '.join(_NAMES)}"
        )
    whole = pd.Series(numbers, dtype="str").str.strip().str.replace(r"[.,]0+$", "", regex=True)
    return failure_report.report(
        lines,
        code=code if code is not None else [""] * len(lines.lines),
        message=message,
        row_number=whole.tolist(),
        value=value,
    )


def _job(saved: SavedReport) -> FailureReport:
    """The failed rows of a job, its JSON as the API or the tool writes it."""
    try:
        rows: Any = json.loads(saved.text.lstrip())
    except ValueError:
        raise UsageError(
            f"{saved.where}: it starts like JSON and cannot be read; was it cut off?"
        ) from None
    for name in ("data", "failedRows"):
        rows = rows.get(name, rows) if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{saved.where} is not a job of TalkValue, which has failedRows")

    def texts(name: str) -> list[str]:
        return ["" if row.get(name) is None else str(row[name]) for row in rows]

    fields = tuple(texts(name) for name in _NAMES)
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    numbers, code, message, value = fields
    report = failure_report.report(
        ReportLines(saved.raw, _NAMES, fields, lines),
        code=code,
        message=message,
        row_number=numbers,
        value=value,
    )
    return dataclasses.replace(report, suffix=".json")
