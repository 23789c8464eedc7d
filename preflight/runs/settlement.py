"""Settles a run: joins refusals to rows, writes failures.csv, and closes the books."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from preflight.baseline.comparison import Comparison
from preflight.config import profiles
from preflight.config.profile import Profile
from preflight.config.setting_values import MaxBad
from preflight.config.settings import Settings
from preflight.core.books import RunBooks
from preflight.core.errors import BooksError, Stopped
from preflight.core.exchange import Reason
from preflight.linting.checked import Checked, Progress, silent
from preflight.linting.rule_limits import NOTHING_EXCUSED, Excused
from preflight.runs import row_outcomes
from preflight.runs.failures_csv import write_failures, write_unmatched
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import PartState, Run, RunState, StoredPart
from preflight.runs.lineage import Round
from preflight.runs.matching import join
from preflight.runs.matching.counters import disagreements
from preflight.runs.matching.membership import absent
from preflight.runs.prediction import Predicted, predicted
from preflight.runs.row_outcomes import RowOutcome, RowOutcomes
from preflight.writing import results_folder
from preflight.writing.writer import FixedFile


@dataclass(frozen=True)
class SettledRun:
    """The state of a run after it was settled.

    Attributes:
        run: of the ledger; None if there was nothing to send.
        fixed: the results of fixing the input; None on a resume.
        checked: the source as it was linted.
        books: where each row ended; rows that wait to be sent count as unknown.
        pending: number of rows that wait to be sent.
        parts: of the run, with their states.
        refusals: for each provider code, the number of rows with it, and what can be done.
        predicted: for each provider code, how many of its rows had a warning that predicted it.
        unattributed: number of rows that the provider refused without saying which.
        unmatched: number of report lines that match no row.
        notes: facts about the merge, without values.
        changes: for each rule code, the number of cells in sent rows that its fix changed.
        warnings: number of warnings that remain after fixing, those about the file included.
        excused: what is not counted of what remains, because the config accepts it.
        folder: of the results.
        settings: of the run.
        stopped: why the run cannot go on now; None if it ended.
        dry_run: whether nothing was sent because the call was not to send.
        gate: the `max_bad` that so many rejected rows are over that nothing was sent; else None.
        compared: the source beside the baseline of the call; None without one.
        rounds: of corrections, that the run belongs to; empty where it is the only one.
    """

    run: Run | None
    fixed: FixedFile | None
    checked: Checked
    books: RunBooks
    pending: int
    parts: tuple[StoredPart, ...]
    refusals: Mapping[str, tuple[int, Reason]]
    predicted: Mapping[str, Predicted]
    unattributed: int
    unmatched: int
    notes: tuple[str, ...]
    changes: Mapping[str, int]
    warnings: int
    folder: Path
    settings: Settings
    stopped: Stopped | None = None
    dry_run: bool = False
    gate: MaxBad | None = None
    excused: Excused = NOTHING_EXCUSED
    compared: Comparison | None = None
    rounds: tuple[Round, ...] = ()


@dataclass
class _Totals:
    """What the parts of a run add up to, while the run is settled."""

    rows: Counter[str]
    failures: list[pd.DataFrame]
    unmatched: list[join.Joined]
    notes: list[str]
    outcomes: RowOutcomes
    unattributed: int = 0
    absent: int = 0


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How far a run came before it is settled.

    Attributes:
        settings: of the run.
        checked: the source as it was linted.
        stopped: why the run cannot go on now; None if it can.
        ended: whether the run is over: nothing stopped it, and all of its jobs ended.
        members: of the provider's list that the rows were sent to, see `Provider.members`.
        progress: called with the stage, the rows done, and None for their total.
    """

    settings: Settings
    checked: Checked
    stopped: Stopped | None = None
    ended: bool
    members: Mapping[str, int] | None = None
    progress: Progress = silent


def settle(ledger: Ledger, run_id: str, joins_by: str, ending: Ending) -> SettledRun:
    """Merges the provider's reports with the findings, writes failures.csv, and closes the books.

    Can be repeated after a crash: it needs only the ledger, the parts and the source. It does not
    mark the run as finished in the ledger; the caller does, after it has written the report.

    Args:
        ledger: the ledger with the run.
        run_id: the run.
        joins_by: how the provider's failures name their rows, see `Capabilities`.
        ending: how far the run came.

    Raises:
        BooksError: the books do not balance; a bug of preflight.
    """
    settings, checked, members = ending.settings, ending.checked, ending.members
    run, parts = ledger.run(run_id), ledger.parts(run_id)
    profile = settings.explained(profiles.load(run.provider))
    totals = _Totals(Counter(), [], [], [], RowOutcomes(run.source_rows))
    for stored in parts:
        _settle_part(ledger, stored, joins_by, profile, totals, members)
    if members is not None:
        totals.notes.append(_membership(totals, len(members)))
    books = _books(run, totals)
    failures = _together(totals.failures)
    written = write_failures(
        run, checked, failures, books, totals.outcomes, totals.unattributed, ending.progress
    )
    if written.aside:
        totals.notes.append(
            f"{results_folder.FAILURES} was changed since preflight wrote it: your version is "
            f"kept as {written.aside}"
        )
    write_unmatched(run.folder, chain.from_iterable(map(join.Joined.lost, totals.unmatched)))
    totals.outcomes.agree(books)
    table = totals.outcomes.table()
    row_outcomes.keep(ledger.folder, run.id, table)
    return SettledRun(
        run=dataclasses.replace(run, state=RunState.FINISHED) if ending.ended else run,
        fixed=None,
        checked=checked,
        books=books,
        pending=totals.rows["pending"],
        parts=tuple(parts),
        refusals=refusals(failures),
        predicted=predicted(table),
        unattributed=totals.unattributed,
        unmatched=sum(joined.lost_lines for joined in totals.unmatched),
        notes=tuple(dict.fromkeys(totals.notes)),
        changes=written.changes,
        warnings=written.warnings,
        excused=written.excused,
        folder=run.folder,
        settings=settings,
        stopped=ending.stopped,
    )


