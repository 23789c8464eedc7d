"""The format `json`: one document for a call; its schema is published with the project."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from preflight.model import Severity
from preflight.report.listing import Listing, Row, Token, header_names, shape

SCHEMA_VERSION = 1
DISTRIBUTION = "contact-preflight"


def document(
    listings: Sequence[Listing],
    token: Token,
    *,
    show_values: bool,
    run: Mapping[str, Any] | None = None,
    fixed: Mapping[str, int] | None = None,
) -> str:
    """The report as JSON text.

    Args:
        listings: one for each file.
        token: makes the keyed hash of a value.
        show_values: whether values stand in it.
        run: what a submit adds.
        fixed: what a fix adds: for each rule code, how many cells it changed.
    """
    found = [
        _finding(one, row, token, show_values=show_values) for one in listings for row in one.rows()
    ]
    report: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "preflight", "version": version(DISTRIBUTION)},
        "files": [_file(one) for one in listings],
        "findings": found,
        "findings_total": sum(sum(one.counts().values()) for one in listings),
        "truncated": any(one.held_back for one in listings),
    }
    if fixed is not None:
        report["fixed"] = dict(fixed)
    if run is not None:
        report["run"] = dict(run)
    return json.dumps(report, ensure_ascii=False, indent=1) + "\n"


def _file(listing: Listing) -> dict[str, Any]:
    survey, layout = listing.survey, listing.survey.layout
    severities = listing.severity_counts()
    return {
        "path": listing.path,
        "sha256": layout.source.sha256,
        "bytes": layout.source.size,
        "encoding": layout.encoding,
        "delimiter": layout.delimiter,
        "header_line": layout.header_line if layout.header else None,
        "profile": survey.plan.profile.name,
        "columns": header_names(survey),
        "rows": survey.rows,
        "books": asdict(listing.books),
        "counts": {
            "error": severities[Severity.ERROR],
            "warning": severities[Severity.WARNING],
            "by_code": listing.counts(),
        },
        "held_back": listing.held_back,
    }


def _finding(listing: Listing, row: Row, token: Token, *, show_values: bool) -> dict[str, Any]:
    where = f"{listing.path}\0{row.rule.code}\0{row.row}\0{row.line}\0{row.column}"
    return {
        "code": row.rule.code,
        "name": row.rule.name,
        "severity": str(row.rule.severity),
        "message": row.message,
        "path": listing.path,
        "row": row.row,
        "line": row.line,
        "column": row.column,
        "column_name": row.column_name,
        "value": row.cell if show_values else None,
        "token": None if row.cell is None else token(row.cell),
        "shape": None if row.cell is None else shape(row.cell),
        "fix": None
        if row.safety is None
        else {
            "safety": str(row.safety),
            "replacement": row.replacement if show_values else None,
        },
        "fingerprint": hashlib.sha256(where.encode()).hexdigest()[:16],
    }
