"""Failure reports that a person fetched, joined to a file that was uploaded without a run.

Whoever uploads by hand has a file, a report, and mostly the file that the first was made from. The
refused rows come out with the columns of that one, and the books are closed as those of a run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config import profiles
from preflight.config.column_mapping import missing, own, resolve
from preflight.config.profile import Profile
from preflight.config.settings import Settings
from preflight.core import csv_writer, files
from preflight.core import findings as tables
from preflight.core.errors import BooksError, ConfigError, UsageError
from preflight.core.row_id import NAME
from preflight.core.types import Ints, Layout, Outcome, Part, RunBooks
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
from preflight.runs.settlement import Sent, refusals
from preflight.writing import results_folder
from preflight.writing.parts import read_part
from preflight.writing.provenance import Provenance, provenance
from preflight.writing.writer import warnings_left

_READING = ("encoding", "delimiter", "header_row", "sheet")


def merge_submitted(
    submitted: Path,
    provider: str,
    failures: Sequence[Path],
    settings: Settings,
    *,
    original: Path | None = None,
    **options: Unpack[CallOptions],
) -> Sent:
    """Joins failure reports to a file that was uploaded by hand, and writes failures.csv.

    Args:
        submitted: the file as it was uploaded.
        provider: whose reports they are.
        failures: the files, in any order; pages add up.
        settings: `encoding`, `delimiter`, `header_row` and `sheet` are about the original, where
            there is one, else about the submitted file; `columns` about both.
        original: the file that the submitted one was made from: failures.csv has its columns, its
            row numbers and its names of rows.
        options: how the call runs, see `Call`; `work` is required.

    Returns:
        How the rows stand; its `run` is None.

    Raises:
        UsageError: a file cannot be read, or is none of what it is said to be; nothing is written.
        BooksError: the books do not balance; a defect of preflight.
    """
    call = Call(**options)
    target = call.target(submitted)
    for path in (*failures, *filter(None, [original])):
        not_its_own(path, target)
    if submitted.resolve() in {path.resolve() for path in failures}:
        raise UsageError(f"{submitted}: the file that was sent does not tell what was refused")
    pages = [read_failures(path, provider, spool=call.work) for path in failures]
    profile = settings.explained(profiles.load(provider))
    with results_folder.staging(target, force=call.force) as place:
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
        sent = _settled(place, target, checked, part, joined, traced, settings)
        files.write(place / results_folder.REPORT, documents.of_run(sent), durable=False)
    return sent


def _settled(
    place: Path,
    target: Path,
    checked: Checked,
    sent: Submitted,
    joined: join.Joined,
    traced: _Traced,
    settings: Settings,
) -> Sent:
    """Writes failures.csv and unmatched.csv, and closes the books of the file."""
    ended = join.verdicts(sent.part, joined, Outcome("finished", ""))
    books = RunBooks(
        rows=sent.rows,
        accepted=ended.accepted,
        rejected_there=ended.rejected_there,
        dropped=sent.rows - sent.part.rows,
    ).balanced()
    refused = by_row(joined.failures)
    lost = _write_failures(place, sent, traced, refused, books, ended.unattributed)
    write_unmatched(place, [joined.unmatched, lost])
    return Sent(
        run=None,
        fixed=None,
        checked=checked,
        books=books,
        pending=0,
        parts=(),
        refusals=refusals(joined.failures),
        predicted=predicted(_verdicts(checked, sent, refused, books, ended.unattributed)),
        unattributed=ended.unattributed,
        unmatched=len(joined.unmatched),
        notes=(*joined.notes, *ended.notes, *_notes(joined, books, traced, lost)),
        changes={},
        warnings=warnings_left(checked.analysis.findings.counts(), checked),
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
    """The submitted file, linted under the provider's profile: what would have been predicted."""
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
    """Where the refused rows are told from.

    Attributes:
        source: the file whose columns and row numbers failures.csv has.
        at: int64, for each row of the submitted file its row there from 0, or `NOBODY`.
        why: str, why there is none, else "".
        how: str, how it was found.
        notes: what there is to say about it.
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
    """Where the rows of the submitted file stand in the original, or else in itself."""
    if original is None:
        rows = np.arange(sent.part.rows, dtype=np.int64)
        blank = np.full(sent.part.rows, "", dtype=object)
        return _Traced(sent, rows, blank, blank)
    known = provenance(path, checked.source.sha256)
    layout = _layout_of(original, settings, profile, work, known)
    names = tuple(settings.columns)
    if absent := set(missing(layout.header, names)) & set(missing(sent.part.header, names)):
        strange = sorted(absent - set(settings.shared_columns))
        if strange:
            raise ConfigError(f"neither file has the column `{strange[0]}` that is mapped")
    columns = resolve(layout.header, profile, settings.columns, names)
    source = part_of(layout, columns, work=work)
    found, notes = _origin(path, original, sent, source, layout, known, profile)
    return _Traced(source, found.at, found.how, found.why, notes)


def _layout_of(
    original: Path, settings: Settings, profile: Profile, work: Path, known: Provenance | None
) -> Layout:
    said = {name: getattr(settings, name) for name in _READING}
    source = open_source(original, spool=work, sheet=said["sheet"])
    if known is not None and known.source_sha256 == source.sha256:
        # The numbers of its rows are those of the reading that made the submitted file.
        said = {name: said[name] or known.reading.get(name) for name in _READING}
        if said["sheet"] is not None:
            source = open_source(original, spool=work, sheet=said["sheet"])
    return scan(
        source,
        spool=work,
        known=profile.knows,
        encoding=said["encoding"],
        delimiter=said["delimiter"],
        header_row=said["header_row"],
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
    """The rows of the submitted file in the original: by their numbers where these are certain."""
    sha256 = layout.source.sha256
    if known is not None and known.source_sha256 == sha256 and len(known.rows) == sent.part.rows:
        found = origin.by_number(known.rows, source.part)
        return found, (f"the rows of {original} are those that the results beside {path} name",)
    numbers = _carried(sent.names, sha256)
    if numbers is not None:
        found = origin.by_number(numbers, source.part)
        return found, (f"the rows of {original} are those that {path} names in preflight__id",)
    found = origin.by_content(sent.part, source.part, profile)
    notes = [f"the rows of {original} were found by what stands in them"]
    if known is not None:
        notes.append(f"{path} was made from a file of other content than {original} has now")
    if found.lost:
        notes.append(f"{found.lost:,} rows of {path} have no row of their own in {original}")
    if found.alike:
        notes.append(f"{found.alike:,} rows are one of several in {original} that are alike")
    return found, tuple(notes)


def _carried(names: np.ndarray, sha256: str) -> Ints | None:
    """The row numbers that a file's own rows carry, if all of them are of one other file."""
    found = [NAME.fullmatch(name) for name in names]
    if not found or not all(one and sha256.startswith(one[1]) for one in found):
        return None
    return np.array([int(one[2]) for one in found if one], dtype=np.int64)


