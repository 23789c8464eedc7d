"""A failure report that a person fetched: whatever a browser or a spreadsheet made of it, read.

The columns are those of the providers' documentation: Dotdigital's faults have `Reason` and the
import's own columns ("Get contact import report faults"), TalkValue's failed export has
`rowNum,errorCode,errorMessage,rawValue` (the recipe "CSV bulk import") and its job, as JSON,
`failedRows` of the same names ("path import status"; a sample, the export has them all). Order and
case of the columns, encoding, line ends, quoting and delimiter are taken as they come.
"""

from __future__ import annotations

import codecs
import csv
import dataclasses
import io
import itertools
import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from preflight import profile as profiles
from preflight.errors import SourceError, UsageError
from preflight.model import FailureReport
from preflight.providers import csvreport
from preflight.providers.csvreport import Records
from preflight.reading import charset

_DELIMITERS = ",;\t|"
_HEADER_WITHIN = 10
_SAMPLE = 256 << 10
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TALKVALUE = ("rowNum", "errorCode", "errorMessage", "rawValue")


def read_failures(path: Path, provider: str) -> FailureReport:
    """Reads a report that was fetched by hand; its table is as the provider's client makes it.

    Pages put together keep their headers between the rows; those are left out.

    Args:
        path: a CSV, or for TalkValue also the JSON of the job.
        provider: whose report it is.

    Raises:
        SourceError: the file is not there or cannot be read.
        UsageError: the provider has no such report, or the file has not its columns.
    """
    if provider not in _READERS:
        raise UsageError(
            f"no failure report of {provider} can be read; there are {', '.join(sorted(_READERS))}"
        )
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise SourceError(f"{path}: cannot be read ({reason})") from None
    return _READERS[provider](raw, str(path))


def header_of(raw: bytes, known: Collection[str]) -> tuple[str, ...]:
    """The names of a CSV report's columns, blanks around them taken off; () where none is known.

    Args:
        raw: the report.
        known: names that it may have, in any case.
    """
    return _header(text_of(raw), known)[0]


def text_of(raw: bytes) -> str:
    """The text of a report, without a byte order mark; what is no text in it becomes U+FFFD."""
    for mark, name in _BOMS:
        if raw.startswith(mark):
            return raw.decode(name, errors="replace")
    if raw[:2000].count(0) * 4 > len(raw[:2000]):
        return raw.decode("utf-16-be" if raw[:1] == b"\0" else "utf-16-le", errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        around = raw[max(0, error.start - _SAMPLE // 2) : error.start + _SAMPLE // 2]
        return raw.decode(charset.guess(around)[0], errors="replace")


def _header(text: str, known: Collection[str]) -> tuple[tuple[str, ...], str, int]:
    """The record near the top with the most known names, its delimiter, and how many precede it."""
    wanted = {name.strip().casefold() for name in known}
    best: tuple[tuple[str, ...], str, int] = ((), ",", 0)
    most = 0
    for delimiter in _DELIMITERS:
        for above, record in enumerate(cut(text[:_SAMPLE], delimiter, _HEADER_WITHIN)):
            names = tuple(name.strip() for name in record)
            found = len(wanted.intersection(name.casefold() for name in names))
            if found > most:
                best, most = (names, delimiter, above), found
    return best


def cut(text: str, delimiter: str = ",", most: int | None = None) -> list[list[str]]:
    """The records of a CSV text, its first `most` where that is given; empty lines are none."""
    longest = csv.field_size_limit(max(len(text) + 1, csv.field_size_limit()))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return list(itertools.islice(filter(None, reader), most))
    finally:
        csv.field_size_limit(longest)


def _records(raw: bytes, known: Collection[str]) -> Records:
    """The report's records; in UTF-8 with commas, whatever it was written with."""
    text = text_of(raw)
    header, delimiter, above = _header(text, known)
    if delimiter != "," or above:
        written = io.StringIO()
        rows = cut(text, delimiter)[above:]
        csv.writer(written, lineterminator="\n").writerows(rows)
        text = written.getvalue()
    found = csvreport.records(text.encode())
    again = np.ones(len(found.lines), dtype=bool)
    for name, column in zip(header, found.fields, strict=False):
        again &= pd.Series(column, dtype="str").str.strip().eq(name).to_numpy(dtype=bool)
    if again.any():
        keep = np.flatnonzero(~again)
        fields = tuple([column[at] for at in keep] for column in found.fields)
        found = dataclasses.replace(found, fields=fields, lines=[found.lines[at] for at in keep])
    return dataclasses.replace(found, raw=raw)


def _dotdigital(raw: bytes, where: str) -> FailureReport:
    profile = profiles.load("dotdigital")
    found = _records(raw, ("Reason", "Email"))
    reasons, key = found.column("Reason"), found.column("Email")
    if key is None:
        matches = (profile.match(name) for name in found.header)
        key = next(
            (
                column
                for match, column in zip(matches, found.fields, strict=True)
                if match is not None and match[0] == "email"
            ),
            None,
        )
    if reasons is None or key is None:
        raise UsageError(
            f"{where}: no report of Dotdigital: the columns Reason and Email were looked for"
        )
    return csvreport.report(found, code=reasons, key=key)


def _talkvalue(raw: bytes, where: str) -> FailureReport:
    text = text_of(raw).lstrip()
    if text[:1] in ("{", "["):
        return _talkvalue_job(raw, text, where)
    found = _records(raw, _TALKVALUE)
    numbers, code, message, value = (found.column(name) for name in _TALKVALUE)
    if numbers is None or (code is None and message is None):
        raise UsageError(
            f"{where}: no report of TalkValue: the columns {', '.join(_TALKVALUE)} were looked for"
        )
    whole = pd.Series(numbers, dtype="str").str.strip().str.replace(r"[.,]0+$", "", regex=True)
    return csvreport.report(
        found,
        code=code if code is not None else [""] * len(found.lines),
        message=message,
        row_number=whole.tolist(),
        value=value,
    )


def _talkvalue_job(raw: bytes, text: str, where: str) -> FailureReport:
    try:
        rows: Any = json.loads(text)
    except ValueError:
        raise UsageError(f"{where}: no JSON, though it starts like it; was it cut off?") from None
    for name in ("data", "failedRows"):
        rows = rows.get(name, rows) if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{where}: no job of TalkValue: its failedRows were looked for")

    def texts(name: str) -> list[str]:
        return ["" if row.get(name) is None else str(row[name]) for row in rows]

    fields = tuple(texts(name) for name in _TALKVALUE)
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    numbers, code, message, value = fields
    report = csvreport.report(
        Records(raw, _TALKVALUE, fields, lines),
        code=code,
        message=message,
        row_number=numbers,
        value=value,
    )
    return dataclasses.replace(report, suffix=".json")


_READERS: dict[str, Callable[[bytes, str], FailureReport]] = {
    "dotdigital": _dotdigital,
    "talkvalue": _talkvalue,
}
