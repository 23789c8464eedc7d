"""The format `csv`: a row for each finding.

Text that a spreadsheet would run has an apostrophe before it, as in the other files for people.
What is invisible is escaped, see `visible`, so that a row is a line; `json` has all as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

from preflight.core import csv_writer
from preflight.core.redact import visible
from preflight.report import records
from preflight.report.reported import Display, Reported

COLUMNS = (
    "path", "row", "line", "column", "column_name", "code", "name", "severity", "message", "value",
    "token", "shape", "fix", "replacement", "fingerprint", "baseline",
)  # fmt: skip
_TEXTS = frozenset({"path", "column_name", "message", "value", "shape", "replacement"})
_OF_FIX = {"fix": "safety", "replacement": "replacement"}
_ROWS = 4_096


def pieces(reported: Reported, display: Display) -> Iterator[str]:
    """The header, and the findings in blocks."""
    yield csv_writer.line(COLUMNS).decode()
    for file in reported.files:
        findings = records.of_findings(file.complete, display)
        while some := list(islice(findings, _ROWS)):
            columns = [_column(name, _cells(name, some)) for name in COLUMNS]
            yield bytes(csv_writer.body(csv_writer.records(columns))).decode()


def _cells(name: str, findings: Sequence[Mapping[str, Any]]) -> list[Any]:
    if name in _OF_FIX:
        return [finding["fix"] and finding["fix"][_OF_FIX[name]] for finding in findings]
    return [finding.get(name) for finding in findings]


def _column(name: str, cells: list[Any]) -> pa.Array:
    texts = pa.array(["" if cell is None else visible(str(cell)) for cell in cells], pa.string())
    return csv_writer.neutral(texts) if name in _TEXTS else texts
