"""Opens a failure report that a person saved, and hands it to its provider's reader.

The encoding is taken as it comes, and a workbook is as good as a CSV.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from preflight.config import profiles
from preflight.core.errors import UsageError
from preflight.core.types import FailureReport
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
    """Reads a report that was saved by hand; its table is as the provider's client makes it.

    Args:
        path: a CSV, a workbook, or whatever else the provider's reader takes.
        provider: whose report it is.
        spool: a private folder for what has to be unpacked.

    Raises:
        SourceError: the file is not there or cannot be read.
        UsageError: the provider has no such report, or the file is none.
    """
    reader = registry.report(provider)
    reports = registry.client(provider).CAPABILITIES.reports
    if reader is None or reports is not Reports.ROWS:
        why = {
            Reports.ROWS: "names the rows that it refused, in a form that preflight cannot read",
            Reports.COUNTS: "counts the rows that it refused, and does not name them",
            Reports.NOTHING: "says nothing of the rows that it refused",
        }[reports]
        with_reader = [name for name in registry.names() if registry.report(name) is not None]
        raise UsageError(
            f"{provider} {why}: there is no failure report to merge; there are those of "
            f"{', '.join(with_reader)}"
        )
    source = open_source(path, spool=spool)
    if source.unreadable:
        raise UsageError(f"{path}: a report was looked for, this is a {source.unreadable}")
    raw = (source.sheet.text if source.sheet else source.path).read_bytes()
    if not raw.strip():
        raise UsageError(f"{path}: the file is empty; a report without a line has a header")
    profile = profiles.load(provider)

    def field_of(name: str) -> str | None:
        match = profile.match(name)
        return match[0] if match is not None else None

    return reader.read_saved(SavedReport(raw, _pages_of(raw), str(path), field_of))


def header_of(raw: bytes, columns: ReportColumns) -> tuple[str, ...]:
    """The names of a CSV report's columns, blanks around them taken off; () where none is known.

    Args:
        raw: the report.
        columns: by which its header is known.
    """
    return saved_report.header(_pages_of(raw), columns)


def text_of(raw: bytes) -> str:
    """The text of a report, without a byte order mark; bytes that are no text become U+FFFD."""
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
    """The text of a report, without the byte order mark that each of its pages may have."""
    return _PAGE_MARK.sub("", text_of(raw))
