"""Opens a failure report that a person saved, and passes it to its provider's reader.

It may have any encoding, and may be a workbook.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from preflight.config import profiles
from preflight.core.errors import UsageError
from preflight.core.exchange import FailureReport
from preflight.providers import registry, saved_report
from preflight.providers.protocol import Reports
from preflight.providers.saved_report import ReportColumns, SavedReport
from preflight.reading import encoding_guess
from preflight.reading.source import open_source

_SAMPLE = 256 << 10
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PAGE_MARK = re.compile("^\ufeff", re.MULTILINE)


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
    raw = (source.sheet.text if source.sheet else source.path).read_bytes()
    if not raw.strip():
        raise UsageError(f"{path} is empty; even a report without lines has a header")
    profile = profiles.load(provider)

    def field_of(name: str) -> str | None:
        match = profile.match(name)
        return match[0] if match is not None else None

    return reader.read_saved(SavedReport(raw, _pages_of(raw), str(path), field_of))


def header_of(raw: bytes, columns: ReportColumns) -> tuple[str, ...]:
    """The column names of a CSV report, without surrounding blanks; () if not recognised.

    Args:
        raw: the report.
        columns: how to recognise its header.
    """
    return saved_report.header(_pages_of(raw), columns)


def text_of(raw: bytes) -> str:
    """The text of a report, without a byte order mark; undecodable bytes become U+FFFD."""
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return raw.decode(name, errors="replace")
    if raw[:2000].count(0) * 4 > len(raw[:2000]):
        return raw.decode("utf-16-be" if raw[:1] == b"\0" else "utf-16-le", errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        around = raw[max(0, error.start - _SAMPLE // 2) : error.start + _SAMPLE // 2]
        return raw.decode(encoding_guess.guess(around)[0], errors="replace")


def _pages_of(raw: bytes) -> str:
    """The text of a report, without the byte order marks of its pages."""
    return _PAGE_MARK.sub("", text_of(raw))
