"""Sending corrected rows, and nothing else, again.

A person takes failures.csv or rejects.csv, corrects rows in a spreadsheet, and hands the file back.
It is compared with what was sent before: each row finds its name again, a spreadsheet's damage is
undone, and what was accepted, may have been, or is not corrected is held back. The rest is a file
like any other, and goes down the same line as a run of its own, the child of the one it corrects.
"""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.settings import Settings
from preflight.core import csv_writer, files
from preflight.core.errors import UsageError
from preflight.core.row_id import DIGITS, ID, NAME
from preflight.core.types import Layout, Source
from preflight.linting.apply_fixes import apply_fixes
from preflight.linting.checked import Checked, Progress, RecordStream, silent
from preflight.pipeline import check_fix_split, delivery
from preflight.pipeline.delivery import Connection
from preflight.providers import registry
from preflight.reading.source import open_source
from preflight.rule import STANDING
from preflight.runs import row_outcomes
from preflight.runs.corrections import KEPT
from preflight.runs.corrections.compare import (
    CORRECTION_COLUMNS,
    Comparison,
    judged,
    without_doubles,
)
from preflight.runs.corrections.identify import named
from preflight.runs.corrections.read import Returned, read_returned
from preflight.runs.corrections.versions import Gathering, Version
from preflight.runs.guards import replace
from preflight.runs.kept_run import judged_again, restored
from preflight.runs.ledger.ledger import FILE as LEDGER
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.lineage import TAKEN, row_of, standings
from preflight.runs.settlement import Sent
from preflight.writing import results_folder
from preflight.writing.writer import Fixed

_GUARDS = {
    "DUP804": "warning",
    "DUP805": "warning",
    "DUP806": "error",
    "DUP807": "error",
    "DUP808": "error",
}
"""The rules that hold rows back; no setting of a run switches them off for its corrections."""


@dataclass(frozen=True)
class Corrections:
    """What a corrected file brought.

    Attributes:
        name: what the user called it.
        layout: how it is written.
        parent: the run whose rows it corrects.
        rows: how many it has, blank ones left out.
        new: how many of them the first file has not.
        edited: how many rows a person changed, and `edited_cells` in how many cells.
        damaged: how many rows a spreadsheet changed, and `damaged_cells` in how many cells.
        gone: columns of the first file that are missing; their cells are as they were.
        added: columns that the first file has not.
        held: the rows that are not sent because of what became of them before: row, line and why.
        again: the rows that were taken before, or may have been, and were changed since: row, line
            and where they were. They are judged, and sent, like any other.
    """

    name: str
    layout: Layout
    parent: Run
    rows: int
    new: int
    edited: int
    edited_cells: int
    damaged: int
    damaged_cells: int
    gone: tuple[str, ...]
    added: tuple[str, ...]
    held: tuple[tuple[int, int, str], ...]
    again: tuple[tuple[int, int, str], ...]


