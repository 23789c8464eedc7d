"""The format `json`: one document for a call; its schema is published with the project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

from preflight.core import json_text
from preflight.report import finding_texts, records
from preflight.report.libraries import libraries
from preflight.report.reported import Display, Reported

if TYPE_CHECKING:
    from preflight.report.document_types import ToolRecord

SCHEMA_VERSION: Literal[1] = 1
DISTRIBUTION = "contact-preflight"
_NONE = '"findings": []'
_BEFORE = ",\n  {"


def pieces(reported: Reported, display: Display) -> Iterator[str]:
    """The document: one finding a line, written as it is made, for a file may have millions."""
    whole = json_text.dumps(_document(reported), indent=1) + "\n"
    before, after = whole.split(_NONE, 1)
    yield f'{before}"findings": ['
    end, start = "]", 1  # no comma stands before the first one
    for file in reported.files:
        for some in finding_texts.as_json(file.complete, display, before=_BEFORE, after="}"):
            yield some[start:]
            end, start = "\n ]", 0
    yield f"{end}{after}"


def tool() -> ToolRecord:
    """Who made a report, and the libraries that judged the cells."""
    return {"name": "preflight", "version": version(DISTRIBUTION), "libraries": libraries()}


def _document(reported: Reported) -> dict[str, Any]:
    """The document without its findings."""
    head: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "tool": tool()}
    if reported.written is not None:
        head |= asdict(reported.written)  # near the top: see `written_results`
    document: dict[str, Any] = {
        **head,
        "files": [records.of_file(listing) for listing in reported.listings],
        "findings": [],
        "findings_total": reported.total,
        "truncated": any(map(finding_texts.is_truncated, reported.listings)),
    }
    if reported.unread:
        document["unread"] = [asdict(one) for one in reported.unread]
    if reported.fixed is not None:
        document["fixed"] = dict(reported.fixed)
    if reported.run is not None:
        document["run"] = reported.run
    return document
