"""The format `csv`: a row for each finding.

Text that a spreadsheet would run has an apostrophe before it, as in the other files for people.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pyarrow as pa

from preflight.core import csv_writer
from preflight.report import records
from preflight.report.reported import Display, Reported

COLUMNS = (
    "path", "row", "line", "column", "column_name", "code", "name", "severity", "message", "value",
    "token", "shape", "fix", "replacement", "fingerprint",
)  # fmt: skip
_TEXTS = frozenset({"path", "column_name", "message", "value", "shape", "replacement"})
_ROWS = 4_096


def pieces(reported: Reported, display: Display) -> Iterator[str]:
    """The header, and the findings in blocks."""
    yield csv_writer.line(COLUMNS).decode()
    for file in reported.files:
        findings = records.of_findings(file.complete, display)
        while some := list(islice(findings, _ROWS)):
            rows = [_row(finding) for finding in some]
            columns = [_column(name, [row[name] for row in rows]) for name in COLUMNS]
            yield bytes(csv_writer.body(csv_writer.records(columns))).decode()


def _row(finding: dict[str, Any]) -> dict[str, Any]:
    fix = finding["fix"] or {"safety": None, "replacement": None}
    return {**finding, "fix": fix["safety"], "replacement": fix["replacement"]}


def _column(name: str, cells: list[Any]) -> pa.Array:
    texts = pa.array(["" if cell is None else str(cell) for cell in cells], pa.string())
    return csv_writer.neutral(texts) if name in _TEXTS else texts
