"""Findings as plain data, one by one: what `finding_texts` writes in less time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from preflight.report.document_types import FindingRecord
from preflight.report.listing import Listing
from preflight.report.records import digest, valid
from preflight.report.reported import Display
from preflight.report.shapes import shape


def of_findings(listing: Listing, display: Display) -> Iterator[FindingRecord]:
    """The findings of a file, in order; those that are hidden are left out.

    Args:
        listing: with cells.
        display: says whether values are included.
    """
    path, values = valid(listing.path), display.show_values
    named = values or not listing.names_are_values
    seen = Counter[str]()
    for row in listing.rows():
        where = f"{path}\0{row.rule.code}\0{row.row}\0{row.line}\0{row.column}"
        seen[where] += 1
        known = row.column_name is not None and named
        record: FindingRecord = {
            "code": row.rule.code,
            "name": row.rule.name,
            "severity": row.rule.severity,
            "message": valid(row.message),
            "path": path,
            "row": row.row,
            "line": row.line,
            "column": row.column,
            "column_name": valid(row.column_name or "") if known else None,
            "value": row.cell if values else None,
            "token": None if row.cell is None else display.token(row.cell),
            "shape": None if row.cell is None else shape(row.cell),
            "fix": None
            if row.safety is None
            else {
                "safety": row.safety,
                "replacement": row.replacement if values else None,
            },
            "fingerprint": _fingerprint(where, seen[where]),
        }
        if row.standing is not None:
            record["baseline"] = row.standing.word
        yield record


def _fingerprint(where: str, occurrence: int) -> str:
    """A hash that is equal for the same finding of another call; a second one there has its own."""
    return digest(where if occurrence == 1 else f"{where}\0{occurrence}", 16)
