"""The format `json`: one document for a call; its schema is published with the project."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from preflight.core.types import Severity, Sheet
from preflight.report.libraries import libraries
from preflight.report.listing import Listing, Token, header_names, shape
from preflight.writing.written_results import WrittenResults

SCHEMA_VERSION = 1
DISTRIBUTION = "contact-preflight"
_NONE = '"findings": []'


def document(
    listings: Sequence[Listing],
    token: Token,
    *,
    show_values: bool,
    run: Mapping[str, Any] | None = None,
    fixed: Mapping[str, int] | None = None,
    written: WrittenResults | None = None,
) -> str:
    """The report as JSON text.

    Args:
        listings: one for each file.
        token: makes the keyed hash of a value.
        show_values: whether to include values of contacts.
        run: the part that a run adds.
        fixed: the part that a fix adds: for each rule code, the number of cells that it changed.
        written: the results beside a report.json.
    """
    report: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "tool": {
            "name": "preflight",
            "version": version(DISTRIBUTION),
            "libraries": libraries(),
        },
        **({} if written is None else asdict(written)),
        "files": [_file(file_listing) for file_listing in listings],
        "findings": [],
        "findings_total": sum(sum(file_listing.counts().values()) for file_listing in listings),
        "truncated": any(file_listing.held_back for file_listing in listings),
    }
    if fixed is not None:
        report["fixed"] = dict(fixed)
    if run is not None:
        report["run"] = dict(run)
    # One finding a line, written one by one: a file may have millions.
    findings = ",\n".join(
        "  " + json.dumps(finding, ensure_ascii=False)
        for file_listing in listings
        for finding in _findings(file_listing, token, show_values=show_values)
    )
    whole = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    return whole.replace(_NONE, f'"findings": [\n{findings}\n ]', 1) if findings else whole


def _file(listing: Listing) -> dict[str, Any]:
    analysis, layout = listing.analysis, listing.analysis.layout
    severities = listing.severity_counts()
    return {
        "path": _text(listing.path),
        "sha256": layout.source.sha256,
        "bytes": layout.source.size,
        "encoding": layout.encoding,
        "delimiter": layout.delimiter,
        "sheet": _sheet(layout.source.sheet),
        "header_line": layout.header_line if layout.header else None,
        "profile": analysis.plan.profile.name,
        "columns": {_text(name): field for name, field in header_names(analysis).items()},
        "rows": analysis.rows,
        "books": asdict(listing.books),
        "counts": {
            "error": severities[Severity.ERROR],
            "warning": severities[Severity.WARNING],
            "by_code": listing.counts(),
        },
        "held_back": listing.held_back,
        "unused": [_text(note) for note in analysis.plan.unused],
        "unsafe_fixes": None
        if analysis.refused
        else {
            "cells": analysis.guessed_cells,
            "rows": analysis.guessed_rows,
            "all_seen": analysis.preview.all_seen,
        },
    }


def _sheet(sheet: Sheet | None) -> dict[str, Any] | None:
    if sheet is None:
        return None
    return {
        "name": _text(sheet.name),
        "others": [_text(name) for name in sheet.others],
        "hidden": [_text(name) for name in sheet.hidden],
        "hidden_rows": len(sheet.hidden_rows),
        "hidden_columns": sheet.hidden_columns,
        "filtered": sheet.filtered,
        "merged": sheet.merged,
    }


def _findings(listing: Listing, token: Token, *, show_values: bool) -> Iterator[dict[str, Any]]:
    path = _text(listing.path)
    named = show_values or not listing.names_are_values
    seen = Counter[str]()
    for row in listing.rows():
        where = f"{path}\0{row.rule.code}\0{row.row}\0{row.line}\0{row.column}"
        seen[where] += 1
        known = row.column_name is not None and named
        yield {
            "code": row.rule.code,
            "name": row.rule.name,
            "severity": str(row.rule.severity),
            "message": _text(row.message),
            "path": path,
            "row": row.row,
            "line": row.line,
            "column": row.column,
            "column_name": _text(row.column_name or "") if known else None,
            "value": row.cell if show_values else None,
            "token": None if row.cell is None else token(row.cell),
            "shape": None if row.cell is None else shape(row.cell),
            "fix": None
            if row.safety is None
            else {
                "safety": str(row.safety),
                "replacement": row.replacement if show_values else None,
            },
            "fingerprint": _fingerprint(where, seen[where]),
        }


def _fingerprint(where: str, occurrence: int) -> str:
    """A hash that is equal for the same finding of another call; a second one there has its own."""
    text = where if occurrence == 1 else f"{where}\0{occurrence}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _text(text: str) -> str:
    """The text as valid Unicode: a path or a header may have other bytes."""
    return text.encode("utf-8", "replace").decode()
