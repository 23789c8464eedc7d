"""Results that need only the state folder: the history of a row, and evidence of refusals."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from preflight.config.settings import Settings
from preflight.core.errors import UsageError
from preflight.learning.evidence import Evidence, gathered
from preflight.linting.checked import Progress, silent
from preflight.pipeline.check_fix_split import checker
from preflight.runs.history import trace as history
from preflight.runs.history.facts import Trail
from preflight.runs.ledger import places
from preflight.runs.ledger.ledger import Ledger


def trace(
    run: str,
    key: str,
    settings: Settings,
    *,
    work: Path,
    most: int = 10,
    progress: Progress = silent,
) -> Trail:
    """The history of the rows that a key means; see `runs.history.trace`.

    Args:
        run: the ID of any run of a family.
        key: a row number, a row ID, or an email, a phone or another match key.
        settings: with the state folder.
        work: a private folder, see `workspace`.
        most: maximum number of rows.
        progress: called with the stage, the rows done, and their total if it is known.

    Raises:
        UsageError: there is no such run.
    """
    settings, ledger = opened(settings, run)
    with ledger:
        check = checker(work, progress)
        return history.trace(ledger, run, key, settings, check=check, most=most, progress=progress)


def evidence(run: str, settings: Settings, *, work: Path, progress: Progress = silent) -> Evidence:
    """The evidence of the refusals in a family of runs; see `learning.evidence`.

    Args:
        run: the ID of any run of the family.
        settings: with the state folder and the classes of failure codes.
        work: a private folder, see `workspace`.
        progress: called with the stage, the rows done, and their total if it is known.

    Raises:
        UsageError: there is no such run, or its row outcomes are not kept.
        SourceError: a kept source is gone.
    """
    settings, ledger = opened(settings, run)
    with ledger:
        check = checker(work, progress)
        return gathered(ledger, run, settings, check=check, work=work, progress=progress)


def opened(settings: Settings, run: str) -> tuple[Settings, Ledger]:
    """The ledger that has a run, and the settings with its state folder.

    Raises:
        UsageError: there is no such run.
    """
    if not places.folders(settings.state_dir):
        raise UsageError(
            f"there are no runs in {settings.state_dir}; name another folder with --state-dir"
        )
    place, _ = places.found(settings.state_dir, run)
    return dataclasses.replace(settings, state_dir=place), Ledger(place)
