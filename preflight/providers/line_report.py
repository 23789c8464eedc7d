"""Failure reports of an undocumented format: CSV, JSON lines, a JSON list, or plain lines.

Columns are recognised by the names that such reports usually have. Nothing is lost: `cells` keeps
each line as received, and a line of plain text is its own message.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from preflight.core.exchange import FailureReport
from preflight.providers import failure_report

_WHOLE = r"[0-9]{1,18}"
_LISTS = json.JSONDecoder()
_ROW = ("row", "rownumber", "rownum", "rowindex", "rowid", "line", "linenumber", "recordnumber")
_CODE = ("code", "errorcode", "error", "reason", "type", "errortype")
_MESSAGE = ("message", "errormessage", "detail", "details", "description", "errordetail")
_VALUE = ("value", "rawvalue", "invalidvalue", "offendingvalue")

ROWS = frozenset(_ROW)
"""The folded names of columns with row numbers."""

REASONS = frozenset((*_CODE, *_MESSAGE))
"""The folded names of columns with codes or messages."""


def read(raw: bytes, keys: Sequence[str]) -> FailureReport:
    """Reads a report of any format.

    Args:
        raw: its bytes.
        keys: possible names of the column with the match key; the first that exists counts.

    Returns:
        A table with a row for each line of the report, in its order.
    """
    text = raw.decode("utf-8-sig", errors="replace")
    documents = _documents(text)
    if documents is not None:
        return _report(raw, ".jsonl", documents, keys)
    lines = failure_report.records(raw)
    folded = {fold(name) for name in lines.header}
    if len(lines.header) > 1 and folded & {*ROWS, *REASONS, *map(fold, keys)}:
        rows = zip(*lines.fields, strict=True) if lines.lines else iter(())
        named = [
            (line, dict(zip(lines.header, cells, strict=True)))
            for line, cells in zip(lines.lines, rows, strict=True)
        ]
        return _report(raw, ".csv", named, keys)
    return _report(raw, ".txt", [(line, {"message": line.strip()}) for line in _lines(text)], keys)


def _lines(text: str) -> list[str]:
    """The lines that are not blank; other characters than line ends do not end a line."""
    lines = io.StringIO(text, newline=None).read().split("\n")
    return [line for line in lines if line.strip()]


def is_cut(report: FailureReport, expected: int | None) -> bool:
    """Whether the end of a report seems to be missing, see `ReportLines.is_cut`."""
    if report.raw.endswith(b"]"):
        return False
    whole = failure_report.records(report.raw)
    if report.suffix == ".csv" or expected is None or report.raw.endswith((b"\n", b"\r")):
        return whole.is_cut(expected)
    last = str(report.table["cells"].iloc[-1]).lstrip() if len(report.table) else ""
    half = last.startswith(("{", "[")) and _object(last) is None
    return len(report.table) < expected or (half and len(report.table) == expected)


def _documents(text: str) -> list[tuple[str, Mapping[str, Any]]] | None:
    """The objects of JSON lists or JSON lines, each with its text; None for other texts.

    A line that is not an object is kept as text, because the end of the file may be missing.
    Several lists are the pages of one report.
    """
    if text.lstrip().startswith("["):
        whole: list[Any] = []
        rest = text.strip()
        try:
            while rest:
                page, end = _LISTS.raw_decode(rest)
                if not isinstance(page, list):
                    return None
                whole += page
                rest = rest[end:].lstrip()
        except (ValueError, RecursionError):
            return None
        return [
            (json.dumps(entry, ensure_ascii=False), entry if isinstance(entry, dict) else {})
            for entry in whole
        ]
    objects = [(line, _object(line)) for line in _lines(text)]
    known = sum(document is not None for _, document in objects)
    if not objects or (objects[0][1] is None and known * 2 < len(objects)):
        return None
    return [
        (line, document if document is not None else {"message": line})
        for line, document in objects
    ]


def _object(line: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _report(
    raw: bytes, suffix: str, lines: Sequence[tuple[str, Mapping[str, Any]]], keys: Sequence[str]
) -> FailureReport:
    wanted = tuple(map(fold, keys))
    rows = [_recognised(document, wanted) for _, document in lines]
    names = ["code", "message", "row_number", "value", "key"]
    table = pd.DataFrame(rows, columns=names, dtype="str")
    numbers = table["row_number"].where(table["row_number"].str.fullmatch(_WHOLE))
    table["row_number"] = pd.to_numeric(numbers).astype("Int64")
    table["cells"] = pd.Series([line for line, _ in lines], dtype="str")
    return FailureReport(raw=raw, suffix=suffix, table=table)


def _recognised(document: Mapping[str, Any], keys: Sequence[str]) -> tuple[str, ...]:
    """Code, message, row number, value and key of one line; "" for each that is missing."""
    flat: dict[str, str] = {}
    for name, text in scalars(document):
        flat.setdefault(name, text)
    code = _first(flat, _CODE)
    message = _first(flat, _MESSAGE)
    if not code:
        code, message = message, ""
    return code, message, _first(flat, _ROW), _first(flat, _VALUE), _first(flat, keys)


def scalars(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The scalars of an object by their folded names, the outer ones first.

    Nested objects are read one level deep.
    """
    inner: list[Mapping[str, Any]] = []
    for name, value in document.items():
        folded = fold(name)
        listed = value[0] if isinstance(value, list) and value else value
        if isinstance(listed, Mapping):
            inner.append(listed)
        elif isinstance(listed, str | int | float) and not isinstance(listed, bool):
            yield folded, str(listed)
    for nested in inner:
        for name, value in nested.items():
            if isinstance(value, str | int) and not isinstance(value, bool):
                yield fold(name), str(value)


def scalars_of(line: str) -> dict[str, str]:
    """The scalars of a line of JSON, by folded names; any other line is its own message."""
    document = _object(line)
    if document is None:
        return {"message": line.strip()}
    by_name: dict[str, str] = {}
    for name, text in scalars(document):
        by_name.setdefault(name, text.strip())
    return by_name


def _first(flat: Mapping[str, str], names: Sequence[str]) -> str:
    return next((flat[name].strip() for name in names if flat.get(name, "").strip()), "")


def fold(name: object) -> str:
    """The name of a column in lower case, without blanks and punctuation."""
    return "".join(c for c in str(name).casefold() if c.isalnum())
