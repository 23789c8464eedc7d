"""The ledgers of a state folder: one of what providers got, and one of all that went elsewhere.

A rehearsal in the sandbox, or a run to another address than the provider's own, says nothing about
what the provider has. So such runs have a state folder of their own in the state folder: no check
for "was it sent before" looks into both.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from preflight.providers.destination import OWN
from preflight.runs.ledger.database import FILE
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.ledger.unknown import unknown_run

ELSEWHERE = "elsewhere"
"""The folder in the state folder of the runs that do not go to the provider itself."""

_ENDED = (RunState.FINISHED, RunState.REPLACED)


def folder_for(state_dir: Path, address: str) -> Path:
    """The state folder of the runs to an address, in the user's state folder."""
    return state_dir if address == OWN else state_dir / ELSEWHERE


def folders(state_dir: Path) -> list[Path]:
    """Those state folders that have a ledger, that of the providers' own addresses first."""
    return [place for place in (state_dir, state_dir / ELSEWHERE) if (place / FILE).exists()]


def runs(state_dir: Path) -> list[tuple[Path, Run]]:
    """All runs with their state folders, the newest first."""
    listed = list(_runs(state_dir))
    return sorted(listed, key=lambda entry: entry[1].created, reverse=True)


def _runs(state_dir: Path) -> Iterator[tuple[Path, Run]]:
    for place in folders(state_dir):
        with Ledger(place) as ledger:
            yield from ((place, run) for run in ledger.runs())


def found(state_dir: Path, run_id: str) -> tuple[Path, Run]:
    """A run with its state folder.

    Raises:
        UsageError: there is none of this ID; the message suggests similar ones.
    """
    known = runs(state_dir)
    for place, run in known:
        if run.id == run_id:
            return place, run
    raise unknown_run(run_id, sorted(run.id for _, run in known), state_dir)


def latest_unfinished(state_dir: Path, *, rehearsal: bool) -> tuple[Path, Run] | None:
    """The newest run that has not ended, with its state folder; None if all have.

    Args:
        state_dir: the user's state folder.
        rehearsal: whether only runs to the sandbox count.
    """
    return next(
        (
            (place, run)
            for place, run in runs(state_dir)
            if run.state not in _ENDED and (run.is_rehearsal or not rehearsal)
        ),
        None,
    )