def resubmit(
    path: str | Path,
    settings: Settings,
    connection: Connection,
    *,
    work: Path,
    run_id: str | None = None,
    folder: Path | None = None,
    force: bool = False,
    dry_run: bool = False,
    told: Callable[[Corrections], None] = lambda _: None,
    report: Callable[[Fixed], str] | None = None,
    progress: Progress = silent,
) -> Sent:
    """Sends the corrected rows of a file of rejects, as a run of its own.

    Args:
        path: of the corrected file.
        settings: how it is to be read, and where runs are remembered; by what its rows are judged
            is the earlier run's, but for a region, a zone or a mapping that stand here.
        connection: how to reach the provider; its options stand above those of the earlier run.
        work: a private folder, see `check_fix_split.workspace`.
        run_id: any run of the family that is corrected; found out where it is not said.
        folder: where the results go; `<stem>.preflight/` beside the file by default.
        force: whether results that stand there are replaced.
        dry_run: everything but the sending.
        told: is told what the file brought, before anything is sent.
        report: makes the text of report.json before anything is sent.
        progress: told the stage, rows done, and their total if it is known.

    Returns:
        How the new run stands.

    Raises:
        UsageError: the file is of another run, or it cannot be told of which; an earlier round has
            not ended; nothing was sent.
    """
    if not (settings.state_dir / LEDGER).exists():
        raise UsageError(
            f"there are no runs in {settings.state_dir} that {path} could correct; --state-dir "
            "names another folder, and `preflight submit` sends a file for the first time"
        )
    target = folder or results_folder.default_folder(str(path))
    check_fix_split.not_its_own(path, target)
    source = open_source(path, spool=work, sheet=settings.sheet)
    with Ledger(settings.state_dir) as ledger:
        root = _root(ledger, source, settings, run_id, work)
        with ledger.lock(root.id):
            family = _ended(ledger, root)
            parent = family[-1]
            sources = [
                judged_again(run, restored(run, settings), check_fix_split.checker(work, progress))
                for run in family
            ]
            history = [
                _gathered(run.id, checked, progress)
                for run, checked in zip(family, sources, strict=True)
            ]
            returned = read_returned(
                source,
                history[0].labels,
                spool=work,
                encoding=settings.encoding,
                delimiter=settings.delimiter,
                header_row=settings.header_row,
            )
            _refuse_others(ledger, family, returned, source.name)
            own = dataclasses.replace(
                _own_settings(parent, settings, _header_line(returned)),
                date_orders=_orders(sources),
            )
            told_of = [(run, row_outcomes.load(settings.state_dir, run.id)) for run in family]
            stand = standings(told_of)
            still_open = set(stand.index[~stand["place"].isin(TAKEN)])
            names = named(returned, history, pd.Index(stand.index.astype(object)), still_open)
            found = judged(returned, names, history, stand)
            found = without_doubles(
                found,
                returned,
                _as_sent(_written(returned, found, work, source), own, work, progress),
                history,
                stand,
                {run.id: _taken(table) for run, table in told_of},
            )
            told(_corrected(returned, found, parent, stand))

            def begin(run: str) -> None:
                _keep(settings.state_dir, run, found.corrections)
                connection.began(run)

            return delivery.submit(
                _written(returned, found, work, source),
                parent.provider,
                own,
                dataclasses.replace(connection, began=begin),
                work=work,
                folder=target,
                force=force,
                name=source.name,
                parent=parent.id,
                beside=lambda place: _log(place, found.corrections),
                dry_run=dry_run,
                report=report,
                progress=progress,
            )


def _root(
    ledger: Ledger, source: Source, settings: Settings, run_id: str | None, work: Path
) -> Run:
    """The first run of the family that a corrected file belongs to.

    Raises:
        UsageError: it cannot be told, or it is another than the user says.
    """
    runs = [run for run in ledger.runs() if run.state is not RunState.REPLACED]
    roots = {run.id: ledger.family(run.id)[0] for run in runs}
    digests = _digests(source, settings, work)
    met = _once(
        roots[run.id] for digest in digests for run in runs if run.source_sha256.startswith(digest)
    )
    if digests and not met:
        raise UsageError(
            f"{source.name}: no run in {settings.state_dir} has sent the file that its rows are of "
            f"({digests[0]}…); --state-dir names another folder, and what was never sent goes with "
            "`preflight submit`"
        )
    if run_id is not None:
        said = ledger.family(run_id)[0]
        if met and said.id not in {run.id for run in met}:
            raise UsageError(
                f"{source.name} corrects run {met[0].id} ({met[0].source_name} to "
                f"{met[0].provider}), not run {run_id} ({said.source_name} to {said.provider})"
            )
        return said
    here = Path(source.name).absolute().parent
    near = _once(roots[run.id] for run in runs if run.folder == here)
    met_ids = {run.id for run in met}
    for few in ([run for run in near if run.id in met_ids], met or near, _once(roots.values())):
        if len(few) == 1:
            return few[0]
        if few:
            several = ", ".join(f"{run.id} ({run.source_name} to {run.provider})" for run in few)
            raise UsageError(
                f"{source.name}: it cannot be told which run it corrects: --run names one of "
                f"{several}"
            )
    raise UsageError(f"there are no runs in {settings.state_dir}; see `preflight runs`")