def _books(run: Run, totals: _Totals) -> RunBooks:
    return RunBooks(
        rows=run.source_rows,
        rejected_here=run.books.rejected,
        accepted=totals.rows["accepted"],
        rejected_there=totals.rows["rejected_there"],
        submitted=totals.rows["submitted"],
        unknown=totals.rows["unknown"],
        dropped=run.books.dropped,
    ).balanced()


def _settle_part(
    ledger: Ledger,
    stored: StoredPart,
    joins_by: str,
    profile: Profile,
    totals: _Totals,
    members: Mapping[str, int] | None,
) -> None:
    """Adds the rows of one part to the totals."""
    part = stored.part
    if stored.state in (PartState.READY, PartState.SENDING, PartState.UNKNOWN):
        totals.rows["unknown"] += part.rows
        totals.rows["pending"] += part.rows if stored.state is PartState.READY else 0
        totals.outcomes.of_part(part, RowOutcome.UNKNOWN)
        return
    if stored.state in (PartState.SENT, PartState.SUBMITTED):
        totals.rows["submitted"] += part.rows
        totals.outcomes.of_part(part, RowOutcome.SUBMITTED)
        return
    if stored.state is PartState.REFUSED:
        totals.rows["rejected_there"] += part.rows
        totals.outcomes.of_part(part, RowOutcome.REJECTED_THERE)
        totals.failures.append(_whole(stored, "refused", Reason.CONFIG))
        return
    if stored.outcome is None:
        raise BooksError(f"part {part.number} ended without an outcome")
    report = ledger.failures(stored)
    uncounted = report is None and stored.outcome.rejected is None
    if stored.state is PartState.FINISHED and uncounted:
        # Without a count or a report nobody knows whether they were accepted.
        totals.rows["submitted"] += part.rows
        totals.outcomes.of_part(part, RowOutcome.SUBMITTED)
        return
    joined = join.Joined(_together([]), pd.DataFrame(columns=["code", "message", "cells", "why"]))
    if report is not None:
        joined = join.join(
            report,
            part,
            by=joins_by,
            key_field=profile.key,
            profile=profile,
        )
        totals.failures.append(joined.failures)
        totals.unmatched.append(joined)
        totals.notes += joined.notes
        totals.notes += disagreements(report, stored.outcome, profile)
    ended = join.verdicts(part, joined, stored.outcome)
    if members is not None and stored.state is PartState.FINISHED:
        missing = absent(part, joined, members, profile.key, profile)
        totals.absent += max(0, missing - ended.unattributed)
    totals.outcomes.of_part(
        part, RowOutcome.UNATTRIBUTED if ended.unattributed else RowOutcome.ACCEPTED
    )
    totals.rows["accepted"] += ended.accepted
    totals.rows["rejected_there"] += ended.rejected_there
    totals.unattributed += ended.unattributed
    totals.notes += ended.notes
    if stored.state is PartState.FAILED:
        totals.failures.append(_whole(stored, stored.outcome.status, Reason.CONFIG))


def _membership(totals: _Totals, members: int) -> str:
    accepted = totals.rows["accepted"]
    if totals.absent:
        return (
            f"{totals.absent:,} of the {accepted:,} accepted rows are not among the {members:,} "
            "members of the list"
        )
    return f"all {accepted:,} accepted rows are among the {members:,} members of the list"


def _whole(stored: StoredPart, code: str, reason: Reason) -> pd.DataFrame:
    """Failures of every row of a part, for a reason that is about the part."""
    return pd.DataFrame(
        {
            "row": stored.part.row_map,
            "line": stored.part.lines,
            "code": code,
            "message": stored.reason,
            "reason": reason.value,
            "how": "whole part",
        }
    )


def _together(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    pieces = [piece for piece in pieces if len(piece)]
    if not pieces:
        columns = {"row": np.int64, "line": np.int64}
        texts = ("code", "message", "reason", "how")
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()}).assign(
            **{name: pd.Series(dtype=object) for name in texts}
        )
    return pd.concat(pieces).sort_values("row", kind="stable", ignore_index=True)


def refusals(failures: pd.DataFrame) -> dict[str, tuple[int, Reason]]:
    """For each provider code, the number of rows with it, and what can be done; most first."""
    grouped = failures.groupby("code")
    by_code = {
        str(code): (int(group["row"].nunique()), Reason(group["reason"].iloc[0]))
        for code, group in grouped
    }
    return dict(sorted(by_code.items(), key=lambda entry: (-entry[1][0], entry[0])))
