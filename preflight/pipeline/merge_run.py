"""Joins failure reports that a person fetched to a run of the ledger.

The provider is not asked. A report is treated like one that its client fetched, is merged with any
that it did fetch, and the run is settled again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

import numpy as np

from preflight.config import profiles
from preflight.config.settings import Settings
from preflight.core.errors import UsageError
from preflight.core.exchange import FailureReport, Outcome
from preflight.core.locks import WAIT
from preflight.core.redact import mask
from preflight.core.types import Bools
from preflight.pipeline.call import Call, CallOptions
from preflight.pipeline.check_fix_split import checker
from preflight.pipeline.delivery import closed
from preflight.pipeline.state_folder import opened
from preflight.providers import registry
from preflight.runs.kept_run import judged_again, restored
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import PartState, Run, RunState, StoredPart
from preflight.runs.matching import join
from preflight.runs.matching.match_lines import NO_ROW, NOBODY
from preflight.runs.matching.pages import selected, together
from preflight.runs.matching.report_file import read_failures
from preflight.runs.settlement import Ending, SettledRun, settle
from preflight.writing import results_folder

BY_HAND = "report fetched by hand"
"""The status of a job of which only the failure report is known."""

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
) -> SettledRun:
    """Joins failure reports to a run, keeps them as the run's own, and settles it again.

    Pages can be given in one call or in several. A page that is given again changes nothing.

    Args:
        run_id: of the run.
        provider: of the reports.
        failures: the files, in any order.
        settings: `state_dir` is used; for most others those of the run are used.
        part: that the reports are about; by default found out by their lines.
        accept: numbers of parts that the user declares accepted: parts whose state is unknown, or
            whose job is not known to have ended.
        options: how the call runs, see `Call`; `work` and `progress` are used.

    Raises:
        UsageError: a file is not a report of the provider, or not about a part of the run, or about
            a part in the wrong state; the ledger is unchanged.
    """
    call = Call(**options)
    pages = {path: read_failures(path, provider, spool=call.work) for path in failures}
    settings, opened_ledger = opened(settings, run_id)
    with ExitStack() as stack:
        ledger = stack.enter_context(opened_ledger)
        stack.enter_context(ledger.lock(run_id))
        run = ledger.run(run_id)
        stack.enter_context(results_folder.alone(run.folder, instead=WAIT))
        _refuse(run, provider)
        own = restored(run, settings)
        parts = {stored.part.number: stored for stored in ledger.parts(run_id)}
        reports_by_part = _parts_of(pages, run, parts, part)
        if unreported := sorted(set(accept) - set(reports_by_part)):
            raise UsageError(
                f"--mark-accepted {unreported[0]}: no report is about part {unreported[0]}"
            )
        ends = {
            number: _ended(ledger, parts[number], reports, run, number in accept)
            for number, reports in reports_by_part.items()
        }
        checked = judged_again(run, own, checker(call.work, call.progress))
        if run.state is RunState.FINISHED:
            # If this is interrupted, a resume settles the run again.
            ledger.set_run(run_id, RunState.OPEN)
        for number, (outcome, whole, reason) in ends.items():
            ledger.end_part(run_id, number, outcome, whole, reason=reason)
        all_ended = all(stored.state in _ENDED for stored in ledger.parts(run_id))
        joins_by = registry.client(provider).CAPABILITIES.joins_by
        ending = Ending(settings=own, checked=checked, ended=all_ended, progress=call.progress)
        return closed(ledger, settle(ledger, run_id, joins_by, ending))


def _refuse(run: Run, provider: str) -> None:
    if run.provider != provider:
        raise UsageError(
            f"run {run.id} was sent to {run.provider}: a report of {provider} is not about it"
        )
    if run.state is RunState.REPLACED:
        raise UsageError(
            f"nothing of run {run.id} was accepted, and a later run sends its rows; find that run "
            "with `preflight runs`"
        )


def _ended(
    ledger: Ledger, stored: StoredPart, reports: list[FailureReport], run: Run, accept: bool
) -> tuple[Outcome, FailureReport, str]:
    """The outcome of a part, its whole report, and the reason to record."""
    outcome = _outcome(stored, run, accept=accept)
    reasons = [*filter(None, [mask(outcome.message)]), f"its {BY_HAND}"]
    if outcome.state == "finished" and outcome.rejected is None:
        reasons.append("rows that it does not name count as accepted")
    try:
        kept = ledger.failures(stored)
    except UsageError:
        kept = None
        reasons.append("the earlier report is gone")
    earlier = [kept] if kept is not None else []
    return outcome, together([*earlier, *reports], run.provider), "; ".join(reasons)


def _outcome(stored: StoredPart, run: Run, *, accept: bool) -> Outcome:
    """The outcome of a part whose failure report a person fetched.

    A report shows that its rows arrived, but not that this upload brought them, nor that the job
    has processed the others. If the ledger does not know that, the user has to confirm it.

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
            PartState.READY: f"part {number} was not sent yet; send it with {again}",
            PartState.SENDING: f"it is not known whether part {number} was accepted; "
            f"find out with {again}",
            PartState.REFUSED: f"part {number} was refused as a whole: no row was accepted",
            PartState.SENT: f"the job of part {number} is not known to have ended; {again} follows "
            f"it and fetches its report. If you know that it has ended, add "
            f"--mark-accepted {number}",
            PartState.UNKNOWN: f"it is not known whether part {number} was accepted, and the "
            "report may be about another upload of the same rows. If it is about this one, add "
            f"--mark-accepted {number}",
        }.get(stored.state, f"part {number} is {stored.state} without an outcome")
    )


