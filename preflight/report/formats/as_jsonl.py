"""The format `jsonl`: a JSON document a line: each file, then its findings, then the totals.

`kind` says what a line is: `file`, `finding`, `unread` or `total`. The rest is as in the format
`json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict

from preflight.core import json_text
from preflight.report import finding_texts, records
from preflight.report.formats.as_json import SCHEMA_VERSION, tool
from preflight.report.reported import Display, Reported

_BEFORE = '{"kind": "finding", '


def pieces(reported: Reported, display: Display) -> Iterator[str]:
    """The lines."""
    for file in reported.files:
        yield _line("file", records.of_file(file.listing))
        yield from finding_texts.as_json(file.complete, display, before=_BEFORE, after="}\n")
    for one in reported.unread:
        yield _line("unread", asdict(one))
    yield _line(
        "total",
        {
            "schema_version": SCHEMA_VERSION,
            "tool": tool(),
            "findings_total": reported.total,
            "truncated": any(map(finding_texts.is_truncated, reported.listings)),
            **({} if reported.fixed is None else {"fixed": dict(reported.fixed)}),
            **({} if reported.run is None else {"run": dict(reported.run)}),
        },
    )


def _line(kind: str, document: Mapping[str, object]) -> str:
    return json_text.dumps({"kind": kind, **document}) + "\n"
