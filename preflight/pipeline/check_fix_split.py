"""Check, fix and split: the order of the stages, and the functions to call from Python."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from preflight.config import catalogue, file_ignores, profiles
from preflight.config.column_mapping import require_fields
from preflight.config.profile import GENERAL, Profile
from preflight.config.settings import Settings
from preflight.core import urls
from preflight.core.errors import SourceError
from preflight.core.findings import Findings
from preflight.core.types import CHANGE_COLUMNS, Source
from preflight.core.urls import Url
from preflight.kinds import email_dns
from preflight.linting.analysis import Analysis, analyze
from preflight.linting.cell_values import CellValues
from preflight.linting.checked import Check, Checked, Progress, RecordStream, silent
from preflight.linting.chunk_result import Engine
from preflight.pipeline import planning
from preflight.pipeline.call import Call, CallOptions
from preflight.pipeline.local_engine import LocalEngine
from preflight.reading.scan import scan
from preflight.reading.source import as_it_was, last_written, open_source
from preflight.report import diff, documents
from preflight.report.listing import listing
from preflight.rule import Rule
from preflight.runs.kept_run import stored
from preflight.snapshots.snapshot import Snapshot
from preflight.writing import original, results_folder, undo, written_results
from preflight.writing.rewrite import rewritten
from preflight.writing.writer import FixedFile, file_changes, write
from preflight.writing.written_results import WrittenResults

if TYPE_CHECKING:
    from preflight.linting.user_schema import UserSchema


def check(
    path: str | Path, settings: Settings | None = None, **options: Unpack[CallOptions]
) -> Checked:
    """Lints a file; writes only spooled copies, into the call's private folder.

    Args:
        path: of the file; "-" for standard input.
        settings: the default settings if None.
        options: how the call runs, see `Call`; `work` is required.

    Raises:
        UsageError: the file cannot be opened, or a setting does not fit it.
    """
    return analyzed(path, settings or Settings(), Call(**options), in_place=True)


def analyzed(
    path: str | Path, settings: Settings, call: Call, *, in_place: bool = False
) -> Checked:
    """The stages from a path to its analysis.

    Args:
        path: of the file.
        settings: of the call.
        call: how the call runs.
        in_place: whether nothing but the analysis needs the bytes, so that workers that read them
            in a store can be the only ones that do.
    """
    profile = (
        profiles.load(settings.profile)
        .limited(settings.max_bytes, settings.max_rows)
        .demanding(settings.any_of)
    )
    rules = planning.rules(settings, profile, call)
    schema = _user_schema(settings.schema) if settings.schema else None
    require_fields(settings.columns, profile)
    if urls.parse(path) is not None:
        call.progress("fetching", 0, None)
    source = open_source(
        path,
        spool=call.work,
        stdin_name=call.stdin_name,
        sheet=settings.sheet,
        in_place=in_place and call.cluster is not None and call.cluster.is_remote,
    )
    source = dataclasses.replace(source, name=call.name or source.name)
    with as_it_was(source):
        analysis = _analysis(path, source, settings, profile, rules, schema, call)
    return Checked(source, analysis, call.chunk_bytes)


def _analysis(
    path: str | Path,
    source: Source,
    settings: Settings,
    profile: Profile,
    rules: Mapping[str, Rule],
    schema: UserSchema | None,
    call: Call,
) -> Analysis:
    """The stages from a source to its analysis."""
    ignored = file_ignores.ignored(source.name, settings.per_file_ignores)
    rules = catalogue.without(rules, ignored)
    layout = scan(
        source,
        spool=call.work,
        known=profile.knows,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        header_row=settings.header_row,
    )
    written = source.written or last_written(path) or call.clock()
    mail = call.mail or (email_dns.online(settings.resolver) if settings.online else None)
    plan = dataclasses.replace(
        planning.plan(layout, settings, profile, rules, written),
        mail=mail,
        comparison=call.comparison,
        ignored=ignored,
    )
    if call.note:
        plan = dataclasses.replace(plan, unused=(call.note, *plan.unused))
    if call.pictured or call.against is not None:
        plan = planning.pictured(plan, call.against)
    read = RecordStream(layout, "reading", call.progress, call.chunk_bytes)
    engine = _engine(read, settings, call)
    return analyze(
        layout,
        plan,
        dataclasses.replace(read, stage="reading again"),
        engine=engine,
        schema=schema,
        folder=call.work,
        keys=call.keys,
    )


def _engine(read: RecordStream, settings: Settings, call: Call) -> Engine:
    rules = (*settings.rules, *call.rules_from)
    if call.cluster is None:
        return LocalEngine(read, rules, call.work, call.jobs)
    from preflight.pipeline.dask_engine import DaskEngine  # here: most calls do without

    return DaskEngine(read, rules, call.work, call.cluster, settings)


def snapshot(
    path: str | Path, settings: Settings | None = None, **options: Unpack[CallOptions]
) -> Snapshot:
    """Takes a snapshot of a file: counts, and no value of a contact. Arguments as of `check`.

    Raises:
        UsageError: the file cannot be opened, a setting does not fit it, or it is not a table.
    """
    call = dataclasses.replace(Call(**options), pictured=True)
    analysis = analyzed(path, settings or Settings(), call, in_place=True).analysis
    if analysis.picture is None:
        name, content = analysis.layout.source.name, analysis.layout.content
        what = "a table without a header" if content == "table" else content
        raise SourceError(f"{name} is {what}: there is nothing to take a snapshot of")
    return analysis.picture.snapshot


def _user_schema(given: str) -> UserSchema:
    from preflight.linting import user_schema  # here, for it imports pandera

    return user_schema.load(given)


def checker(work: Path, progress: Progress = silent) -> Check:
    """`check` for modules below the pipeline, with its private folder and progress."""
    return functools.partial(check, work=work, progress=progress)


def cells(
    checked: Checked, findings: Findings, *, progress: Progress = silent
) -> tuple[np.ndarray, np.ndarray]:
    """The cells that findings of a file are about, and their fixed values; see `CellValues`."""
    return CellValues(checked.analysis, checked.records("fetching", progress))(findings)


def changes(checked: Checked, *, progress: Progress = silent) -> Iterator[pd.DataFrame]:
    """The changes that `fix` would write into fixes.csv, in its order.

    Yields:
        Frames of `types.CHANGE_COLUMNS`: of the file itself, then of its cells, in row order.
    """
    yield file_changes(checked)
    for fixed_chunk, _ in rewritten(checked, "comparing", progress):
        if len(fixed_chunk.changes):
            yield fixed_chunk.changes[list(CHANGE_COLUMNS)]


def difference(checked: Checked, *, show_values: bool, progress: Progress = silent) -> str:
    """What fixing a file would change, cell by cell, as text; "" if it would change nothing."""
    names = {code: rule.name for code, rule in checked.analysis.plan.rules.items()}
    header = listing(checked.source.name, checked.analysis, checked.books).names_are_values
    pieces = []
    for changed in changes(checked, progress=progress):
        listed = changed.assign(column_name="") if header and not show_values else changed
        pieces.append(diff.cells(listed, names, show_values=show_values))
    name = checked.source.name
    return diff.heading(name, f"{name}, fixed") + "".join(pieces) if any(pieces) else ""


def fix(
    path: str | Path, settings: Settings | None = None, **options: Unpack[CallOptions]
) -> FixedFile:
    """Lints a file, applies fixes, and writes the clean partition, the rejects and report.json.

    Args:
        path: of the file; "-" for standard input.
        settings: the default settings if None.
        options: how the call runs, see `Call`; `work` is required.

    Raises:
        UsageError: the file cannot be opened, a setting does not fit it, or there are results
            already.
        BooksError: a row ended in no place, a defect of preflight; nothing is written.
    """
    from preflight.pipeline import corrected_fix  # here, for it calls this module

    call, settings = Call(**options), settings or Settings()
    with (
        _placed(path, call) as (target, url),
        results_folder.staging(target, force=call.force) as place,
    ):
        merged = corrected_fix.merged(path, settings, call)
        if merged is None:
            results = fixed(analyzed(path, settings, call), settings, place, target, call)
        else:
            call = dataclasses.replace(call, name=str(path), note=merged.note)
            checked = analyzed(merged.path, merged.settings, call)
            checked = dataclasses.replace(checked, merged=True)
            results = fixed(checked, merged.settings, place, target, call)
    return dataclasses.replace(results, url=url)


@contextmanager
def _placed(path: str | Path, call: Call) -> Iterator[tuple[Path, Url | None]]:
    """The folder to make results in, and where in a store they are then written, if they are.

    Raises:
        UsageError: they may not be written there.
    """
    place = call.place(path)
    if isinstance(place, Path):
        yield place, None
        return
    from preflight.writing import stored_results  # here: most results stay on this machine

    with stored_results.made_here(place, work=call.work, force=call.force) as folder:
        yield folder, place
        call.progress("storing", 0, None)


def fixed(checked: Checked, settings: Settings, place: Path, target: Path, call: Call) -> FixedFile:
    """The stages from an analysis to the written results, in a staging folder.

    Args:
        checked: the result of the first pass.
        settings: that it was made with.
        place: the staging folder.
        target: the folder that the results will be moved to.
        call: how the call runs.
    """
    with original.kept(checked.source, place):
        results = write(checked, place, target, progress=call.progress)
    undo.keep(results, place, stored(settings, checked))
    _report(results, place, settings)
    return results


def split(
    path: str | Path, settings: Settings | None = None, **options: Unpack[CallOptions]
) -> FixedFile:
    """Cuts a file on record boundaries, with the header in each part.

    Lints only how the file is written, and changes no cell. The limits are those of the settings,
    else of the settings' profile. Arguments, results and errors are those of `fix`.
    """
    call, settings = Call(**options), settings or Settings()
    with (
        _placed(path, call) as (target, url),
        results_folder.staging(target, force=call.force) as place,
    ):
        checked = analyzed(path, of_layout(settings), call)
        cut = write(checked, place, target, always_parts=True, progress=call.progress)
        _report(cut, place, settings)
    return dataclasses.replace(cut, url=url)


def _report(results: FixedFile, place: Path, settings: Settings) -> None:
    """Writes report.html and report.json, the last of the results in a staging folder."""
    known = {part.path.name: part.sha256 for part in results.parts}
    digests = written_results.digests(place, known=known)
    reported = documents.of_fix(results, written=WrittenResults(digests))
    documents.write(reported, place, show_values=settings.show_values, durable=False)


def of_layout(settings: Settings) -> Settings:
    """Settings that check only the layout of a file, and rename no column."""
    limits = profiles.load(settings.profile).limits
    return dataclasses.replace(
        settings,
        profile=GENERAL,
        select=("FIL", "STR"),
        ignore=(),
        extend_select=(),
        severity={},
        rules=(),
        schema=None,
        online=False,
        unsafe_fixes=False,
        columns={},
        shared_columns=(),
        any_of=(),
        per_file_ignores={},
        max_findings={},
        max_bytes=settings.max_bytes or limits.bytes,
        max_rows=settings.max_rows or limits.rows,
    )
