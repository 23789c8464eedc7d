"""The second half of the line: send the clean rows, wait, fetch what was refused, settle the books.

`submit` begins a run, `resume` goes on with one; both end in `settle`, which needs nothing but the
ledger, the parts and the kept copy of the source, so that it can be done again after any crash.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preflight import outputs, pipeline
from preflight.errors import SourceError, Stopped, UsageError
from preflight.model import RunBooks
from preflight.pipeline import Checked, Fixed, Progress
from preflight.providers import registry
from preflight.providers.protocol import Provider
from preflight.sending.ledger import Ledger
from preflight.sending.progress import Event
from preflight.sending.progress import silent as no_events
from preflight.sending.runs import Run
from preflight.sending.submit import drive
from preflight.settings import MaxBad, Settings
from preflight.settling import Sent, balanced, settle

SOURCES = "sources"
POLL_SCALE = "PREFLIGHT_POLL_SCALE"


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
            with ledger.lock(run):
                stopped = _drive(ledger, run, connected, connection, settings)
                return settle(
                    ledger,
                    run,
                    connected.capabilities.joins_by,
                    settings=settings,
                    checked=fixed.checked,
                    fixed=fixed,
                    stopped=stopped,
                    wait=connection.wait,
                    report=connection.report,
                )


def resume(
    run_id: str | None,
    settings: Settings,
    connection: Connection,
    *,
    work: Path,
    resend: frozenset[int] = frozenset(),
    accept: frozenset[int] = frozenset(),
    progress: Progress = pipeline.silent,
) -> Sent:
    """Goes on with a run that was interrupted or stopped.

    Args:
        run_id: of the run; the latest unfinished one by default.
        settings: `state_dir` and `timeout` count, the others are the run's own.
        connection: how to reach the provider; its options are the run's own.
        work: a private folder, see `pipeline.workspace`.
        resend: numbers of parts whose fate is unknown that are to be sent again.
        accept: numbers of such parts that are to count as taken.
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
        copy = settings.state_dir / SOURCES / run.source_sha256
        if not copy.exists():
            raise SourceError(f"the kept copy of the source is gone: {copy}")
        with closing(connected), ledger.lock(run.id):
            stopped = _drive(
                ledger,
                run.id,
                connected,
                connection,
                own,
                resend=resend,
                accept=accept,
            )
            checked = pipeline.check(copy, own, work=work, progress=progress)
            named = dataclasses.replace(checked.source, name=run.source_name)
            return settle(
                ledger,
                run.id,
                connected.capabilities.joins_by,
                settings=own,
                checked=dataclasses.replace(checked, source=named),
                fixed=None,
                stopped=stopped,
                wait=connection.wait,
                report=connection.report,
            )


def _drive(
    ledger: Ledger,
    run: str,
    connected: Provider,
    connection: Connection,
    settings: Settings,
    *,
    resend: frozenset[int] = frozenset(),
    accept: frozenset[int] = frozenset(),
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
            resend=resend,
            accept=accept,
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
    balanced(books)
    return Sent(
        None, fixed, fixed.checked, books, books.unknown, (), {}, 0, 0, (), fixed.folder, settings
    )


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
    "profile", "select", "ignore", "extend_select", "fail_on", "exit_zero", "unsafe_fixes",
    "region", "timezone", "encoding", "delimiter", "header_row", "columns", "max_bytes", "max_rows",
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
