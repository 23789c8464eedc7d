"""The format `gitlab`: GitLab's code quality report, one issue for each rule and column.

GitLab compares two reports by the fingerprints of their issues. One of a single finding would have
to name its row, so that all would be new once a row is added above them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from preflight.core import json_text
from preflight.core.redact import visible
from preflight.core.types import Severity
from preflight.report import records
from preflight.report.by_column import ColumnFindings, by_column
from preflight.report.listing import Listing
from preflight.report.reported import Display, Reported
from preflight.report.wording import header_wrong

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor"}


def pieces(reported: Reported, display: Display) -> Iterator[str]:
    """The issues, one a line."""
    yield "["
    end, between = "]\n", "\n"
    for listing in reported.listings:
        path = PurePath(records.valid(display.located(listing.path))).as_posix()
        issues = [_issue(path, one) for one in by_column(listing, 1)]
        for issue in [*issues, *_hidden(path, listing)]:
            yield f"{between} {json_text.dumps(issue)}"
            end, between = "\n]\n", ",\n"
    yield end


def _issue(path: str, one: ColumnFindings) -> dict[str, Any]:
    accepted = "; accepted" if one.accepted else ""
    return {
        "description": visible(f"{one.annotation}{accepted}"),
        "check_name": f"{one.rule.code} {one.rule.name}",
        "fingerprint": one.fingerprint,
        "severity": "info" if one.accepted else _SEVERITIES[one.rule.severity],
        "location": _location(path, int(one.lines[0])),
    }


def _hidden(path: str, listing: Listing) -> Iterator[dict[str, Any]]:
    if listing.held_back:
        yield {
            "description": f"{header_wrong(listing.held_back)}; see `--all`",
            "check_name": "preflight",
            "fingerprint": records.digest(f"{listing.path}\0hidden", 32),
            "severity": "info",
            "location": _location(path, 0),
        }


def _location(path: str, line: int) -> dict[str, Any]:
    """A place: what is about the whole file stands at its first line."""
    return {"path": path, "lines": {"begin": line or 1}}