def _once(runs: Iterable[Run]) -> list[Run]:
    return list({run.id: run for run in runs}.values())


def _digests(source: Source, settings: Settings, work: Path) -> list[str]:
    """Of which files the rows of a corrected file are, by its helper column, most of them first."""
    read = read_returned(
        source,
        (),
        spool=work,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        header_row=settings.header_row,
    )
    found = Counter(match[1] for name in read.names if (match := NAME.fullmatch(name)))
    return [digest for digest, _ in found.most_common()]


def _ended(ledger: Ledger, root: Run) -> list[Run]:
    """The runs of a family that were settled, the first one first.

    One that has not ended and of which nothing was taken is replaced: its rows come again.

    Raises:
        UsageError: one has not ended, and may have sent something.
    """
    family = [run for run in ledger.family(root.id) if run.state is not RunState.REPLACED]
    for run in family:
        if run.state is RunState.FINISHED:
            continue
        if run.parent is None:
            raise UsageError(
                f"run {run.id} has not ended: `preflight resume {run.id}` first; nothing was sent"
            )
        replace(ledger, lambda other, run=run: other.id == run.id)  # type: ignore[misc]
    return [run for run in family if run.state is RunState.FINISHED]


def _own_settings(parent: Run, settings: Settings, header_line: int) -> Settings:
    """The settings by which corrected rows are judged: the earlier run's, for a plain file."""
    own = restored(parent, settings)
    said = {
        name: getattr(settings, name) for name in ("region", "timezone") if getattr(settings, name)
    }
    return dataclasses.replace(
        own,
        **said,
        providers={**settings.providers, parent.provider: _taken_over(parent)},
        columns={**own.columns, **settings.columns},
        encoding="utf-8",
        delimiter=",",
        header_row=header_line,
        sheet=None,
        ignore=tuple(code for code in own.ignore if code not in _GUARDS),
        extend_select=(*own.extend_select, *_GUARDS),
        severity={**own.severity, **_GUARDS},
    )


def _taken_over(parent: Run) -> dict[str, str]:
    """The provider options of the earlier run, without those that were about its very file."""
    once = {option.name for option in registry.options(parent.provider) if option.once}
    return {name: value for name, value in parent.options.items() if name not in once}


def _orders(sources: Sequence[Checked]) -> dict[str, str]:
    """What the rows of all rounds proved of the order of day and month; the first file's first."""
    proved: dict[str, str] = {}
    for checked in sources:
        plan = checked.analysis.plan
        for column in plan.columns:
            if column.position in plan.orders:
                proved.setdefault(column.name, plan.orders[column.position])
    return proved


def _as_sent(path: Path, own: Settings, work: Path, progress: Progress) -> Version:
    """What would be sent of a file of corrected rows, as far as fixes make it so."""
    here = dataclasses.replace(own, online=False, schema=None)
    return _gathered("", check_fix_split.check(path, here, work=work, progress=progress), progress)


def _gathered(run: str, checked: Checked, progress: Progress) -> Version:
    plan = checked.analysis.plan
    gathering = Gathering(run, checked.layout, plan.columns, plan.profile.key)
    for one in apply_fixes(checked.analysis, RecordStream(checked.layout, "comparing", progress)):
        gathering.add(one.original, one.chunk)
    return gathering.version()


def _taken(table: pd.DataFrame) -> frozenset[str]:
    """The names of the rows of a run that the provider took, or may have."""
    return frozenset(table.loc[table["place"].isin(TAKEN), "origin"])


