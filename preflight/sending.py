"""The second half of the line: send the clean rows, wait, fetch what was refused, and settle the books.

`submit` begins a run, `resume` goes on with one; both end in `_settle`, which needs nothing but the
ledger, the parts and the kept copy of the source, so that it can be done again after any crash.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight import merge, outputs, pipeline

from preflight import profile as profiles
from preflight.errors import BooksError, SourceError, Stopped, UsageError
from preflight.ledger import Ledger
from preflight.model import Chunk, Reason, RunBooks
from preflight.partition import Rejects, row_id
from preflight.passes import clean
from preflight.pipeline import Checked, Fixed, Progress
from preflight.progress import Event
from preflight.progress import silent as no_events
from preflight.providers import registry
from preflight.providers.protocol import Provider
from preflight.runs import PartState, Run, RunState, StoredPart
from preflight.settings import MaxBad, Settings
from preflight.submit import drive

SOURCES = "sources"
POLL_SCALE = "PREFLIGHT_POLL_SCALE"


@dataclass(frozen=True)
class Sent:
    """How a run stands.

    Attributes:
        run: of the ledger; None when there was nothing to send.
        fixed: what was found and written before; None on a resume.
        checked: the source as it was linted.
        books: where each row stands; rows that wait to be sent are unknown until they are.
        pending: how many of those there are.
        parts: what became of the parts.
        refusals: for each provider code, how many rows it was given for, and what can be done.
        unattributed: rows that the provider refused without saying which.
        unmatched: report lines that no row could be found for.
        notes: what there is to say about merging; facts without values.
        folder: with the results.
        settings: the run's own.
        stopped: why the run cannot go on now; None if it ended.
    """

    run: Run | None
    fixed: Fixed | None
    checked: Checked
    books: RunBooks
    pending: int
    parts: tuple[StoredPart, ...]
    refusals: Mapping[str, tuple[int, Reason]]
    unattributed: int
    unmatched: int
    notes: tuple[str, ...]
    folder: Path
    settings: Settings
    stopped: Stopped | None = None


@dataclass(frozen=True)
class Connection:
    """How to reach a provider and how long to wait.

    Attributes:
        options: the provider's own.
        environ: holds secrets and addresses.
        base_url: instead of the provider's address.
        wait: whether to wait for the jobs to end.
        clock, sleep: the time.
        events: told what happens while sending and waiting.
        report: makes the text of report.json when the books are settled.
    """

    options: Mapping[str, str]
    environ: Mapping[str, str]
    base_url: str | None = None
    wait: bool = True
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    events: Callable[[Event], None] = no_events
    report: Callable[[Sent], str] | None = None

    @property
    def scale(self) -> float:
        """What the documented waiting times are multiplied by; below 1 in tests only.

        Raises:
            UsageError: the variable holds no number.
        """
        text = self.environ.get(POLL_SCALE, "1")
        try:
            scale = float(text)
        except ValueError:
            scale = -1.0
        if scale < 0:
            raise UsageError(f"{POLL_SCALE} is a number from 0 up, not `{text}`")
        return scale


def submit(
    path: str | Path,
    provider: str,
    settings: Settings,
    connection: Connection,
    *,
    work: Path,
    folder: Path | None = None,
    force: bool = False,
    stdin_name: str | None = None,
    dry_run: bool = False,
    report: Callable[[Fixed], str] | None = None,
    progress: Progress = pipeline.silent,
) -> Sent:
    """The whole line: lint, fix, partition, split, send, poll, fetch failures, merge.

    Args:
        path: of the file; "-" for standard input.
        provider: its name; its profile is the one that counts.
        settings: everything else.
        connection: how to reach it.
        work: a private folder, see `pipeline.workspace`.
        folder: where the results go; `<stem>.preflight/` beside the input by default.
        force: whether results that stand there are replaced.
        stdin_name: what standard input is called in reports.
        dry_run: everything but the sending.
        report: makes the text of report.json before anything is sent.
        progress: told the stage, rows done, and their total if it is known.

    Returns:
        How the run stands; `stopped` says if it has to be resumed.

    Raises:
        UsageError: an option, a secret or the file is off; nothing was sent.
    """
    settings = dataclasses.replace(settings, profile=provider)
    options = {**settings.providers.get(provider, {}), **connection.options}
    connected = registry.connect(
        provider, options=options, environ=connection.environ, base_url=connection.base_url
    )
    with closing(connected):
        _ = connection.scale
        fixed = pipeline.fix(
            path,
            settings,
            work=work,
            folder=folder,
            force=force,
            stdin_name=stdin_name,
            report=report,
            progress=progress,
        )
        if dry_run or not fixed.parts:
            return _unsent(fixed, settings)
        with Ledger(settings.state_dir) as ledger:
            _keep_source(fixed.checked, settings.state_dir)
            run = ledger.create_run(
                provider=provider,
                source_name=fixed.checked.source.name,
                source_sha256=fixed.checked.source.sha256,
                source_rows=fixed.books.rows,
                folder=fixed.folder,
                settings=_stored(settings),
                options=options,
                books=fixed.books,
                parts=fixed.parts,
            )
            stopped = _drive(ledger, run, connected, connection, settings)
            return _settle(ledger, run, connected, connection, settings, fixed.checked, fixed, stopped)


def resume(
    run_id: str | None,
    settings: Settings,
    connection: Connection,
    *,
    work: Path,
    resend: bool | frozenset[int] = False,
    accept: bool | frozenset[int] = False,
    progress: Progress = pipeline.silent,
) -> Sent:
    """Goes on with a run that was interrupted or stopped.

    Args:
        run_id: of the run; the latest unfinished one by default.
        settings: `state_dir` and `timeout` count, the others are the run's own.
        connection: how to reach the provider; its options are the run's own.
        work: a private folder, see `pipeline.workspace`.
        resend: parts whose fate is unknown that are to be sent again; True for all of them.
        accept: parts whose fate is unknown that are to count as taken; True for all of them.
        progress: told the stage, rows done, and their total if it is known.

    Raises:
        UsageError: there is no such run, or another process works on it.
    """
    with Ledger(settings.state_dir) as ledger:
        run = ledger.run(run_id) if run_id else ledger.latest_unfinished()
        if run is None:
            raise UsageError(f"no unfinished run in {settings.state_dir}; see `preflight runs`")
        own = _restored(run, settings)
        connected = registry.connect(
            run.provider,
            options=run.options,
            environ=connection.environ,
            base_url=connection.base_url,
        )
        with closing(connected):
            unknown = frozenset(
                stored.part.number for stored in ledger.parts(run.id) if stored.state is PartState.UNKNOWN
            )
            stopped = _drive(
                ledger,
                run.id,
                connected,
                connection,
                own,
                resend=_chosen(resend, unknown),
                accept=_chosen(accept, unknown),
            )
            copy = settings.state_dir / SOURCES / run.source_sha256
            if not copy.exists():
                raise SourceError(f"the kept copy of the source is gone: {copy}")
            checked = pipeline.check(copy, own, work=work, progress=progress)
            named = dataclasses.replace(checked.source, name=run.source_name)
            return _settle(
                ledger,
                run.id,
                connected,
                connection,
                own,
                dataclasses.replace(checked, source=named),
                None,
                stopped,
            )


def _chosen(wanted: bool | frozenset[int], unknown: frozenset[int]) -> frozenset[int]:
    if isinstance(wanted, bool):
        return unknown if wanted else frozenset()
    return wanted


def _drive(
    ledger: Ledger,
    run: str,
    connected: Provider,
    connection: Connection,
    settings: Settings,
    **choices: frozenset[int],
) -> Stopped | None:
    try:
        drive(
            ledger,
            run,
            connected,
            clock=connection.clock,
            sleep=connection.sleep,
            wait=connection.wait,
            timeout=settings.timeout,
            scale=connection.scale,
            progress=connection.events,
            **choices,
        )
    except Stopped as stopped:
        return stopped
    return None


def _unsent(fixed: Fixed, settings: Settings) -> Sent:
    """A run that was none: everything stayed here."""
    books = RunBooks(
        rows=fixed.books.rows,
        rejected_here=fixed.books.rejected,
        unknown=fixed.books.clean,
        dropped=fixed.books.dropped,
    )
    _balanced(books)
    return Sent(None, fixed, fixed.checked, books, books.unknown, (), {}, 0, 0, (), fixed.folder, settings)


def _keep_source(checked: Checked, state_dir: Path) -> None:
    """Keeps the source's bytes, so that a resume does not depend on a file that people move."""
    folder = state_dir / SOURCES
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy = folder / checked.source.sha256
    if copy.exists():
        return
    temporary = folder / f".{checked.source.sha256}.partial"
    with (
        checked.source.path.open("rb") as source,
        os.fdopen(outputs.private(temporary), "wb") as target,
    ):
        shutil.copyfileobj(source, target, 1 << 20)
        target.flush()
        os.fsync(target.fileno())
    temporary.replace(copy)


