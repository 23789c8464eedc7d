"""Opens a failure report that a person saved, and passes it to its provider's reader.

It may have any encoding, and may be a workbook.
"""

from __future__ import annotations

from pathlib import Path

from preflight.config import profiles
from preflight.core.errors import UsageError
from preflight.core.exchange import FailureReport
from preflight.core.received import Received
from preflight.providers import long_report, registry, report_text, saved_report
from preflight.providers.protocol import Reports
from preflight.providers.report_text import UnreadableReportError
from preflight.providers.saved_report import ReportColumns, SavedReport
from preflight.reading import encoding_guess
from preflight.reading.source import open_source

_SAMPLE = 256 << 10


def read_failures(path: Path, provider: str, *, spool: Path) -> FailureReport:
    """Reads a report that was saved by hand; its table is like the provider's client makes it.

    Args:
        path: a CSV, a workbook, or another format that the provider's reader accepts.
        provider: of the report.
        spool: a private folder for unpacked files.

    Raises:
        SourceError: the file does not exist or cannot be read.
        UsageError: the provider has no such reports, or the file is not one.
    """
    reader = registry.report(provider)
    reports = registry.client(provider).CAPABILITIES.reports
    if reader is None or reports is not Reports.ROWS:
        why = {
            Reports.ROWS: "reports rejected rows in a format that preflight cannot read",
            Reports.COUNTS: "reports only the number of rejected rows",
            Reports.NOTHING: "does not report rejected rows",
        }[reports]
        with_reader = [name for name in registry.names() if registry.report(name) is not None]
        raise UsageError(
            f"{provider} {why}, so there is no failure report to merge; providers with reports: "
            f"{', '.join(with_reader)}"
        )
    source = open_source(path, spool=spool)
    if source.unreadable:
        raise UsageError(f"{path} is a {source.unreadable}, not a failure report")
    raw = Received(path=source.sheet.text if source.sheet else source.local)
    if not any(block.strip() for block in raw.blocks()):
        raise UsageError(f"{path} is empty; even a report without lines has a header")
    profile = profiles.load(provider)

    def field_of(name: str) -> str | None:
        match = profile.match(name)
        return match[0] if match is not None else None

    def page(text: bytes) -> FailureReport:
        return reader.read_saved(SavedReport(text, text.decode(), str(path), field_of))

    try:
        return long_report.saved(raw, reader.COLUMNS, page, guess=_guess)
    except UnreadableReportError as error:
        raise UsageError(
            f"{path} is {error}, not a failure report; save the report itself, as {provider} "
            "gives it"
        ) from None


def _guess(sample: bytes) -> str:
    return encoding_guess.guess(sample)[0]


def header_of(raw: bytes, columns: ReportColumns) -> tuple[str, ...]:
    """The column names of a CSV report, without surrounding blanks; () if not recognised.

    Args:
        raw: the report.
        columns: how to recognise its header.
    """
    text = report_text.text_of(Received(raw[:_SAMPLE]), _guess).whole().decode()
    return saved_report.header(text, columns)
