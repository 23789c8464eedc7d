"""Dotdigital's faults file: a CSV of the column `Reason` and the import's own columns.

Documented: the column and the words in it, that there are no row numbers ("Get contact import
report faults"). Not documented: the order and the case of the columns, and whether the faults list
every row that the counters count. It can start with a byte order mark, as is seen in the vendor's
plugin.
"""

from __future__ import annotations

from preflight.core.errors import UsageError
from preflight.core.exchange import FailureReport
from preflight.core.received import Received
from preflight.providers import failure_report, long_report
from preflight.providers.failure_report import IncompleteReportError
from preflight.providers.saved_report import ReportColumns, SavedReport, fetched_page

COLUMNS = ReportColumns(("Reason", "Email"))
"""By which its header is known."""


def read_fetched(body: Received, rejected: int | None) -> FailureReport:
    """Reads the faults of an import: the reason verbatim as `code`, the cell of Email as `key`.

    Args:
        body: what the API answered.
        rejected: how many rows the counters of the import call refused, where they do.

    Raises:
        IncompleteReportError: it has no Reason, as an error in JSON has none, or lost its end.
    """
    return long_report.fetched(
        body,
        COLUMNS,
        _page,
        is_cut=failure_report.is_cut,
        expected=rejected,
        missing="the end of the faults",
    )


def _page(page: bytes) -> FailureReport:
    """One page of the faults; raises as `read_fetched`."""
    lines = fetched_page(page).records(COLUMNS)
    reasons = lines.column("Reason")
    if reasons is None:
        raise IncompleteReportError("the column Reason")
    return failure_report.report(lines, code=reasons, key=lines.column("Email"))


def read_saved(saved: SavedReport) -> FailureReport:
    """Reads a faults file that a person saved; the key stands under any name of the email field.

    Raises:
        UsageError: it has no Reason, or no column of email addresses.
    """
    lines = saved.records(COLUMNS)
    reasons, key = lines.column("Reason"), lines.column("Email")
    if key is None:
        named = zip(lines.header, lines.fields, strict=True)
        key = next((cells for name, cells in named if saved.field_of(name) == "email"), None)
    if reasons is None or key is None:
        raise UsageError(
            f"{saved.where} is not a report of Dotdigital, which has the columns Reason and Email"
        )
    return failure_report.report(lines, code=reasons, key=key)