_KEPT = (
    "profile", "select", "ignore", "extend_select", "fail_on", "exit_zero", "unsafe_fixes", "region",
    "timezone", "encoding", "delimiter", "header_row", "columns", "max_bytes", "max_rows",
)  # fmt: skip


def _stored(settings: Settings) -> dict[str, Any]:
    """What of the settings a resume needs, as JSON values."""
    kept = {name: getattr(settings, name) for name in _KEPT}
    bad = settings.max_bad
    kept["max_bad"] = None if bad is None else dataclasses.asdict(bad)
    stored: dict[str, Any] = json.loads(json.dumps(kept))
    return stored


def _restored(run: Run, settings: Settings) -> Settings:
    own = dict(run.settings)
    bad = own.pop("max_bad", None)
    for name in ("select", "ignore", "extend_select"):
        own[name] = tuple(own[name])
    return dataclasses.replace(
        settings, **own, max_bad=settings.max_bad or (MaxBad(**bad) if bad else None)
    )


@dataclass
class _Settling:
    """What is gathered over the parts of a run."""

    rows: Counter[str]
    failures: list[pd.DataFrame]
    unmatched: list[pd.DataFrame]
    notes: list[str]
    unattributed: int = 0


def _settle(
    ledger: Ledger,
    run_id: str,
    connected: Provider,
    connection: Connection,
    settings: Settings,
    checked: Checked,
    fixed: Fixed | None,
    stopped: Stopped | None,
) -> Sent:
    """Merges what the provider said with what was found here, writes it, and closes the books."""
    run, parts = ledger.run(run_id), ledger.parts(run_id)
    told = _Settling(Counter(), [], [], [])
    for stored in parts:
        _settle_part(ledger, stored, connected, run.provider, told)
    books = RunBooks(
        rows=run.source_rows,
        rejected_here=run.books.rejected,
        accepted=told.rows["accepted"],
        rejected_there=told.rows["rejected_there"],
        submitted=told.rows["submitted"],
        unknown=told.rows["unknown"],
        dropped=run.books.dropped,
    )
    _balanced(books)
    failures = _together(told.failures)
    _write_failures(run, checked, failures, told.unmatched)
    ended = stopped is None and connection.wait
    sent = Sent(
        run=dataclasses.replace(run, state=RunState.FINISHED) if ended else run,
        fixed=fixed,
        checked=checked,
        books=books,
        pending=told.rows["pending"],
        parts=tuple(parts),
        refusals=_refusals(failures),
        unattributed=told.unattributed,
        unmatched=sum(len(one) for one in told.unmatched),
        notes=tuple(dict.fromkeys(told.notes)),
        folder=run.folder,
        settings=settings,
        stopped=stopped,
    )
    if connection.report is not None:
        outputs.write_text(run.folder / outputs.REPORT, connection.report(sent))
    if ended:
        # Last of all: a crash before this line leaves an unfinished run, and a resume settles again.
        ledger.set_run(run_id, RunState.FINISHED)
    return sent


