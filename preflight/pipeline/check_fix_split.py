"""The stages in a line. The only module that knows their order, and the one to call from Python."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import functools
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from preflight.config import catalogue
from preflight.config import profile as profiles
from preflight.config.column_mapping import missing, output_columns, resolve
from preflight.config.plan import Plan
from preflight.config.settings import Settings
from preflight.core.errors import SourceError
from preflight.core.findings import Findings
from preflight.core.types import Source
from preflight.kinds import email_dns
from preflight.kinds.email_dns import MailHosts
from preflight.linting import user_schema
from preflight.linting.analysis import analyze
from preflight.linting.cell_values import reveal
from preflight.linting.checked import CHUNK_BYTES, Check, Checked, Progress, RecordStream, silent
from preflight.reading.scan import scan
from preflight.reading.source import last_written, open_source
from preflight.writing import results_folder, undo
from preflight.writing.writer import Fixed, file_changes, rewrite, write


def _now() -> datetime:
    return datetime.now(UTC)


_WORK = "preflight-work-"
_FRESH = 60.0  # seconds in which a folder may not have been locked yet by who made it


@contextmanager
def workspace() -> Iterator[Path]:
    """A private folder for what a call spools; gone when the block ends.

    What a killed call left of its own holds cells of contacts: a later call clears it away.
    """
    with tempfile.TemporaryDirectory(prefix=_WORK) as folder:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            for left in Path(folder).parent.glob(f"{_WORK}*"):
                with contextlib.suppress(OSError):  # it is another user's, at work, or gone by now
                    _clear_away(left)
            yield Path(folder)
        finally:
            os.close(held)


def _clear_away(left: Path) -> None:
    """Removes the folder of a call that is dead.

    Raises:
        OSError: it is not to be had: its call is alive, or another user's.
    """
    held = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.fstat(held)
        if found.st_uid == os.getuid() and time.time() - found.st_mtime > _FRESH:
            shutil.rmtree(left)
    finally:
        os.close(held)


def check(
    path: str | Path,
    settings: Settings | None = None,
    *,
    work: Path,
    rules_from: tuple[Path, ...] = (),
    mail: MailHosts | None = None,
    stdin_name: str | None = None,
    name: str | None = None,
    progress: Progress = silent,
    chunk_bytes: int = CHUNK_BYTES,
    clock: Callable[[], datetime] = _now,
) -> Checked:
    """Lints a file; writes nothing but spooled copies into `work`.

    Args:
        path: of the file; "-" for standard input.
        settings: the defaults if there are none.
        work: a private folder that outlives the result, see `workspace`.
        rules_from: folders (or files) of further rules, besides those of the settings.
        mail: says which domains take no mail, instead of the DNS; only asked with `online`.
        stdin_name: what standard input is called in reports.
        name: what the file is called in reports, where that is not its path.
        progress: told the stage, rows done, and their total if it is known.
        chunk_bytes: how much text is worked on at a time, at least 1; what is found is the same.
        clock: tells the time, with a zone, for an input of which nobody can tell when it was
            written.

    Raises:
        UsageError: the file cannot be opened, or a setting does not fit it.
    """
    settings = settings or Settings()
    profile = (
        profiles.load(settings.profile)
        .limited(settings.max_bytes, settings.max_rows)
        .demanding(settings.any_of)
    )
    rules = catalogue.choose(
        catalogue.load((*settings.rules, *rules_from)),
        profile,
        select=settings.select,
        ignore=settings.ignore,
        extend_select=settings.extend_select,
        severity=settings.severities,
        online=settings.online,
    )
    schema = user_schema.load(settings.schema) if settings.schema else None
    source = open_source(path, spool=work, stdin_name=stdin_name, sheet=settings.sheet)
    source = dataclasses.replace(source, name=name or source.name)
    layout = scan(
        source,
        spool=work,
        known=profile.knows,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        header_row=settings.header_row,
    )
    header = layout.header if layout.content == "table" else ()
    plan = Plan(
        profile,
        resolve(header, profile, settings.columns, settings.shared_columns) if header else (),
        rules,
        settings.region or profile.region,
        settings.zone,
        settings.unsafe_fixes,
        source.sheet,
        settings.providers.get(profile.name, {}),
        last_written(path) or clock(),
        mail=mail or (email_dns.online(settings.resolver) if settings.online else None),
        unused=tuple(_unused(header, source, settings)),
    )
    known = {
        column.position: settings.date_orders[column.name]
        for column in plan.columns
        if column.name in settings.date_orders
    }
    plan = dataclasses.replace(plan, orders=known)
    read = RecordStream(layout, "reading", progress, chunk_bytes)
    found = analyze(layout, plan, read, schema=schema)
    if found.orders.keys() - known.keys():
        # Only now is it known how the dates of a column are to be read, from its first row on.
        plan = dataclasses.replace(plan, orders={**found.orders, **known})
        again = RecordStream(layout, "reading again", progress, chunk_bytes)
        found = analyze(layout, plan, again, schema=schema)
    return Checked(source, found)


def checker(work: Path, progress: Progress = silent) -> Check:
    """`check` for what stands below the pipeline: with its private folder and its progress."""
    return functools.partial(check, work=work, progress=progress)


def _unused(header: Sequence[str], source: Source, settings: Settings) -> Iterator[str]:
    """What the settings say that does not fit a file, where that is no error."""
    if settings.sheet is not None and source.sheet is None:
        yield f"no workbook, so that --sheet `{settings.sheet}` says nothing"
    absent = missing(header, settings.shared_columns) if header else ()
    if absent:
        named = ", ".join(f"`{name}`" for name in absent)
        yield f"not in this file, though the config maps it: {named}"


def cells(
    checked: Checked, findings: Findings, *, replacements: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The cells that findings of a file are about, and what fixing makes of them; see `reveal`."""
    again = RecordStream(checked.layout, "fetching")
    return reveal(checked.analysis, again, findings, replacements=replacements)


