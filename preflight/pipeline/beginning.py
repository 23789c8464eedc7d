"""The beginning of a run: its results are written, and it is recorded, if it may be sent."""

from __future__ import annotations

from contextlib import ExitStack

from preflight.core.errors import OutputExists
from preflight.core.locks import locked
from preflight.core.types import Source
from preflight.linting.checked import Checked
from preflight.pipeline import check_fix_split
from preflight.pipeline.submission import Submission
from preflight.runs.corrections.brought import write_log
from preflight.runs.guards import (
    Destination,
    ended_in_vain,
    instead,
    refuse_begun,
    refuse_sent,
    replace,
    same_folder,
)
from preflight.runs.kept_run import keep_source, stored, stored_fix
from preflight.runs.ledger import places
from preflight.runs.ledger.database import LOCKS
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import NewRun, Run
from preflight.writing import results_folder
from preflight.writing.writer import FixedFile


def refuse_begun_there(submission: Submission) -> list[Run]:
    """Refuses to write into the results folder of a run that has begun to send.

    Returns:
        The runs there that have not ended, and of which no provider took anything.

    Raises:
        UsageError: a provider may have taken rows of a run there that has not ended.
    """
    target = submission.call.target(submission.path)
    begun: list[Run] = []
    for place in places.folders(submission.settings.state_dir):
        with Ledger(place) as known:
            begun += refuse_begun(known, same_folder(target))
    return begun


def results(submission: Submission) -> FixedFile:
    """Fixes the file and writes its results, into a folder that is held, see `alone`.

    Raises:
        UsageError: it may not be sent; nothing was written.
        OutputExists: the folder has results that may not be replaced.
    """
    call, settings = submission.call, submission.own_settings
    target = call.target(submission.path)
    begun = refuse_begun_there(submission)
    try:
        with results_folder.replacing(
            target, force=call.force, to_send=not submission.dry_run
        ) as place:
            checked = check_fix_split.analyzed(submission.path, settings, call)
            _not_again(submission, checked)
            if submission.corrections is not None:
                write_log(place, submission.corrections)
            return check_fix_split.fixed(checked, settings, place, target, call)
    except OutputExists as error:
        raise OutputExists(f"{error}{instead(begun)}") from None


def _not_again(submission: Submission, checked: Checked) -> None:
    """Refuses a file that was sent before, unless it is a correction."""
    if submission.parent is None and not (submission.again or submission.dry_run):
        source = checked.source
        refuse_sent(submission.own_settings.state_dir, source, _destination(submission, source))


def _destination(submission: Submission, source: Source) -> Destination:
    return Destination(submission.provider, submission.address, source.sha256, submission.options)


def begin(submission: Submission, ledger: Ledger, fixed: FixedFile) -> str:
    """Records the run, with all that a resume needs; replaces a run that has sent nothing.

    Args:
        submission: what is to be sent.
        ledger: of the runs to that address, open.
        fixed: the results, in the folder that is held.

    Returns:
        The ID of the run.

    Raises:
        UsageError: it may not be sent: another run of it has begun since.
        RunLocked: another process works on a run that would be replaced.
    """
    provider, settings = submission.provider, submission.own_settings
    source = fixed.checked.source
    keep_source(fixed.checked, settings.state_dir)
    if submission.corrects is not None:
        keep_source(submission.corrects.checked, settings.state_dir)
    lock = settings.state_dir / LOCKS / f"{provider}-{source.sha256[:16]}.lock"
    with locked(lock, f"{source.name} for {provider}"), ExitStack() as held:
        in_folder = same_folder(fixed.folder)
        for place in places.folders(submission.settings.state_dir):
            if place.absolute() != ledger.folder:
                with Ledger(place) as other:
                    replace(other, in_folder)
        there = _destination(submission, source)
        begun = there.begun(ledger)
        replace(ledger, lambda run: in_folder(run) or begun(run))
        in_vain: list[str] = []
        if submission.parent is None:
            in_vain = held.enter_context(ended_in_vain(ledger, there))
        _not_again(submission, fixed.checked)
        return ledger.create_run(
            NewRun(
                provider=provider,
                source_name=source.name,
                source_sha256=source.sha256,
                source_rows=fixed.books.rows,
                folder=fixed.folder,
                settings={**stored(settings, fixed.checked), **stored_fix(submission.corrects)},
                options=submission.options,
                books=fixed.books,
                parts=fixed.parts,
                parent=submission.parent,
                address=submission.address,
            ),
            replaces=in_vain,
        )
