"""Guards against sending again by accident what an earlier run sent or began to send."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from preflight.core.errors import UsageError
from preflight.core.types import Source
from preflight.providers.destination import SANDBOX
from preflight.runs.corrections import KEPT
from preflight.runs.kept_run import SOURCES
from preflight.runs.ledger import places
from preflight.runs.ledger.database import FILE as LEDGER
from preflight.runs.ledger.database import LOCKS
from preflight.runs.ledger.ledger import REPORTS, Ledger
from preflight.runs.ledger.run import PartState, Run, RunState
from preflight.runs.row_outcomes import FOLDER

# In these states the provider took nothing of a part.
_UNTAKEN = (PartState.READY, PartState.REFUSED, PartState.FAILED)
_FOLDERS = (LOCKS, REPORTS, SOURCES, FOLDER, KEPT)
_ENDED = (RunState.FINISHED, RunState.REPLACED)


def inputs_of_runs(state_dir: Path) -> Iterator[Path]:
    """The inputs of all runs, where they stood when they were sent; none without a ledger."""
    yield from (Path(run.source_name) for _, run in places.runs(state_dir))


def is_state(path: Path) -> bool:
    """Whether a file is one of those that a state folder holds."""
    folder = Path(os.path.realpath(path)).parent
    if folder.name in _FOLDERS and (folder.parent / LEDGER).exists():
        return path.exists()
    return (folder / LEDGER).exists() and path.exists()


@dataclass(frozen=True)
class Destination:
    """Where a file is sent.

    Attributes:
        provider: its name.
        address: see `providers.destination`.
        sha256: of the file's bytes.
        options: the provider's.
    """

    provider: str
    address: str
    sha256: str
    options: Mapping[str, str]

    def begun(self, ledger: Ledger) -> Callable[[Run], bool]:
        """A test whether a run sends the file, or corrected rows of it, whatever the options."""
        there = (self.provider, self.address)
        return lambda run: (
            (run.provider, run.address) == there and ledger.first(run).source_sha256 == self.sha256
        )

    def sent(self, ledger: Ledger) -> Callable[[Run], bool]:
        """A test whether a run does so with the same options, and has ended."""
        begun, options = self.begun(ledger), dict(self.options)
        return lambda run: (
            run.state is RunState.FINISHED and dict(run.options) == options and begun(run)
        )


def same_folder(place: Path) -> Callable[[Run], bool]:
    """A test whether a run writes into a folder."""
    return lambda run: run.folder == place.absolute()


def refuse_begun(ledger: Ledger, same: Callable[[Run], bool]) -> list[Run]:
    """Refuses to begin a run if an equal one has begun to send and has not ended.

    The provider may have taken its rows, so they must not be sent again by accident. A rehearsal
    in the sandbox stops nothing.

    Returns:
        The equal runs that have not ended, and of which no provider took anything.

    Raises:
        UsageError: there is an equal run of which the provider may have taken rows.
    """
    untaken = [run for run in ledger.runs() if run.state not in _ENDED and same(run)]
    for run in untaken:
        if not run.is_rehearsal and _may_be_taken(ledger, run):
            raise UsageError(
                f"run {run.id} has begun to send this to {run.provider} and has not ended; "
                f"go on with `preflight resume {run.id}`. To send everything again anyway, "
                "name another -o DIR and another --state-dir"
            )
    return untaken


def instead(begun: list[Run]) -> str:
    """Advice about existing results, if they belong to a run that has sent nothing; else ""."""
    if not begun:
        return ""
    run = begun[0].id
    return (
        f"; they belong to run {run}, which has sent nothing: `preflight resume {run}` sends them"
    )


def _may_be_taken(ledger: Ledger, run: Run) -> bool:
    """Whether the provider may have taken rows of a run."""
    return any(part.state not in _UNTAKEN for part in ledger.parts(run.id))


def refuse_sent(state_dir: Path, source: Source, there: Destination) -> None:
    """Refuses to send a whole file again to the same destination; a rehearsal can be repeated.

    Args:
        state_dir: that of the runs to this address.
        source: the file.
        there: where it would be sent.

    Raises:
        UsageError: a run that sent the file there, or corrected rows of it, has ended, and the
            provider may have taken rows of it.
    """
    if there.address == SANDBOX or not (state_dir / LEDGER).exists():
        return
    with Ledger(state_dir) as ledger:
        same = there.sent(ledger)
        for run in ledger.runs():
            if same(run) and _may_be_taken(ledger, run):
                what = source.name if run.parent is None else f"a correction of {source.name}"
                raise UsageError(
                    f"{what} was sent to {there.provider} before, in run {run.id} "
                    f"(`preflight runs show {run.id}`). To send corrected rows, use "
                    "`preflight resubmit`; to send the whole file again, add --again"
                )


def refuse_replaced(run: Run) -> None:
    """Refuses to go on with a run, or to correct it, if a later run sends its rows.

    Raises:
        UsageError: it does.
    """
    if run.state is RunState.REPLACED:
        raise UsageError(
            f"run {run.id} was replaced by a later run of the same file or folder, which sends its "
            "rows; find that run with `preflight runs`"
        )


def replace(ledger: Ledger, same: Callable[[Run], bool]) -> None:
    """Ends the runs that a new one replaces, so that no resume of them sends its rows again.

    Raises:
        UsageError: the provider may have taken rows of one of them.
        RunLocked: another process works on one of them.
    """
    for run in refuse_begun(ledger, same):
        with ledger.lock(run.id):
            # Another process may have resumed it in the meantime.
            if run.id in {begun.id for begun in refuse_begun(ledger, same)}:
                ledger.set_run(run.id, RunState.REPLACED)


@contextmanager
def ended_in_vain(ledger: Ledger, there: Destination) -> Iterator[list[str]]:
    """Finds the ended runs of a file and of its corrections, if nothing of them was taken.

    A new run of the file replaces them, so that no correction of them sends its rows again. During
    the block nobody can correct them.

    Yields:
        Their IDs.

    Raises:
        RunLocked: another process works on one of them, or sends corrected rows of one.
    """
    same = there.sent(ledger)
    with ExitStack() as held:
        found: list[str] = []
        for first in ledger.runs():
            if first.parent is None and same(first):
                held.enter_context(ledger.lock(first.id))
                family = ledger.family(first.id)
                if not any(_may_be_taken(ledger, run) for run in family):
                    found += [run.id for run in family]
        yield found
