"""Joins failure reports that a person fetched to a file that was uploaded without a run.

People who upload by hand have that file, the report, and often the original that the file was made
from. failures.csv gets the columns of the original, and the books are closed like those of a run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config import profiles
from preflight.config.column_mapping import missing, own, resolve
from preflight.config.profile import Profile
from preflight.config.settings import Settings
from preflight.core import csv_writer
from preflight.core.books import RunBooks
from preflight.core.errors import BooksError, ConfigError, UsageError
from preflight.core.exchange import Outcome, Part
from preflight.core.row_id import NAME
from preflight.core.types import Ints, Layout
from preflight.linting.checked import Checked
from preflight.pipeline.call import Call, CallOptions, not_its_own
from preflight.pipeline.check_fix_split import analyzed
from preflight.providers import registry
from preflight.reading.scan import scan
from preflight.reading.source import open_source
from preflight.report import documents
from preflight.runs.failures_csv import by_row, provider_columns, write_unmatched
from preflight.runs.matching import join, origin
from preflight.runs.matching.match_lines import NO_ROW, NOBODY
from preflight.runs.matching.origin import Origin
from preflight.runs.matching.pages import together
from preflight.runs.matching.report_file import read_failures
from preflight.runs.matching.submitted_file import Submitted, part_of
from preflight.runs.prediction import predicted
from preflight.runs.row_outcomes import RowOutcome, RowOutcomes
from preflight.runs.settlement import SettledRun, refusals
from preflight.writing import people_csv, results_folder, written_results
from preflight.writing.chunk_share import errors_left
from preflight.writing.parts import read_part
from preflight.writing.provenance import Provenance, provenance
from preflight.writing.writer import warnings_left
from preflight.writing.written_results import WrittenResults

_READING = ("encoding", "delimiter", "header_row", "sheet")


def merge_submitted(
    submitted: Path,
    provider: str,
    failures: Sequence[Path],
    settings: Settings,
    *,
    original: Path | None = None,
    **options: Unpack[CallOptions],
) -> SettledRun:
    """Joins failure reports to a file that was uploaded by hand, and writes failures.csv.

    Args:
        submitted: the file as it was uploaded.
        provider: of the reports.
        failures: the pages of the report, in any order.
        settings: `encoding`, `delimiter`, `header_row` and `sheet` describe the original, if there
            is one, else the submitted file; `columns` describes both.
        original: the file that the submitted one was made from; failures.csv gets its columns, row
            numbers and row IDs.
        options: how the call runs, see `Call`; `work` is required.

    Returns:
        The outcomes of the rows; its `run` is None.

    Raises:
        UsageError: a file cannot be read, or has the wrong content; nothing is written.
        BooksError: the books do not balance; a defect of preflight.
    """
    call = Call(**options)
    target = call.target(submitted)
    for path in (*failures, *filter(None, [original])):
        not_its_own(path, target)
    if submitted.resolve() in {path.resolve() for path in failures}:
        raise UsageError(
            f"{submitted} is given both as the submitted file and as the failure report"
        )
    pages = [read_failures(path, provider, spool=call.work) for path in failures]
    profile = settings.explained(profiles.load(provider))
    with results_folder.staging(target, force=call.force) as staged:
        checked = _read(submitted, profile, settings, original, call)
        part = part_of(checked.layout, checked.analysis.plan.columns, work=call.work)
        whole = together(pages, provider)
        joined = join.join(
            whole,
            part.part,
            by=registry.client(provider).CAPABILITIES.joins_by,
            key_field=profile.key,
            profile=profile,
        )
        traced = _traced(submitted, checked, part, original, settings, profile, call.work)
        sent = _settled(staged, target, checked, part, joined, traced, settings)
        written = WrittenResults(written_results.digests(staged))
        reported = documents.of_run(sent, written=written)
        documents.write(reported, staged, show_values=settings.show_values, durable=False)
    return sent


def _settled(
    staged: Path,
    target: Path,
    checked: Checked,
    sent: Submitted,
    joined: join.Joined,
    traced: _Traced,
    settings: Settings,
) -> SettledRun:
    """Writes failures.csv and unmatched.csv, and closes the books of the file."""
    part_books = join.verdicts(sent.part, joined, Outcome("finished", ""))
    books = RunBooks(
        rows=sent.rows,
        accepted=part_books.accepted,
        rejected_there=part_books.rejected_there,
        dropped=sent.rows - sent.part.rows,
    ).balanced()
    refused = by_row(joined.failures)
    plan = checked.analysis.plan
    warnings = sum(
        len(found) - len(errors_left(found, plan)) for found in checked.analysis.findings.parts()
    )
    lost = _write_failures(staged, sent, traced, refused, books, part_books.unattributed)
    write_unmatched(staged, chain(joined.lost(), [lost]))
    return SettledRun(
        run=None,
        fixed=None,
        checked=checked,
        books=books,
        pending=0,
        parts=(),
        refusals=refusals(joined.failures),
        predicted=predicted(_outcomes(checked, sent, refused, books, part_books.unattributed)),
        unattributed=part_books.unattributed,
        unmatched=joined.lost_lines,
        notes=(*joined.notes, *part_books.notes, *_notes(joined, books, traced, lost)),
        changes={},
        warnings=warnings_left(warnings, checked),
        folder=target,
        settings=settings,
    )


def _read(
    submitted: Path,
    profile: Profile,
    settings: Settings,
    original: Path | None,
    call: Call,
) -> Checked:
    """The submitted file, linted under the provider's profile, for the predictions."""
    own_settings = dataclasses.replace(
        settings, profile=profile.name, online=False, schema=None, unsafe_fixes=False
    )
    if original is not None:
        own_settings = dataclasses.replace(
            own_settings,
            encoding=None,
            delimiter=None,
            header_row=None,
            sheet=None,
            shared_columns=tuple(settings.columns),
        )
    return analyzed(submitted, own_settings, call)


