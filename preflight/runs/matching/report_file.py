"""A failure report that a person fetched: whatever a browser or a spreadsheet made of it, read.

The columns are those of the providers' documentation: Dotdigital's faults have `Reason` and the
import's own columns ("Get contact import report faults"), TalkValue's failed export has
`rowNum,errorCode,errorMessage,rawValue` (the recipe "CSV bulk import") and its job, as JSON,
`failedRows` of the same names ("path import status"; a sample, the export has them all). The form
of Experiture's is not documented; see `linereport`. Order and case of the columns, encoding, line
ends, quoting and delimiter are taken as they come, and so is a workbook.
"""

from __future__ import annotations

import codecs
import csv
import dataclasses
import io
import itertools
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from preflight.config import profile as profiles
from preflight.core.errors import UsageError
from preflight.core.types import FailureReport
from preflight.providers import failure_report, line_report, registry
from preflight.providers.failure_report import ReportLines
from preflight.providers.protocol import Reports
from preflight.reading import encoding_guess
from preflight.reading.source import open_source

_DELIMITERS = ",;\t|"
_HEADER_WITHIN = 10
_SAMPLE = 256 << 10
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PAGE_MARK = re.compile("^\ufeff", re.MULTILINE)
_DOTDIGITAL = ("Reason", "Email")
_TALKVALUE = ("rowNum", "errorCode", "errorMessage", "rawValue")
_EXPERITURE_KEYS = ("email",)
_EXPERITURE = (*line_report.ROWS, *line_report.REASONS, *_EXPERITURE_KEYS)
Fold = Callable[[str], str]
"""The form in which names of columns are compared."""


def read_failures(path: Path, provider: str, *, spool: Path) -> FailureReport:
    """Reads a report that was fetched by hand; its table is as the provider's client makes it.

    Pages put together keep their headers between the rows; those are left out.

    Args:
        path: a CSV or a workbook; for TalkValue also the JSON of the job, for Experiture JSON lines
            and lists.
        provider: whose report it is.
        spool: a private folder for what has to be unpacked.

    Raises:
        SourceError: the file is not there or cannot be read.
        UsageError: the provider has no such report, or the file has not its columns.
    """
    tells = registry.module(provider).CAPABILITIES.reports
    if tells is not Reports.ROWS:
        said = "counts rows alone" if tells is Reports.COUNTS else "says nothing"
        raise UsageError(
            f"{provider} {said} of what it refused: it has no failure report to merge; there are "
            f"those of {', '.join(sorted(_READERS))}"
        )
    source = open_source(path, spool=spool)
    if source.unreadable:
        raise UsageError(f"{path}: a report was looked for, this is a {source.unreadable}")
    raw = (source.sheet.text if source.sheet else source.path).read_bytes()
    if not raw.strip():
        raise UsageError(f"{path}: the file is empty; a report without a line has a header")
    return _READERS[provider](raw, str(path))


def header_of(raw: bytes, known: Collection[str], fold: Fold = str.casefold) -> tuple[str, ...]:
    """The names of a CSV report's columns, blanks around them taken off; () where none is known.

    Args:
        raw: the report.
        known: names that it may have, folded or not.
        fold: in which form names are compared; in any case without it.
    """
    return _header(_text(raw), known, fold)[0]


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
        return raw.decode(encoding_guess.guess(around)[0], errors="replace")


def _text(raw: bytes) -> str:
    """The text of a report of several pages perhaps, each of which may have a mark."""
    return _PAGE_MARK.sub("", text_of(raw))


def _header(text: str, known: Collection[str], fold: Fold) -> tuple[tuple[str, ...], str, int]:
    """The record near the top with the most known names, its delimiter, and how many precede it."""
    wanted = {fold(name.strip()) for name in known}
    best: tuple[tuple[str, ...], str, int] = ((), ",", 0)
    most = 0
    for delimiter in _DELIMITERS:
        for above, record in enumerate(cut(text[:_SAMPLE], delimiter, _HEADER_WITHIN)):
            names = tuple(name.strip() for name in record)
            found = len(wanted.intersection(map(fold, names)))
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


