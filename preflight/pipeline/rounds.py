"""The earlier rounds of corrections: what was sent, and where each row stands.

A first round of corrected rejects of a mere fix has no run before it. The fix itself stands there
instead: its clean rows were not sent by preflight, but may have been uploaded by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from preflight.config import catalogue
from preflight.config.settings import Settings
from preflight.core.types import Flaw
from preflight.linting.apply_fixes import apply_fixes
from preflight.linting.checked import Checked, Progress
from preflight.linting.row_states import CLEAN, DROPPED
from preflight.pipeline import check_fix_split
from preflight.pipeline.call import Call
from preflight.runs import row_outcomes
from preflight.runs.corrections.versions import Gathering, Version
from preflight.runs.kept_run import fix_before, judged_again, restored
from preflight.runs.ledger.run import Run
from preflight.runs.lineage import TAKEN, standings
from preflight.runs.row_outcomes import RowOutcome

NO_RUN = ""
"""Stands for the run of a version that was fixed and not sent."""


@dataclass(frozen=True)
class Rounds:
    """The earlier rounds of a family.

    Attributes:
        sources: their sources, linted again, the first one first.
        history: their rows, as read and as sent, in the same order.
        stand: where each row stands after all rounds, see `lineage.standings`.
        taken: for each run the row IDs of the rows that the provider took, or may have taken; under
            `NO_RUN` the clean rows of the fix before the first run.
    """

    sources: Sequence[Checked]
    history: Sequence[Version]
    stand: pd.DataFrame
    taken: Mapping[str, frozenset[str]]


def earlier_rounds(family: Sequence[Run], settings: Settings, call: Call) -> Rounds:
    """The earlier rounds of a family of runs.

    Args:
        family: its settled runs, the first one first.
        settings: of this call; their state folder has the kept sources.
        call: how the call runs.
    """
    check = check_fix_split.checker(call.work, call.progress)
    sources = [judged_again(run, restored(run, settings), check) for run in family]
    history = [
        gathered(run.id, checked, call.progress)
        for run, checked in zip(family, sources, strict=True)
    ]
    outcomes = [(run, row_outcomes.load(settings.state_dir, run.id)) for run in family]
    stand, taken = standings(outcomes), {run.id: _taken(table) for run, table in outcomes}
    fix = fix_before(family[0])
    if fix is not None:
        checked = judged_again(fix, restored(fix, settings), check)
        version = gathered(NO_RUN, checked, call.progress)
        before = standing_of_fix(version, checked, call.progress)
        before = before[~before.index.isin(stand.index)]
        sources, history = [checked, *sources], [version, *history]
        stand = pd.concat([stand, before])
        taken[NO_RUN] = clean_rows(before)
    return Rounds(sources, history, stand, taken)


def _taken(table: pd.DataFrame) -> frozenset[str]:
    return frozenset(table.loc[table["place"].isin(TAKEN), "origin"])


def standing_of_fix(version: Version, checked: Checked, progress: Progress) -> pd.DataFrame:
    """Where each row stands after a mere fix, as `lineage.standings` says it of runs.

    Args:
        version: the rows of the file that was fixed.
        checked: that file.
        progress: told how far reading it is.
    """
    state = checked.analysis.after[version.rows - 1]
    place = np.select(
        [state == CLEAN, state == DROPPED],
        [RowOutcome.ACCEPTED.value, RowOutcome.DROPPED.value],
        default=RowOutcome.REJECTED_HERE.value,
    )
    malformed = [
        chunk.malformed["row"][chunk.malformed["flaw"] != Flaw.BLANK].to_numpy(dtype=np.int64)
        for chunk in checked.records("comparing", progress)
    ]
    misplacing = min(catalogue.codes(lambda rule: rule.misplaces_cells))
    odd = np.isin(version.rows, np.concatenate([np.empty(0, dtype=np.int64), *malformed]))
    table = {"place": place, "codes": np.where(odd, misplacing, ""), "reason": "", "run": NO_RUN}
    return pd.DataFrame(table, index=version.index())


def clean_rows(stand: pd.DataFrame) -> frozenset[str]:
    """The row IDs of the clean rows of a fix, by where its rows stand."""
    return frozenset(stand.index[stand["place"] == RowOutcome.ACCEPTED])


def gathered(run: str, checked: Checked, progress: Progress) -> Version:
    """The rows of a file, as read and after fixing.

    Args:
        run: its ID; `NO_RUN` where the file was not sent.
        checked: the file.
        progress: told how far reading it is.
    """
    plan = checked.analysis.plan
    gathering = Gathering(run, checked.layout, plan.columns, plan.profile.key)
    for fixed in apply_fixes(checked.analysis, checked.records("comparing", progress)):
        gathering.add(fixed.original, fixed.chunk)
    return gathering.version()


def proved_orders(sources: Sequence[Checked]) -> dict[str, str]:
    """The orders of day and month that the rows of all files proved, by header; earlier first."""
    proved: dict[str, str] = {}
    for checked in sources:
        plan = checked.analysis.plan
        for column in plan.columns:
            if column.position in plan.orders:
                proved.setdefault(column.name, plan.orders[column.position])
    return proved
