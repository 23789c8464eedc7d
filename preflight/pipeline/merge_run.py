"""Failure reports that a person fetched, joined to a run of the ledger.

Nothing is asked of the provider: a report becomes what its client would have fetched, beside what
that did fetch, and the run is settled again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Unpack

import numpy as np

from preflight.config import profiles
from preflight.config.settings import Settings
from preflight.core.errors import UsageError
from preflight.core.redact import mask
from preflight.core.types import Bools, FailureReport, Outcome
from preflight.pipeline.call import Call, CallOptions
from preflight.pipeline.check_fix_split import checker
from preflight.pipeline.delivery import closed
from preflight.providers import registry
from preflight.runs.kept_run import judged_again, restored
from preflight.runs.ledger.ledger import FILE as LEDGER
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import PartState, Run, RunState, StoredPart
from preflight.runs.matching import join
from preflight.runs.matching.match_lines import NO_ROW, NOBODY, MatchedLines
from preflight.runs.matching.pages import together
from preflight.runs.matching.report_file import read_failures
from preflight.runs.settlement import Ending, Sent, settle

BY_HAND = "report fetched by hand"
"""The status of a job of which nothing is known but its failure report."""

_ENDED = (PartState.FINISHED, PartState.FAILED, PartState.REFUSED, PartState.SUBMITTED)
_DECIDED = (PartState.FINISHED, PartState.FAILED, PartState.SUBMITTED)
_Pages = dict[int, list[FailureReport]]


def merge_run(
    run_id: str,
    provider: str,
    failures: Sequence[Path],
    settings: Settings,
    *,
    part: int | None = None,
    accept: Collection[int] = (),
    **options: Unpack[CallOptions],
) -> Sent:
    """Joins failure reports to a run, keeps them as its own, and settles it again.

    Pages add up, in one call and over several; a page that is given again changes nothing.

    Args:
        run_id: of the run.
        provider: whose reports they are.
        failures: the files, in any order.
        settings: `state_dir` counts, most others are the run's own.
        part: whose they are; without it that is found out by their lines.
        accept: numbers of parts that a person declares taken: of which it is unknown whether they
            were, or whose job is not known to have ended.
        options: how the call runs, see `Call`: of them `work` and `progress` count here.

    Raises:
        UsageError: a file is no report of the provider, or of no part of the run, or of one that a
            report cannot be about; the ledger is as it was.
    """
    call = Call(**options)
    pages = {path: read_failures(path, provider, spool=call.work) for path in failures}
    if not (settings.state_dir / LEDGER).exists():
        raise UsageError(f"there are no runs in {settings.state_dir}; --state-dir names another")
    with Ledger(settings.state_dir) as ledger, ledger.lock(run_id):
        run = ledger.run(run_id)
        _refuse(run, provider)
        own = restored(run, settings)
        parts = {stored.part.number: stored for stored in ledger.parts(run_id)}
        found = _parts_of(pages, run, parts, part)
        if strange := sorted(set(accept) - set(found)):
            raise UsageError(f"no report is of part {strange[0]}: nothing of it is decided here")
        ends = {
            number: _ended(ledger, parts[number], reports, run, number in accept)
            for number, reports in found.items()
        }
        checked = judged_again(run, own, checker(call.work, call.progress))
        if run.state is RunState.FINISHED:
            # Should this break off, a resume settles the run again.
            ledger.set_run(run_id, RunState.OPEN)
        for number, (outcome, whole, reason) in ends.items():
            ledger.end_part(run_id, number, outcome, whole, reason=reason)
        ended = all(stored.state in _ENDED for stored in ledger.parts(run_id))
        joins_by = registry.client(provider).CAPABILITIES.joins_by
        ending = Ending(settings=own, checked=checked, ended=ended, progress=call.progress)
        return closed(ledger, settle(ledger, run_id, joins_by, ending))


def _refuse(run: Run, provider: str) -> None:
    if run.provider != provider:
        raise UsageError(
            f"run {run.id} went to {run.provider}: a report of {provider} is not about it"
        )
    if run.state is RunState.REPLACED:
        raise UsageError(
            f"nothing of run {run.id} was taken, and a later one sends its rows; `preflight runs` "
            "lists them"
        )


def _ended(
    ledger: Ledger, stored: StoredPart, reports: list[FailureReport], run: Run, accept: bool
) -> tuple[Outcome, FailureReport, str]:
    """How a part ended, its whole report, and what there is to say about it."""
    outcome = _outcome(stored, run, accept=accept)
    said = [*filter(None, [mask(outcome.message)]), f"its {BY_HAND}"]
    if outcome.state == "finished" and outcome.rejected is None:
        said.append("rows that it does not name count as accepted")
    try:
        kept = ledger.failures(stored)
    except UsageError:
        kept = None
        said.append("the one that was kept before is gone")
    earlier = [kept] if kept is not None else []
    return outcome, together([*earlier, *reports], run.provider), "; ".join(said)


def _outcome(stored: StoredPart, run: Run, *, accept: bool) -> Outcome:
    """How the job of a part ended, of which somebody has the failure report.

    A report shows that its rows were there; not that this very upload brought them, nor that the
    job is through with the others. Where the ledger does not know that, a person has to say so.

    Raises:
        UsageError: a report cannot be about a part in this state.
    """
    number, again = stored.part.number, f"`preflight resume {run.id}`"
    if stored.state in _DECIDED or accept:
        if stored.state in (PartState.FINISHED, PartState.FAILED) and stored.outcome is not None:
            return stored.outcome
        if stored.state in (PartState.SUBMITTED, PartState.UNKNOWN, PartState.SENT):
            return Outcome("finished", BY_HAND)
    raise UsageError(
        {
            PartState.READY: f"part {number} was not sent yet: {again} sends it",
            PartState.SENDING: f"whether part {number} was taken is to be found out first: {again}",
            PartState.REFUSED: f"part {number} was refused as a whole: nothing of it was taken",
            PartState.SENT: f"the job of part {number} is not known to have ended: {again} follows "
            f"it and fetches its report; if you know that it has, --mark-accepted {number}",
            PartState.UNKNOWN: f"it is unknown whether part {number} was taken, and a report may "
            "be of another upload of the same rows: if this one is of it, "
            f"--mark-accepted {number}",
        }.get(stored.state, f"part {number} is {stored.state} without an outcome")
    )


def _parts_of(
    pages: Mapping[Path, FailureReport],
    run: Run,
    parts: Mapping[int, StoredPart],
    part: int | None,
) -> _Pages:
    """Which parts the reports are of: number → its reports.

    Raises:
        UsageError: it cannot be told, or one is of none.
    """
    if part is not None and part not in parts:
        raise UsageError(f"run {run.id} has no part {part}; it has {len(parts)}")
    asked = {part: parts[part]} if part is not None else parts
    found: _Pages = {}
    for path, report in pages.items():
        placed = {number: _placed(report, stored, run) for number, stored in asked.items()}
        if len(report.table) and all(_of_others(one) for one in placed.values()):
            where = f"part {part}" if part is not None else f"run {run.id}"
            raise UsageError(
                f"{path}: none of its {len(report.table):,} lines is about a row of {where}; is it "
                "the report of another file?"
            )
        if len(asked) == 1:
            found.setdefault(next(iter(asked)), []).append(report)
            continue
        for number, lines in _told_apart(path, placed).items():
            own = dataclasses.replace(report, table=report.table[lines].reset_index(drop=True))
            found.setdefault(number, []).append(own)
    return found


def _placed(report: FailureReport, stored: StoredPart, run: Run) -> MatchedLines:
    profile = profiles.load(run.provider)
    by = registry.client(run.provider).CAPABILITIES.joins_by
    return join.placed(report, stored.part, by=by, key_field=profile.key, profile=profile)


def _of_others(placed: MatchedLines) -> bool:
    """Whether every line is about rows that this part has not."""
    return bool(((placed.at == NOBODY) & (placed.why == NO_ROW)).all())


def _told_apart(path: Path, placed: Mapping[int, MatchedLines]) -> dict[int, Bools]:
    """The lines of a report that are of each part; those of none go with the most.

    Raises:
        UsageError: a line may be of several parts, or no line is of any.
    """
    fits = {number: (one.at != NOBODY) | (one.why == "") for number, one in placed.items()}
    several = np.sum(list(fits.values()), axis=0) > 1
    most = max(fits, key=lambda number: int(fits[number].sum()))
    if several.any() or not fits[most].any():
        why = (
            f"{int(several.sum()):,} of its {len(several):,} lines fit rows of several parts"
            if several.any()
            else "no line of it tells of which part it is"
        )
        raise UsageError(f"{path}: {why}; --part N says it, of {len(placed)}")
    fits[most] |= ~np.logical_or.reduce(list(fits.values()))
    return {number: lines for number, lines in fits.items() if lines.any()}
