"""Files as the formats for programs write them: plain data, without objects."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from preflight.baseline.comparison import Comparison, Standing
from preflight.baseline.document import Entry
from preflight.core.books import Books
from preflight.core.types import Severity, Sheet
from preflight.linting.rule_limits import rule_limits
from preflight.report.listing import Listing, header_names

if TYPE_CHECKING:  # pydantic takes longer to import than a small report to be written
    from preflight.report.document_types import (
        AcceptedRecord,
        BaselineRecord,
        BooksRecord,
        FileRecord,
        SheetRecord,
    )


def of_file(listing: Listing) -> FileRecord:
    """A file, with its counts and books."""
    analysis, layout = listing.analysis, listing.analysis.layout
    severities = listing.severity_counts()
    record: FileRecord = {
        "path": valid(listing.path),
        "sha256": layout.source.sha256,
        "bytes": layout.source.size,
        "encoding": layout.encoding,
        "delimiter": layout.delimiter,
        "sheet": _sheet(layout.source.sheet),
        "header_line": layout.header_line if layout.header else None,
        "profile": analysis.plan.profile.name,
        "columns": {valid(name): field for name, field in header_names(analysis).items()},
        "rows": analysis.rows,
        "books": _books(listing.books),
        "counts": {
            "error": severities[Severity.ERROR],
            "warning": severities[Severity.WARNING],
            "by_code": listing.counts(),
        },
        "held_back": listing.held_back,
        "limits": [
            {
                "code": limit.code,
                "findings": limit.findings,
                "max": str(limit.most),
                "within": limit.is_kept,
            }
            for limit in rule_limits(analysis)
        ],
        "ignored": list(analysis.plan.ignored),
        "unused": [valid(note) for note in analysis.plan.unused],
        "unsafe_fixes": None
        if analysis.refused
        else {
            "cells": analysis.guessed_cells,
            "rows": analysis.guessed_rows,
            "all_seen": analysis.preview.all_seen,
        },
    }
    if listing.compared is not None:
        record["baseline"] = _baseline(listing.compared)
    return record


def _baseline(compared: Comparison) -> BaselineRecord:
    """How a file stands to a baseline."""
    return {
        "path": valid(str(compared.path)),
        "file": None if compared.file is None else compared.file.path,
        "accepted": compared.count(Standing.ACCEPTED),
        "worse": compared.count(Standing.WORSE),
        "new": compared.count(Standing.NEW),
        "kinds": [
            {
                "code": found.kind.code,
                "severity": found.kind.severity,
                "column_name": found.kind.column or None,
                "standing": found.standing.word,
                "count": found.count,
                "accepted": _accepted(found.entry) if found.entry is not None else None,
            }
            for found in compared.kinds
        ],
        "gone": [
            {
                "code": entry.code,
                "column_name": entry.column or None,
                "count": entry.count,
                "rows": entry.rows,
            }
            for entry in compared.gone
        ],
        "changed_rules": list(compared.changed),
    }


def _accepted(entry: Entry) -> AcceptedRecord:
    return {"count": entry.count, "rows": entry.rows}


def _books(books: Books) -> BooksRecord:
    return {
        "rows": books.rows,
        "clean": books.clean,
        "rejected": books.rejected,
        "dropped": books.dropped,
    }


def _sheet(sheet: Sheet | None) -> SheetRecord | None:
    if sheet is None:
        return None
    return {
        "name": valid(sheet.name),
        "others": [valid(name) for name in sheet.others],
        "hidden": [valid(name) for name in sheet.hidden],
        "hidden_rows": len(sheet.hidden_rows),
        "hidden_columns": sheet.hidden_columns,
        "filtered": sheet.filtered,
        "merged": sheet.merged,
    }


def digest(text: str, length: int) -> str:
    """A hash of a text, in so many hexadecimal digits."""
    return hashlib.sha256(valid(text).encode()).hexdigest()[:length]


def valid(text: str) -> str:
    """The text as valid Unicode: a path or a header may have other bytes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