@dataclass(frozen=True)
class _Traced:
    """The rows of the submitted file, traced to the file that failures.csv is made from.

    Attributes:
        source: the file whose columns and row numbers failures.csv has.
        at: int64, for each row of the submitted file its row in the source from 0, or `NOBODY`.
        how: str, how the row was found.
        why: str, why there is no row, else "".
        notes: facts without values.
    """

    source: Submitted
    at: Ints
    how: np.ndarray
    why: np.ndarray
    notes: tuple[str, ...] = ()


def _traced(
    path: Path,
    checked: Checked,
    sent: Submitted,
    original: Path | None,
    settings: Settings,
    profile: Profile,
    work: Path,
) -> _Traced:
    """Traces the rows of the submitted file to the original, or to itself if there is none."""
    if original is None:
        rows = np.arange(sent.part.rows, dtype=np.int64)
        blank = np.full(sent.part.rows, "", dtype=object)
        return _Traced(sent, rows, blank, blank)
    known = provenance(path, checked.source.sha256)
    layout = _layout_of(original, settings, profile, work, known)
    names = tuple(settings.columns)
    if absent := set(missing(layout.header, names)) & set(missing(sent.part.header, names)):
        unfound = sorted(absent - set(settings.shared_columns))
        if unfound:
            raise ConfigError(f"neither file has the column `{unfound[0]}` that is mapped")
    columns = resolve(layout.header, profile, settings.columns, names)
    source = part_of(layout, columns, work=work)
    rows_found, notes = _origin(path, original, sent, source, layout, known, profile)
    return _Traced(source, rows_found.at, rows_found.how, rows_found.why, notes)


def _layout_of(
    original: Path, settings: Settings, profile: Profile, work: Path, known: Provenance | None
) -> Layout:
    reading = {name: getattr(settings, name) for name in _READING}
    source = open_source(original, spool=work, sheet=reading["sheet"])
    if known is not None and known.source_sha256 == source.sha256:
        # Its rows were numbered by the reading that made the submitted file.
        reading = {name: reading[name] or known.reading.get(name) for name in _READING}
        if reading["sheet"] is not None:
            source = open_source(original, spool=work, sheet=reading["sheet"])
    return scan(
        source,
        spool=work,
        known=profile.knows,
        encoding=reading["encoding"],
        delimiter=reading["delimiter"],
        header_row=reading["header_row"],
    )


def _origin(
    path: Path,
    original: Path,
    sent: Submitted,
    source: Submitted,
    layout: Layout,
    known: Provenance | None,
    profile: Profile,
) -> tuple[Origin, tuple[str, ...]]:
    """The rows of the submitted file in the original, by number if the numbers are certain."""
    sha256 = layout.source.sha256
    if known is not None and known.source_sha256 == sha256 and len(known.rows) == sent.part.rows:
        traced = origin.by_number(known.rows, source.part)
        return traced, (f"rows of {original} are identified by the results beside {path}",)
    numbers = _carried(sent.names, sha256)
    if numbers is not None:
        traced = origin.by_number(numbers, source.part)
        return traced, (f"rows of {original} are identified by preflight__id in {path}",)
    traced = origin.by_content(sent.part, source.part, profile)
    notes = [f"rows of {original} are identified by their cells"]
    if known is not None:
        notes.append(f"{original} was changed since {path} was made from it")
    if traced.lost:
        notes.append(f"{traced.lost:,} rows of {path} match no single row of {original}")
    if traced.alike:
        notes.append(f"{traced.alike:,} rows match several equal rows of {original}")
    return traced, tuple(notes)