def changes(checked: Checked, *, progress: Progress = silent) -> Iterator[pd.DataFrame]:
    """What `fix` would change of a file, and write into fixes.csv, in its order.

    Yields:
        Frames of `types.CHANGE_COLUMNS`: of the file itself, then of its cells, rows in order.
    """
    columns = output_columns(checked.analysis.plan.columns, checked.analysis.plan.profile)
    yield file_changes(checked)
    read = RecordStream(checked.layout, "comparing", progress)
    for one, _ in rewrite(checked.analysis, read, columns):
        if len(one.changes):
            yield one.changes


def fix(
    path: str | Path,
    settings: Settings | None = None,
    *,
    work: Path,
    folder: Path | None = None,
    force: bool = False,
    to_send: bool = False,
    rules_from: tuple[Path, ...] = (),
    mail: MailHosts | None = None,
    stdin_name: str | None = None,
    name: str | None = None,
    examined: Callable[[Checked], None] | None = None,
    beside: Callable[[Path], None] | None = None,
    report: Callable[[Fixed], str] | None = None,
    progress: Progress = silent,
    chunk_bytes: int = CHUNK_BYTES,
) -> Fixed:
    """Lints a file, applies fixes, and writes the clean partition and the rejects.

    Args:
        path: of the file; "-" for standard input.
        settings: the defaults if there are none.
        work: a private folder, see `workspace`.
        folder: where the results go; `<stem>.preflight/` beside the input by default.
        force: whether results that stand there are replaced.
        to_send: whether a run is to send the results, see `results_folder.staging`.
        rules_from: folders (or files) of further rules.
        mail: says which domains take no mail, instead of the DNS; only asked with `online`.
        stdin_name: what standard input is called in reports.
        name: what the file is called in reports, where that is not its path.
        examined: is told what was found before anything is written; where it raises, nothing is.
        beside: writes further results into the folder that it is given.
        report: makes the text of report.json.
        progress: told the stage, rows done, and their total if it is known.
        chunk_bytes: how much text is worked on at a time, at least 1; what is written is the same.

    Raises:
        UsageError: the file cannot be opened, a setting does not fit it, or results stand there.
        BooksError: a row ended in no place; a defect of preflight, and nothing is written.
    """
    settings = settings or Settings()
    target = folder or results_folder.default_folder(str(path), stdin_name)
    not_its_own(path, target)
    with results_folder.staging(target, force=force, to_send=to_send) as place:
        checked = check(
            path,
            settings,
            work=work,
            rules_from=rules_from,
            mail=mail,
            stdin_name=stdin_name,
            name=name,
            progress=progress,
            chunk_bytes=chunk_bytes,
        )
        if examined is not None:
            examined(checked)
        read = RecordStream(checked.layout, "writing", progress, chunk_bytes)
        fixed = write(checked, place, target, read)
        undo.keep(fixed, place)
        if beside is not None:
            beside(place)
        if report is not None:
            results_folder.write_text(place / results_folder.REPORT, report(fixed))
    return fixed


def not_its_own(path: str | Path, target: Path) -> None:
    """Sees to it that writing the results does not replace the input.

    Raises:
        SourceError: the input is one of the results that would be written.
    """
    given = Path(path).resolve()
    results = [(target / name).resolve() for name in results_folder.RESULTS]
    if any(given == result or result in given.parents for result in results):
        raise SourceError(f"{path} is a result in {target} itself; -o DIR writes elsewhere")


def split(
    path: str | Path,
    settings: Settings | None = None,
    *,
    work: Path,
    folder: Path | None = None,
    force: bool = False,
    stdin_name: str | None = None,
    report: Callable[[Fixed], str] | None = None,
    progress: Progress = silent,
) -> Fixed:
    """Cuts a file on record boundaries: the header in each part, cells as they are.

    Nothing is linted but how the file is written, and no cell is changed. The limits are those of
    the settings, else of the settings' profile. Arguments, results and errors are those of `fix`.
    """
    settings = settings or Settings()
    limits = profiles.load(settings.profile).limits
    plain = dataclasses.replace(
        settings,
        profile=profiles.GENERAL,
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
        max_bytes=settings.max_bytes or limits.bytes,
        max_rows=settings.max_rows or limits.rows,
    )
    target = folder or results_folder.default_folder(str(path), stdin_name)
    not_its_own(path, target)
    with results_folder.staging(target, force=force) as place:
        checked = check(path, plain, work=work, stdin_name=stdin_name, progress=progress)
        read = RecordStream(checked.layout, "writing", progress)
        cut = write(checked, place, target, read, always_parts=True)
        if report is not None:
            results_folder.write_text(place / results_folder.REPORT, report(cut))
    return cut