def _parts_of(
    pages: Mapping[Path, FailureReport],
    run: Run,
    parts: Mapping[int, StoredPart],
    part: int | None,
) -> _Pages:
    """The reports of each part, by its number.

    Raises:
        UsageError: a report may be about several parts, or is about none.
    """
    if part is not None and part not in parts:
        raise UsageError(f"run {run.id} has no part {part}; it has {len(parts)}")
    asked = {part: parts[part]} if part is not None else parts
    by_part: _Pages = {}
    for path, report in pages.items():
        fits = {number: _fit(report, stored, run) for number, stored in asked.items()}
        if report.lines and all(fit.of_others for fit in fits.values()):
            where = f"part {part}" if part is not None else f"run {run.id}"
            raise UsageError(
                f"{path}: none of its {report.lines:,} lines is about a row of {where}; is it "
                "the report of another file?"
            )
        if len(asked) == 1:
            by_part.setdefault(next(iter(asked)), []).append(report)
            continue
        masks = {number: fit.lines for number, fit in fits.items()}
        for number, lines in _lines_by_part(path, masks).items():
            by_part.setdefault(number, []).append(selected(report, lines))
    return by_part


@dataclass(frozen=True)
class _Fit:
    """How a report fits a part.

    Attributes:
        lines: a mask of those that are about its rows.
        of_others: whether every line is about rows that are not in this part.
    """

    lines: Bools
    of_others: bool


def _fit(report: FailureReport, stored: StoredPart, run: Run) -> _Fit:
    profile = profiles.load(run.provider)
    by = registry.client(run.provider).CAPABILITIES.joins_by
    lines, of_others = [np.empty(0, dtype=bool)], True
    for _, placed in join.placed(
        report, stored.part, by=by, key_field=profile.key, profile=profile
    ):
        lines.append((placed.at != NOBODY) | (placed.why == ""))
        of_others &= bool(((placed.at == NOBODY) & (placed.why == NO_ROW)).all())
    return _Fit(np.concatenate(lines), of_others)


def _lines_by_part(path: Path, masks: Mapping[int, Bools]) -> dict[int, Bools]:
    """The lines of a report by part; lines that match no part go to the part with the most.

    Raises:
        UsageError: a line may be about several parts, or no line is about any.
    """
    fits = {number: lines.copy() for number, lines in masks.items()}
    several = np.sum(list(fits.values()), axis=0) > 1
    most = max(fits, key=lambda number: int(fits[number].sum()))
    if several.any() or not fits[most].any():
        why = (
            f"{int(several.sum()):,} of its {len(several):,} lines fit rows of several parts"
            if several.any()
            else "none of its lines shows which part it is about"
        )
        raise UsageError(f"{path}: {why}; name the part with --part N, 1 to {len(masks)}")
    fits[most] |= ~np.logical_or.reduce(list(fits.values()))
    return {number: lines for number, lines in fits.items() if lines.any()}