def _settle_part(
    ledger: Ledger, stored: StoredPart, connected: Provider, provider: str, told: _Settling
) -> None:
    """Where the rows of one part stand."""
    part, profile = stored.part, profiles.load(provider)
    if stored.state in (PartState.READY, PartState.SENDING, PartState.UNKNOWN):
        told.rows["unknown"] += part.rows
        told.rows["pending"] += part.rows if stored.state is PartState.READY else 0
        return
    if stored.state in (PartState.SENT, PartState.SUBMITTED):
        told.rows["submitted"] += part.rows
        return
    if stored.state is PartState.REFUSED:
        told.rows["rejected_there"] += part.rows
        told.failures.append(_whole(stored, "refused", Reason.CONFIG))
        return
    if stored.outcome is None:
        raise BooksError(f"part {part.number} ended without an outcome")
    report = ledger.failures(stored)
    joined = merge.Joined(_together([]), pd.DataFrame(columns=["code", "message", "cells", "why"]))
    if report is not None:
        joined = merge.join(
            report,
            part,
            by=connected.capabilities.joins_by,
            key_field=profile.key,
            profile=profile,
        )
        told.failures.append(joined.failures)
        told.unmatched.append(joined.unmatched)
        told.notes += joined.notes
    ended = merge.verdicts(part, joined, stored.outcome)
    told.rows["accepted"] += ended.accepted
    told.rows["rejected_there"] += ended.rejected_there
    told.unattributed += ended.unattributed
    told.notes += ended.notes
    if stored.state is PartState.FAILED:
        told.failures.append(_whole(stored, stored.outcome.status, Reason.CONFIG))


