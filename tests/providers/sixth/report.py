"""Sixth's refusals: a CSV of the columns `who` and `why`."""

from __future__ import annotations

from preflight.core.errors import UsageError
from preflight.core.exchange import FailureReport
from preflight.providers import failure_report
from preflight.providers.failure_report import IncompleteReportError, ReportLines
from preflight.providers.saved_report import ReportColumns, SavedReport

COLUMNS = ReportColumns(("who", "why"))


def read_fetched(body: bytes) -> FailureReport:
    """Reads what the client fetched."""
    report = _read(failure_report.records(body))
    if report is None:
        raise IncompleteReportError("the columns who and why")
    return report


def read_saved(saved: SavedReport) -> FailureReport:
    """Reads what a person saved."""
    report = _read(saved.records(COLUMNS))
    if report is None:
        raise UsageError(f"{saved.where} is not a report of Sixth, which has who and why")
    return report


def _read(lines: ReportLines) -> FailureReport | None:
    who, why = lines.column("who"), lines.column("why")
    if who is None or why is None:
        return None
    return failure_report.report(lines, code=why, key=who)