def _write_failures(
    place: Path,
    sent: Submitted,
    traced: _Traced,
    said: pd.DataFrame,
    books: RunBooks,
    unattributed: int,
) -> pd.DataFrame:
    """Writes failures.csv.

    Returns:
        The refused rows that the original has not, as lines of unmatched.csv.

    Raises:
        BooksError: it would not hold as many rows as the books say.
    """
    refused = np.searchsorted(sent.part.row_map, said.index.to_numpy(dtype=np.int64))
    order = np.argsort(traced.at[refused], kind="stable")
    refused, said = refused[order], said.iloc[order]
    there = traced.at[refused] != NOBODY
    at, source = traced.at[refused[there]], traced.source
    header = source.part.header
    table = read_part(source.part)
    cells = [table.column(position).take(pa.array(at)) for position in own(header)]
    rows = source.part.row_map[at]
    raws = np.array([source.raws.get(int(row), "") for row in rows], dtype=object)
    alike = np.array([str(how) for how in traced.how[refused[there]]], dtype=object)
    shown = said[there]
    shown = shown.assign(how=np.where(_twins(alike), alike, shown["how"].to_numpy(object)))
    helpers = provider_columns(shown, rows, source.part.lines[at], source.names[at], raws)
    names = [*(header[position] for position in own(header)), *results_folder.HELPERS]
    with results_folder.TableWriter(place / results_folder.FAILURES, names) as file:
        file.write([*cells, *helpers])
        written = file.rows
    lost = _lost(sent.part, refused[~there], said[~there], traced.why)
    if written + len(lost) + unattributed != books.rejected_there:
        raise BooksError(f"failures.csv has {written:,} rows, which is not what {books} say")
    return lost


def _twins(how: np.ndarray) -> np.ndarray:
    return np.array([str(one).startswith("one of ") for one in how], dtype=bool)


def _lost(part: Part, at: Ints, said: pd.DataFrame, why: np.ndarray) -> pd.DataFrame:
    records = csv_writer.records(read_part(part).take(pa.array(at)).columns)
    return pd.DataFrame(
        {
            "code": said["code"].to_numpy(object),
            "message": said["message"].to_numpy(object),
            "cells": [record.removesuffix("\n") for record in records.to_pylist()],
            "why": why[at],
        }
    ).astype("str")


def _verdicts(
    checked: Checked, sent: Submitted, said: pd.DataFrame, books: RunBooks, unattributed: int
) -> pd.DataFrame:
    """One verdict a row; whatever was found on a row counts as a warning, for it was sent."""
    verdicts = RowOutcomes(sent.rows)
    verdicts.of_part(sent.part, RowOutcome.UNATTRIBUTED if unattributed else RowOutcome.ACCEPTED)
    verdicts.refused(said)
    frame = checked.analysis.findings.frame
    found = frame[frame[tables.ROW] > 0]
    rows = found[tables.ROW].to_numpy(dtype=np.int64)
    verdicts.found("warnings", rows, found[tables.CODE].to_numpy(object))
    verdicts.agree(books)
    return verdicts.table()


def _notes(joined: join.Joined, books: RunBooks, traced: _Traced, lost: pd.DataFrame) -> list[str]:
    """What there is to say that no table shows."""
    notes = list(traced.notes)
    if len(lost):
        notes.append(f"{len(lost):,} refused rows were not found in the original: unmatched.csv")
    strange = joined.unmatched["why"] == NO_ROW
    if len(strange) and strange.all() and not len(joined.failures):
        notes.append(
            "no line of the report is about a row of the file: is it the report of another one?"
        )
    if books.accepted:
        notes.append(
            f"{books.accepted:,} rows count as accepted because the report does not name them"
        )
    return notes