def _whole(stored: StoredPart, code: str, reason: Reason) -> pd.DataFrame:
    """Every row of a part, for a reason that is about the part."""
    return pd.DataFrame(
        {
            "row": stored.part.row_map,
            "line": stored.part.lines,
            "code": code,
            "message": stored.reason,
            "reason": reason.value,
            "how": "whole part",
        }
    )


def _balanced(books: RunBooks) -> None:
    places = dataclasses.asdict(books)
    rows = places.pop("rows")
    if rows != sum(places.values()):
        raise BooksError(f"the books do not balance: {books}")


def _together(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    pieces = [piece for piece in pieces if len(piece)]
    if not pieces:
        columns = {"row": np.int64, "line": np.int64}
        texts = ("code", "message", "reason", "how")
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()}).assign(
            **{name: pd.Series(dtype=object) for name in texts}
        )
    return pd.concat(pieces, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)


def _refusals(failures: pd.DataFrame) -> dict[str, tuple[int, Reason]]:
    grouped = failures.groupby("code")
    told = {
        str(code): (int(group["row"].nunique()), Reason(group["reason"].iloc[0]))
        for code, group in grouped
    }
    return dict(sorted(told.items(), key=lambda entry: (-entry[1][0], entry[0])))


def _write_failures(
    run: Run, checked: Checked, failures: pd.DataFrame, unmatched: list[pd.DataFrame]
) -> None:
    """failures.csv: the rejects of both sides in row order, with the input's own columns."""
    layout, plan = checked.layout, checked.survey.plan
    rejects = Rejects(layout, plan, checked.survey.refused)
    final = run.folder / outputs.FAILURES
    run.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = final.with_name(f".{final.name}.partial")
    file = outputs.TableWriter(temporary, [*layout.header, *outputs.HELPERS])
    there = _by_row(failures)
    try:
        for one in clean(checked.survey, pipeline.chunks(layout)):
            here = rejects.of(one.original, one.rejected, one.aside, one.findings)
            refused = _refused_rows(one.original, there, checked)
            file.write(_in_row_order(here, refused, len(layout.header)))
    finally:
        file.close()
    temporary.replace(final)


def _by_row(failures: pd.DataFrame) -> pd.DataFrame:
    """One line a row: all of its reasons together, the first one's class."""
    grouped = failures.groupby("row", sort=True)
    return pd.DataFrame(
        {
            "message": grouped["message"].agg(lambda one: "; ".join(dict.fromkeys(filter(None, one)))),
            "code": grouped["code"].agg(lambda one: "; ".join(dict.fromkeys(one))),
            "reason": grouped["reason"].first(),
        }
    )


def _refused_rows(chunk: Chunk, there: pd.DataFrame, checked: Checked) -> list[pa.Array]:
    """The rows of a chunk that the provider refused, as rows of failures.csv."""
    refused = np.isin(chunk.rows, there.index.to_numpy())
    rows = chunk.rows[refused]
    said = there.reindex(rows)
    width = len(checked.layout.header)
    table = chunk.table.select([str(at) for at in range(width)]).filter(pa.array(refused))
    helpers: dict[str, np.ndarray | str] = {
        "preflight__row": rows,
        "preflight__line": chunk.lines[refused],
        "preflight__source": "provider",
        "preflight__class": said["reason"].to_numpy(object),
        "preflight__message": said["message"].to_numpy(object),
        "preflight__provider_code": said["code"].to_numpy(object),
        "preflight__id": np.array([row_id(checked.source.sha256, row) for row in rows], object),
    }
    cells = [column.combine_chunks() for column in table.columns]
    return cells + outputs.helper_columns(helpers, len(rows))


def _in_row_order(here: list[pa.Array], there: list[pa.Array], width: int) -> list[pa.Array]:
    both = [pa.concat_arrays([one, other]) for one, other in zip(here, there, strict=True)]
    numbers = both[width + outputs.HELPERS.index("preflight__row")]
    order = np.argsort([int(number) for number in numbers.to_pylist()], kind="stable")
    return [column.take(pa.array(order)) for column in both]