def _records(raw: bytes, known: Collection[str], fold: Fold = str.casefold) -> ReportLines:
    """The report's records; in UTF-8 with commas, whatever it was written with."""
    text = _text(raw)
    header, delimiter, above = _header(text, known, fold)
    rows = cut(text, delimiter)[above:]
    orders = [_order(row, header) for row in rows]
    if delimiter != "," or above or any(order not in (None, ()) for order in orders):
        text = "\n".join(written(_in_order(rows, orders)))
    found = failure_report.records(text.encode())
    keep = [
        at
        for at, cells in enumerate(zip(*found.fields, strict=True) if found.lines else ())
        if any(cell.strip() for cell in cells) and _order(cells, header) is None
    ]
    fields = tuple([column[at] for at in keep] for column in found.fields)
    lines = [found.lines[at] for at in keep]
    return dataclasses.replace(found, raw=raw, fields=fields, lines=lines)


def _order(row: Sequence[str], header: Sequence[str]) -> tuple[int, ...] | None:
    """Where the columns of a page stand in the first page's order, if a row is its header.

    () where they stand as there, None where the row is none.
    """
    names = [name.strip().casefold() for name in row]
    wanted = [name.casefold() for name in header]
    if names == wanted:
        return ()
    if sorted(names) != sorted(wanted) or len(set(names)) < len(names):
        return None
    return tuple(names.index(name) for name in wanted)


def _in_order(
    rows: Sequence[list[str]], orders: Sequence[tuple[int, ...] | None]
) -> list[list[str]]:
    """The rows with the columns of each page in the order of the first one's."""
    now: tuple[int, ...] = ()
    placed = []
    for row, order in zip(rows, orders, strict=True):
        now = now if order is None else order
        whole = row + [""] * (len(now) - len(row))
        placed.append([whole[at] for at in now] + row[len(now) :] if now else row)
    return placed


def written(rows: Sequence[Sequence[str]]) -> list[str]:
    """Each row as a CSV record with commas, without its line end."""
    texts = []
    for row in rows:
        text = io.StringIO()
        csv.writer(text).writerow(row)
        texts.append(text.getvalue().removesuffix("\r\n"))
    return texts


def scalars_of(line: str) -> dict[str, str]:
    """What a line of JSON says, by folded names; a line that is none says itself."""
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        return {"message": line.strip()}
    said: dict[str, str] = {}
    for name, text in line_report.scalars(document):
        said.setdefault(name, text.strip())
    return said


def _dotdigital(raw: bytes, where: str) -> FailureReport:
    profile = profiles.load("dotdigital")
    found = _records(raw, _DOTDIGITAL)
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
    return failure_report.report(found, code=reasons, key=key)


def _experiture(raw: bytes, where: str) -> FailureReport:
    """Only what says which row is meant and what is wrong with it is taken for a report.

    A list of contacts has addresses too, and whoever names the wrong file must not have all of them
    refused.
    """
    report = line_report.read(_text(raw).encode(), _EXPERITURE_KEYS)
    if report.suffix == ".jsonl":
        names = {name for line in report.table["cells"] for name in scalars_of(line)}
    else:
        found = _records(raw, _EXPERITURE, line_report.fold)
        text = "\n".join([*written([found.header]), *found.lines])
        report = line_report.read(text.encode(), _EXPERITURE_KEYS)
        names = set(map(line_report.fold, found.header))
    reasons, rows = names & line_report.REASONS, names & {*line_report.ROWS, *_EXPERITURE_KEYS}
    fits = (reasons and rows) or (report.suffix == ".jsonl" and not len(report.table))
    if not fits:
        raise UsageError(
            f"{where}: no report of Experiture: a column of row numbers or emails and one of "
            "errors were looked for"
        )
    return dataclasses.replace(report, raw=raw)


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
    return failure_report.report(
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
    report = failure_report.report(
        ReportLines(raw, _TALKVALUE, fields, lines),
        code=code,
        message=message,
        row_number=numbers,
        value=value,
    )
    return dataclasses.replace(report, suffix=".json")


_READERS: dict[str, Callable[[bytes, str], FailureReport]] = {
    "dotdigital": _dotdigital,
    "experiture": _experiture,
    "talkvalue": _talkvalue,
}
_NAMES: Mapping[str, tuple[Collection[str], Fold]] = {
    "dotdigital": (_DOTDIGITAL, str.casefold),
    "experiture": (_EXPERITURE, line_report.fold),
    "talkvalue": (_TALKVALUE, str.casefold),
}


def names_of(provider: str) -> tuple[Collection[str], Fold]:
    """By which names the header of a provider's report is known, and in which form of them."""
    return _NAMES[provider]
