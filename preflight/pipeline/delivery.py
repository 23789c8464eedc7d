"""The second half of the line: send the clean rows, wait, fetch what was refused, settle the books.

`submit` begins a run, `resume` goes on with one; both end in `settle`, which needs nothing but the
ledger, the parts and the kept copy of the source, so that it can be done again after any crash.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from preflight.config import profile as profiles
from preflight.config.settings import Settings
from preflight.core.errors import OutputExists, ProviderError, Stopped, UsageError
from preflight.core.locks import locked
from preflight.core.types import RunBooks
from preflight.linting.checked import Checked, Progress, silent
from preflight.pipeline import check_fix_split
from preflight.providers import registry
from preflight.providers.option import validated
from preflight.providers.protocol import Provider
from preflight.runs.delivery.events import Event, Unverified
from preflight.runs.delivery.events import silent as no_events
from preflight.runs.delivery.loop import drive
from preflight.runs.delivery.poller import words
from preflight.runs.guards import instead, refuse_begun, refuse_sent, replace, same_folder
from preflight.runs.kept_run import judged_again, keep_source, kept_source, restored, stored
from preflight.runs.ledger.ledger import FILE as LEDGER
from preflight.runs.ledger.ledger import LOCKS, Ledger
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.settlement import Sent as Sent
from preflight.runs.settlement import settle
from preflight.writing import results_folder
from preflight.writing.writer import Fixed

POLL_SCALE = "PREFLIGHT_POLL_SCALE"
CALL_TIMEOUT = "PREFLIGHT_CALL_TIMEOUT"


@dataclass(frozen=True)
class Connection:
    """How to reach a provider and how long to wait.

    Attributes:
        options: the provider's own.
        environ: holds secrets and addresses.
        base_url: instead of the provider's address.
        wait: whether to wait for the jobs to end.
        clock, sleep: the time.
        began: told the id of the run once it is in the ledger, before anything is sent.
        events: told what happens while sending and waiting.
        report: makes the text of report.json when the books are settled.
    """

    options: Mapping[str, str]
    environ: Mapping[str, str]
    base_url: str | None = None
    wait: bool = True
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    began: Callable[[str], None] = lambda _: None
    events: Callable[[Event], None] = no_events
    report: Callable[[Sent], str] | None = None

    @property
    def scale(self) -> float:
        """What the documented waiting times are multiplied by; below 1 in tests only.

        Raises:
            UsageError: the variable holds no number.
        """
        return self._number(POLL_SCALE, 1.0)

    @property
    def patience(self) -> float:
        """Seconds that one call may take to connect, to send a block or to wait for one.

        Dotdigital asks for 121 ("API end points"), the longest of what providers document.

        Raises:
            UsageError: the variable holds no number.
        """
        return self._number(CALL_TIMEOUT, 121.0)

    def _number(self, name: str, default: float) -> float:
        text = self.environ.get(name, str(default))
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if not 0 <= number < float("inf"):
            raise UsageError(f"{name} is a number from 0 up")
        return number


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
    name: str | None = None,
    parent: str | None = None,
    again: bool = False,
    beside: Callable[[Path], None] | None = None,
    dry_run: bool = False,
    report: Callable[[Fixed], str] | None = None,
    progress: Progress = silent,
) -> Sent:
    """The whole line: lint, fix, partition, split, send, poll, fetch failures, merge.

    Args:
        path: of the file; "-" for standard input.
        provider: its name; its profile is the one that counts.
        settings: everything else.
        connection: how to reach it.
        work: a private folder, see `check_fix_split.workspace`.
        folder: where the results go; `<stem>.preflight/` beside the input by default.
        force: whether results that stand there are replaced.
        stdin_name: what standard input is called in reports.
        name: what the file is called in reports, where that is not its path.
        parent: the run whose rejected rows the file holds, corrected.
        again: whether all of a file may be sent that was sent before.
        beside: writes further results into the folder that it is given.
        dry_run: everything but the sending; secrets are not asked for.
        report: makes the text of report.json before anything is sent.
        progress: told the stage, rows done, and their total if it is known.

    Returns:
        How the run stands; `stopped` says if it has to be resumed.

    Raises:
        UsageError: an option, a secret or the file is off, the file was sent there before, or
            another run has begun to send it, or writes into this folder, and has not ended; nothing
            was sent.
    """
    options = {**settings.providers.get(provider, {}), **connection.options}
    settings = dataclasses.replace(
        settings, profile=provider, providers={**settings.providers, provider: options}
    )
    _ = connection.scale, connection.patience
    with ExitStack() as stack:
        connected = None
        if dry_run:
            validated(provider, registry.options(provider), options)
        else:
            connected = stack.enter_context(closing(_connected(provider, options, connection)))
        place = folder or results_folder.default_folder(str(path), stdin_name)
        begun: list[Run] = []
        if (settings.state_dir / LEDGER).exists():
            with Ledger(settings.state_dir) as known:
                begun = refuse_begun(known, same_folder(place))

        def not_again(checked: Checked) -> None:
            # Corrections are compared row by row instead.
            if parent is None and not (again or dry_run):
                refuse_sent(settings.state_dir, provider, checked.source, options)

        try:
            fixed = check_fix_split.fix(
                path,
                settings,
                work=work,
                folder=folder,
                force=force,
                to_send=connected is not None,
                stdin_name=stdin_name,
                name=name,
                examined=not_again,
                beside=beside,
                report=report,
                progress=progress,
            )
        except OutputExists as error:
            raise OutputExists(f"{error}{instead(begun)}") from None
        if connected is None or not fixed.parts:
            results_folder.handed_over(fixed.folder)
            return _unsent(fixed, settings)
        source = fixed.checked.source
        ledger = stack.enter_context(Ledger(settings.state_dir))
        keep_source(fixed.checked, settings.state_dir)
        lock = settings.state_dir / LOCKS / f"{provider}-{source.sha256[:16]}.lock"
        with locked(lock, f"{source.name} for {provider}"):
            replace(
                ledger,
                lambda run: (
                    same_folder(place)(run)
                    or (run.provider, run.source_sha256) == (provider, source.sha256)
                ),
            )
            not_again(fixed.checked)
            run = ledger.create_run(
                provider=provider,
                source_name=source.name,
                source_sha256=source.sha256,
                source_rows=fixed.books.rows,
                folder=fixed.folder,
                settings=stored(settings, fixed.checked),
                options=options,
                books=fixed.books,
                parts=fixed.parts,
                parent=parent,
            )
            stack.enter_context(ledger.lock(run))
        results_folder.handed_over(fixed.folder)
        connection.began(run)
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
            members=_members(connected, connection, stopped),
        )


def _connected(provider: str, options: Mapping[str, str], connection: Connection) -> Provider:
    return registry.connect(
        provider,
        options=options,
        environ=connection.environ,
        base_url=connection.base_url,
        timeout=connection.patience,
        field_kinds={field.name: field.kind for field in profiles.load(provider).fields.values()},
    )


def resume(
    run_id: str | None,
    settings: Settings,
    connection: Connection,
    *,
    work: Path,
    resend: frozenset[int] = frozenset(),
    accept: frozenset[int] = frozenset(),
    progress: Progress = silent,
) -> Sent:
    """Goes on with a run that was interrupted or stopped.

    Args:
        run_id: of the run; the latest unfinished one by default.
        settings: `state_dir` and `timeout` count, the others are the run's own.
        connection: how to reach the provider; its options are the run's own.
        work: a private folder, see `check_fix_split.workspace`.
        resend: numbers of parts whose fate is unknown that are to be sent again.
        accept: numbers of such parts that are to count as taken.
        progress: told the stage, rows done, and their total if it is known.

    Raises:
        UsageError: there is no such run, a later one has replaced it, or another process works on
            it.
    """
    with Ledger(settings.state_dir) as ledger:
        run = ledger.run(run_id) if run_id else ledger.latest_unfinished()
        if run is None:
            raise UsageError(f"no unfinished run in {settings.state_dir}; see `preflight runs`")
        own = restored(run, settings)
        connected = _connected(run.provider, run.options, connection)
        kept_source(run, settings.state_dir)
        with closing(connected), ledger.lock(run.id):
            if ledger.run(run.id).state is RunState.REPLACED:
                raise UsageError(
                    f"run {run.id} was replaced by a later one of the same file or folder, which "
                    "sends its rows; `preflight runs` lists them"
                )
            results_folder.handed_over(run.folder)
            connection.began(run.id)
            stopped = _drive(
                ledger,
                run.id,
                connected,
                connection,
                own,
                resend=resend,
                accept=accept,
            )
            return settle(
                ledger,
                run.id,
                connected.capabilities.joins_by,
                settings=own,
                checked=judged_again(run, own, check_fix_split.checker(work, progress)),
                fixed=None,
                stopped=stopped,
                wait=connection.wait,
                report=connection.report,
                members=_members(connected, connection, stopped),
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


def _members(
    connected: Provider, connection: Connection, stopped: Stopped | None
) -> Mapping[str, int] | None:
    """Who is where the rows were to go, once all are through; None where nobody can tell."""
    if stopped is not None or not connection.wait:
        return None
    try:
        return connected.members()
    except ProviderError as error:
        connection.events(Unverified(words(error)))
        return None


def _unsent(fixed: Fixed, settings: Settings) -> Sent:
    """A run that was none: everything stayed here."""
    books = RunBooks(
        rows=fixed.books.rows,
        rejected_here=fixed.books.rejected,
        unknown=fixed.books.clean,
        dropped=fixed.books.dropped,
    ).balanced()
    return Sent(
        run=None,
        fixed=fixed,
        checked=fixed.checked,
        books=books,
        pending=books.unknown,
        parts=(),
        refusals={},
        predicted={},
        unattributed=0,
        unmatched=0,
        notes=(),
        changes=fixed.changes,
        warnings=fixed.warnings,
        folder=fixed.folder,
        settings=settings,
    )