def _refuse_others(ledger: Ledger, family: Sequence[Run], returned: Returned, name: str) -> None:
    """Refuses a file in which rows of another family stand.

    Raises:
        UsageError: there are some.
    """
    ours = {run.source_sha256[:DIGITS] for run in family}
    ours |= {run.source_sha256[:DIGITS] for run in ledger.family(family[0].id)}
    every = Counter(match[1] for said in returned.names if (match := NAME.fullmatch(said)))
    others = [(digest, count) for digest, count in every.most_common() if digest not in ours]
    if not others:
        return
    digest, count = others[0]
    known = [run for run in ledger.runs() if run.source_sha256.startswith(digest)]
    whose = f"run {known[0].id} ({known[0].source_name})" if known else "a file that was never sent"
    raise UsageError(
        f"{name}: {count} of its rows are of {whose}, the others of run {family[0].id} "
        f"({family[0].source_name}): one file a run; nothing was sent"
    )


def _corrected(
    returned: Returned, found: Comparison, parent: Run, stand: pd.DataFrame
) -> Corrections:
    kinds = found.corrections["kind"].value_counts()
    was_taken = pd.Index(found.names).isin(stand.index[stand["place"].isin(TAKEN)])
    blank = np.array([not any(row) for row in zip(*found.cells, strict=True)], dtype=bool)
    return Corrections(
        name=returned.source.name,
        layout=returned.layout,
        parent=parent,
        rows=len(returned.rows),
        new=int(((found.names == "") & ~blank).sum()),
        edited=int(found.edited.sum()),
        edited_cells=int(kinds.get("edit", 0)),
        damaged=int(found.damaged.sum()),
        damaged_cells=int(kinds.get("damage", 0)),
        gone=tuple(label.split("\0")[0] for label in returned.gone),
        added=tuple(label.split("\0")[0] for label in returned.added),
        held=tuple(
            (int(returned.rows[at]), int(returned.lines[at]), found.standing[at].split(": ", 1)[1])
            for at in np.flatnonzero(found.standing != "")
        ),
        again=tuple(
            (
                int(returned.rows[at]), int(returned.lines[at]),
                f"{before['place']} in run {before['run']} as row {row_of(found.names[at])}",
            )
            for at in np.flatnonzero((found.standing == "") & found.edited & was_taken)
            for before in (stand.loc[found.names[at]],)
        ),
    )  # fmt: skip


def _written(returned: Returned, found: Comparison, work: Path, source: Source) -> Path:
    """The corrected rows as a plain file: what a person meant, each row under its number."""
    at = returned.rows - 1
    columns = [
        *(
            _spread(cells.to_numpy(zero_copy_only=False), at, returned.count)
            for cells in found.cells
        ),
        _spread(found.names, at, returned.count),
        _spread(found.standing, at, returned.count),
    ]
    header = [*(label.split("\0")[0] for label in found.labels), ID, STANDING]
    path = work / "corrected.csv"
    with os.fdopen(results_folder.private(path), "wb") as file:
        file.write(b"\n" * (_header_line(returned) - 1))
        file.write(csv_writer.line(header))
        if returned.count:
            file.write(csv_writer.body(csv_writer.records(columns)))
    times = source.path.stat()
    os.utime(path, (times.st_atime, times.st_mtime))
    return path


def _header_line(returned: Returned) -> int:
    """On which line the header goes, so that each row stands on the line that people know."""
    return returned.layout.data_line - 1


def _spread(cells: np.ndarray, at: np.ndarray, count: int) -> pa.Array:
    """A column with a blank cell for each blank record."""
    whole = np.full(count, "", dtype=object)
    whole[at] = cells
    return pa.array(whole, pa.string())


def _keep(state_dir: Path, run: str, corrections: pd.DataFrame) -> None:
    """The corrections once more, in the state folder, where they outlive the results."""
    place = state_dir / KEPT / run
    files.folder(place)
    _log(place, corrections)


def _log(place: Path, corrections: pd.DataFrame) -> None:
    """corrections.csv: what a person changed, and what was put back."""
    with results_folder.TableWriter(
        place / results_folder.CORRECTIONS, list(CORRECTION_COLUMNS)
    ) as file:
        texts = corrections.astype("str")
        file.write([pa.array(texts[name], type=pa.string()) for name in CORRECTION_COLUMNS])