def _carried(names: np.ndarray, sha256: str) -> Ints | None:
    """The row numbers in the row IDs of a file, if all of its rows are from one other file."""
    matches = [NAME.fullmatch(name) for name in names]
    if not matches or not all(match and sha256.startswith(match[1]) for match in matches):
        return None
    return np.array([int(match[2]) for match in matches if match], dtype=np.int64)


def _write_failures(
    staged: Path,
    sent: Submitted,
    traced: _Traced,
    reasons: pd.DataFrame,
    books: RunBooks,
    unattributed: int,
) -> pd.DataFrame:
    """Writes failures.csv.

    Returns:
        The refused rows that the original does not have, as lines of unmatched.csv.

    Raises:
        BooksError: it would not have as many rows as the books say.
    """
    refused = np.searchsorted(sent.part.row_map, reasons.index.to_numpy(dtype=np.int64))
    order = np.argsort(traced.at[refused], kind="stable")
    refused, reasons = refused[order], reasons.iloc[order]
    known = traced.at[refused] != NOBODY
    at, source = traced.at[refused[known]], traced.source
    header = source.part.header
    table = read_part(source.part)
    cells = [table.column(position).take(pa.array(at)) for position in own(header)]
    rows = source.part.row_map[at]
    raws = np.array([source.raws.get(int(row), "") for row in rows], dtype=object)
    alike = np.array([str(how) for how in traced.how[refused[known]]], dtype=object)
    shown = reasons[known]
    shown = shown.assign(how=np.where(_twins(alike), alike, shown["how"].to_numpy(object)))
    helpers = provider_columns(shown, rows, source.part.lines[at], source.names[at], raws)
    names = [*(header[position] for position in own(header)), *people_csv.HELPERS]
    with people_csv.TableWriter(staged / results_folder.FAILURES, names) as file:
        file.write([*cells, *helpers])
        written = file.rows
    lost = _lost(sent.part, refused[~known], reasons[~known], traced.why)
    if written + len(lost) + unattributed != books.rejected_there:
        raise BooksError(f"failures.csv has {written:,} rows, which does not match {books}")
    return lost


def _twins(how: np.ndarray) -> np.ndarray:
    return np.array([str(text).startswith("one of ") for text in how], dtype=bool)


def _lost(part: Part, at: Ints, reasons: pd.DataFrame, why: np.ndarray) -> pd.DataFrame:
    records = csv_writer.records(read_part(part).take(pa.array(at)).columns)
    return pd.DataFrame(
        {
            "code": reasons["code"].to_numpy(object),
            "message": reasons["message"].to_numpy(object),
            "cells": [record.removesuffix("\n") for record in records.to_pylist()],
            "why": why[at],
        }
    ).astype("str")


def _outcomes(
    checked: Checked, sent: Submitted, reasons: pd.DataFrame, books: RunBooks, unattributed: int
) -> pd.DataFrame:
    """The outcome of each row; every finding on a row counts as a warning, because it was sent."""
    outcomes = RowOutcomes(sent.rows)
    outcomes.of_part(sent.part, RowOutcome.UNATTRIBUTED if unattributed else RowOutcome.ACCEPTED)
    outcomes.refused(reasons)
    for found in checked.analysis.findings.selected(lambda some: some.rows > 0):
        outcomes.found("warnings", found.rows, found.code_texts())
    outcomes.agree(books)
    return outcomes.table()


def _notes(joined: join.Joined, books: RunBooks, traced: _Traced, lost: pd.DataFrame) -> list[str]:
    """Facts that no table shows."""
    notes = list(traced.notes)
    if len(lost):
        notes.append(
            f"{len(lost):,} rejected rows were not found in the original: see unmatched.csv"
        )
    foreign = all((page["why"] == NO_ROW).all() for page in joined.lost())
    if joined.lost_lines and foreign and not len(joined.failures):
        notes.append(
            "no line of the report is about a row of the file: is it the report of another file?"
        )
    if books.accepted:
        notes.append(
            f"{books.accepted:,} rows count as accepted because the report does not name them"
        )
    return notes
