"""The second half of the line: send the clean rows, wait, fetch failure reports, settle the books.

`submit` begins a run, `resume` goes on with one. Both end in `settle`, which needs only the ledger,
the parts and the kept copy of the source, so it can be repeated after a crash.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Unpack

from preflight.baseline.comparison import Comparison
from preflight.config.setting_values import MaxBad
from preflight.config.settings import Settings
from preflight.core.books import RunBooks
from preflight.core.errors import ProviderError, Stopped, UsageError, WriteError
from preflight.core.locks import WAIT
from preflight.pipeline import accepted, beginning, check_fix_split
from preflight.pipeline.call import Call, CallOptions
from preflight.pipeline.connection import Connection
from preflight.pipeline.submission import Submission
from preflight.providers.protocol import Provider
from preflight.report import documents
from preflight.runs import lineage
from preflight.runs.corrections.brought import keep as keep_corrections
from preflight.runs.delivery.events import Begun, Unverified
from preflight.runs.delivery.loop import Terms, drive
from preflight.runs.delivery.poller import words
from preflight.runs.guards import refuse_replaced
from preflight.runs.kept_run import judged_again, require_kept, restored
from preflight.runs.ledger import places
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.settlement import Ending, settle
from preflight.runs.settlement import SettledRun as SettledRun
from preflight.writing import results_folder, written_results
from preflight.writing.writer import FixedFile
from preflight.writing.written_results import WrittenResults


def submit(
    path: str | Path,
    provider: str,
    settings: Settings,
    connection: Connection,
    *,
    again: bool = False,
    dry_run: bool = False,
    **options: Unpack[CallOptions],
) -> SettledRun:
    """The whole line: lint, fix, partition, split, send, poll, fetch failures, merge, report.

    Args:
        path: of the file; "-" for standard input.
        provider: its name; its profile is used.
        settings: all other settings.
        connection: how to reach the provider.
        again: whether to send a whole file that was sent before.
        dry_run: whether to do everything except sending; secrets are not needed.
        options: how the call runs, see `Call`; `work` is required.

    Returns:
        The state of the run; if `stopped` is set, it has to be resumed.

    Raises:
        UsageError: an option, a secret or the file is invalid; or the file was sent there before;
            or a run that has not ended sends the same file or writes into the same folder. Nothing
            was sent.
    """
    return deliver(
        Submission(
            path=path,
            provider=provider,
            settings=settings,
            connection=connection,
            call=Call(**options),
            address=connection.address(provider),
            again=again,
            dry_run=dry_run,
            max_bad=settings.max_bad,
            baseline=accepted.accepted(settings, connection.environ),
        )
    )


def deliver(submission: Submission) -> SettledRun:
    """Carries out a submission; see `submit`.

    The results folder is held to the end: no other call may replace the parts that are being sent,
    or failures.csv once the run has ended.
    """
    connection, settings = submission.connection, submission.own_settings
    to_send = not submission.dry_run
    connection.check(submission.provider, submission.options, secrets=to_send)
    with ExitStack() as stack:
        beginning.refuse_begun_there(submission)  # its message says more than that of the lock
        stack.enter_context(results_folder.alone(submission.call.target(submission.path)))
        fixed = beginning.results(submission)
        compared = submission.compared(fixed.checked)
        if not to_send or not fixed.parts or _over(submission.max_bad, fixed, compared):
            return _unsent(fixed, submission, compared)
        connected = stack.enter_context(
            closing(connection.connected(submission.provider, submission.options))
        )
        ledger = stack.enter_context(Ledger(settings.state_dir))
        run = beginning.begin(submission, ledger, fixed)
        stack.enter_context(_resumable(run))
        stack.enter_context(ledger.lock(run))
        keep_corrections(settings.state_dir, ledger.run(run))
        connection.events(Begun(run))
        stopped = _drive(ledger, run, connected, connection, settings)
        ending = Ending(
            settings=settings,
            checked=fixed.checked,
            stopped=stopped,
            ended=stopped is None and connection.wait,
            members=_members(connected, connection, stopped),
            progress=submission.call.progress,
        )
        sent = settle(ledger, run, connected.capabilities.joins_by, ending)
        return closed(ledger, dataclasses.replace(sent, fixed=fixed, compared=compared))


def closed(ledger: Ledger, sent: SettledRun) -> SettledRun:
    """Writes report.html and report.json, and then marks the run as finished if it has ended.

    After a crash in between, the run is unfinished, and a resume settles it again.
    """
    if sent.run is not None:
        sent = dataclasses.replace(sent, rounds=lineage.rounds(ledger, sent.run))
    reported = documents.of_run(sent, written=_written(sent))
    documents.write(reported, sent.folder, show_values=sent.settings.show_values)
    if sent.run is not None:
        ledger.set_ended(sent.run.id, sent.books)
    if sent.run is not None and sent.run.state is RunState.FINISHED:
        ledger.set_run(sent.run.id, RunState.FINISHED)
    return sent


def resume(
    run_id: str | None,
    settings: Settings,
    connection: Connection,
    *,
    resend: frozenset[int] = frozenset(),
    accept: frozenset[int] = frozenset(),
    **options: Unpack[CallOptions],
) -> SettledRun:
    """Goes on with a run that was interrupted or stopped.

    Args:
        run_id: of the run; the latest unfinished one by default.
        settings: `state_dir` and `timeout` are used; for the others those of the run are used.
        connection: how to reach the provider; the options are those of the run.
        resend: numbers of unknown parts to send again.
        accept: numbers of unknown parts to count as accepted.
        options: how the call runs, see `Call`; `work` and `progress` are used.

    Raises:
        UsageError: there is no such run, a later one has replaced it, or another process works on
            it.
    """
    call = Call(**options)
    place, run = _to_resume(run_id, settings.state_dir, connection)
    settings = dataclasses.replace(settings, state_dir=place)
    connection = connection.going_on(run)
    with Ledger(settings.state_dir) as ledger:
        own = restored(run, settings)
        connected = connection.connected(run.provider, run.options)
        require_kept(run, settings.state_dir)
        with (
            closing(connected),
            _resumable(run.id),
            ledger.lock(run.id),
            results_folder.alone(run.folder, instead=WAIT),
        ):
            refuse_replaced(ledger.run(run.id))
            keep_corrections(settings.state_dir, run)
            connection.events(Begun(run.id))
            stopped = _drive(
                ledger, run.id, connected, connection, own, resend=resend, accept=accept
            )
            check = check_fix_split.checker(call.work, call.progress)
            ending = Ending(
                settings=own,
                checked=judged_again(run, own, check),
                stopped=stopped,
                ended=stopped is None and connection.wait,
                members=_members(connected, connection, stopped),
                progress=call.progress,
            )
            return closed(ledger, settle(ledger, run.id, connected.capabilities.joins_by, ending))


def _written(sent: SettledRun) -> WrittenResults:
    """The results of a run: those of its fix as they were then, and those written since."""
    before = written_results.load(sent.folder)
    since = written_results.digests(
        sent.folder, (results_folder.FAILURES, results_folder.UNMATCHED)
    )
    needed = sent.run is not None and not (
        sent.run.state is RunState.FINISHED or sent.run.is_rehearsal
    )
    return WrittenResults(
        {**(before.written if before else {}), **since},
        sent.run.id if sent.run is not None and needed else None,
    )


def _to_resume(run_id: str | None, state_dir: Path, connection: Connection) -> tuple[Path, Run]:
    """The run to go on with, and its state folder.

    Raises:
        UsageError: there is no such run.
    """
    if run_id:
        return places.found(state_dir, run_id)
    latest = places.latest_unfinished(state_dir, rehearsal=connection.sandbox)
    if latest is None:
        raise UsageError(f"no unfinished run in {state_dir}; see `preflight runs`")
    return latest


@contextmanager
def _resumable(run: str) -> Iterator[None]:
    """Adds to what cannot be written, as on a full disk, how to go on with a run.

    Raises:
        WriteError: instead of another one.
    """
    try:
        yield
    except WriteError as error:
        again = f"{error.reason}; once it can be written, `preflight resume {run}` goes on"
        raise WriteError(error.what, again) from error


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
            Terms(
                clock=connection.clock,
                sleep=connection.sleep,
                wait=connection.wait,
                timeout=settings.timeout,
                scale=connection.scale(connected.name),
            ),
            resend=resend,
            accept=accept,
            events=connection.events,
        )
    except Stopped as stopped:
        return stopped
    return None


def _members(
    connected: Provider, connection: Connection, stopped: Stopped | None
) -> Mapping[str, int] | None:
    """The members of the provider's list after all jobs have ended; None if unknown."""
    if stopped is not None or not connection.wait:
        return None
    try:
        return connected.members()
    except ProviderError as error:
        connection.events(Unverified(words(error)))
        return None


def _over(max_bad: MaxBad | None, fixed: FixedFile, compared: Comparison | None) -> bool:
    """Whether more rows were rejected than are accepted, beside a baseline if there is one."""
    if compared is None:
        rejected = fixed.books.rejected - fixed.excused.rows
    else:
        rejected = compared.rejected(fixed.checked.analysis.after)
    return max_bad is not None and not max_bad.allows(rejected, fixed.books.rows)


def _unsent(fixed: FixedFile, submission: Submission, compared: Comparison | None) -> SettledRun:
    """The result of a call that sent nothing."""
    books = RunBooks(
        rows=fixed.books.rows,
        rejected_here=fixed.books.rejected,
        unknown=fixed.books.clean,
        dropped=fixed.books.dropped,
    ).balanced()
    return SettledRun(
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
        excused=fixed.excused,
        folder=fixed.folder,
        settings=submission.own_settings,
        dry_run=submission.dry_run,
        gate=submission.max_bad if _over(submission.max_bad, fixed, compared) else None,
        compared=compared,
    )
