"""The end of the line: the provider's refusals joined to the rows, failures.csv, and the books."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from preflight.config import profiles
from preflight.config.profile import Profile
from preflight.config.settings import Settings
from preflight.core.errors import BooksError, Stopped
from preflight.core.types import Reason, RunBooks
from preflight.linting.checked import Checked, Progress, silent
from preflight.runs import row_outcomes as verdicts
from preflight.runs.failures_csv import write_failures, write_unmatched
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import PartState, Run, RunState, StoredPart
from preflight.runs.matching import join
from preflight.runs.matching.counters import disagreements
from preflight.runs.matching.membership import absent
from preflight.runs.prediction import Predicted, predicted
from preflight.runs.row_outcomes import RowOutcome, RowOutcomes
from preflight.writing.writer import Fixed


@dataclass(frozen=True)
class Sent:
    """How a run stands.

    Attributes:
        run: of the ledger; None when there was nothing to send.
        fixed: what was found and written before; None on a resume.
        checked: the source as it was linted.
        books: where each row stands; rows that wait to be sent are unknown until they are.
        pending: how many of those there are.
        parts: what became of the parts.
        refusals: for each provider code, how many rows it was given for, and what can be done.
        predicted: for each provider code, how many of its rows had a warning that predicted it.
        unattributed: rows that the provider refused without saying which.
        unmatched: report lines that no row could be found for.
        notes: what there is to say about merging; facts without values.
        changes: for each rule code, how many cells of the rows that were sent its fix changed.
        warnings: how many warnings remain after fixing, those about the file included.
        folder: with the results.
        settings: the run's own.
        stopped: why the run cannot go on now; None if it ended.
    """

    run: Run | None
    fixed: Fixed | None
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


@dataclass
class _Settling:
    """What is gathered over the parts of a run."""

    rows: Counter[str]
    failures: list[pd.DataFrame]
    unmatched: list[pd.DataFrame]
    notes: list[str]
    verdicts: RowOutcomes
    unattributed: int = 0
    absent: int = 0


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a run came to where it is settled.

    Attributes:
        settings: the run's own.
        checked: the source as it was linted.
        stopped: why the run cannot go on now, if it cannot.
        ended: whether it is over: nothing stopped it, and its jobs were followed to their end.
        members: who is in the list that the rows were to go to, see `Provider.members`.
        progress: told the stage, rows done, and None for their total.
    """

    settings: Settings
    checked: Checked
    stopped: Stopped | None = None
    ended: bool = True
    members: Mapping[str, int] | None = None
    progress: Progress = silent


def settle(ledger: Ledger, run_id: str, joins_by: str, ending: Ending) -> Sent:
    """Merges what the provider said with what was found here, writes it, and closes the books.

    It can be done again after any crash: all it needs is the ledger, the parts and the source. The
    ledger does not yet say that the run has ended; whoever writes the report does that after it.

    Args:
        ledger: knows the run.
        run_id: its id.
        joins_by: how the provider's failures name their rows, see `Capabilities`.
        ending: how the run came here.

    Raises:
        BooksError: the books do not balance; a bug of preflight.
    """
    settings, checked, members = ending.settings, ending.checked, ending.members
    run, parts = ledger.run(run_id), ledger.parts(run_id)
    profile = settings.explained(profiles.load(run.provider))
    told = _Settling(Counter(), [], [], [], RowOutcomes(run.source_rows))
    for stored in parts:
        _settle_part(ledger, stored, joins_by, profile, told, members)
    if members is not None:
        told.notes.append(_membership(told, len(members)))
    books = RunBooks(
        rows=run.source_rows,
        rejected_here=run.books.rejected,
        accepted=told.rows["accepted"],
        rejected_there=told.rows["rejected_there"],
        submitted=told.rows["submitted"],
        unknown=told.rows["unknown"],
        dropped=run.books.dropped,
    ).balanced()
    failures = _together(told.failures)
    changes, warnings = write_failures(
        run, checked, failures, books, told.verdicts, told.unattributed, ending.progress
    )
    write_unmatched(run.folder, told.unmatched)
    told.verdicts.agree(books)
    table = told.verdicts.table()
    verdicts.keep(ledger.folder, run.id, table)
    return Sent(
        run=dataclasses.replace(run, state=RunState.FINISHED) if ending.ended else run,
        fixed=None,
        checked=checked,
        books=books,
        pending=told.rows["pending"],
        parts=tuple(parts),
        refusals=refusals(failures),
        predicted=predicted(table),
        unattributed=told.unattributed,
        unmatched=sum(len(one) for one in told.unmatched),
        notes=tuple(dict.fromkeys(told.notes)),
        changes=changes,
        warnings=warnings,
        folder=run.folder,
        settings=settings,
        stopped=ending.stopped,
    )


def _settle_part(
    ledger: Ledger,
    stored: StoredPart,
    joins_by: str,
    profile: Profile,
    told: _Settling,
    members: Mapping[str, int] | None,
) -> None:
    """Where the rows of one part stand."""
    part = stored.part
    if stored.state in (PartState.READY, PartState.SENDING, PartState.UNKNOWN):
        told.rows["unknown"] += part.rows
        told.rows["pending"] += part.rows if stored.state is PartState.READY else 0
        told.verdicts.of_part(part, RowOutcome.UNKNOWN)
        return
    if stored.state in (PartState.SENT, PartState.SUBMITTED):
        told.rows["submitted"] += part.rows
        told.verdicts.of_part(part, RowOutcome.SUBMITTED)
        return
    if stored.state is PartState.REFUSED:
        told.rows["rejected_there"] += part.rows
        told.verdicts.of_part(part, RowOutcome.REJECTED_THERE)
        told.failures.append(_whole(stored, "refused", Reason.CONFIG))
        return
    if stored.outcome is None:
        raise BooksError(f"part {part.number} ended without an outcome")
    report = ledger.failures(stored)
    untold = report is None and stored.outcome.rejected is None
    if stored.state is PartState.FINISHED and untold:
        # Neither a count nor a report: to call them accepted would be a guess.
        told.rows["submitted"] += part.rows
        told.verdicts.of_part(part, RowOutcome.SUBMITTED)
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
        told.failures.append(joined.failures)
        told.unmatched.append(joined.unmatched)
        told.notes += joined.notes
        told.notes += disagreements(report, stored.outcome, profile)
    ended = join.verdicts(part, joined, stored.outcome)
    if members is not None and stored.state is PartState.FINISHED:
        missing = absent(part, joined, members, profile.key, profile)
        told.absent += max(0, missing - ended.unattributed)
    told.verdicts.of_part(
        part, RowOutcome.UNATTRIBUTED if ended.unattributed else RowOutcome.ACCEPTED
    )
    told.rows["accepted"] += ended.accepted
    told.rows["rejected_there"] += ended.rejected_there
    told.unattributed += ended.unattributed
    told.notes += ended.notes
    if stored.state is PartState.FAILED:
        told.failures.append(_whole(stored, stored.outcome.status, Reason.CONFIG))


def _membership(told: _Settling, members: int) -> str:
    accepted = told.rows["accepted"]
    if told.absent:
        return (
            f"{told.absent:,} of the {accepted:,} accepted rows are not among the {members:,} "
            "members of the list"
        )
    return f"all {accepted:,} accepted rows are among the {members:,} members of the list"


def _whole(stored: StoredPart, code: str, reason: Reason) -> pd.DataFrame:
    """Every row of a part, for a reason that is about the part."""
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
    return pd.concat(pieces, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)


def refusals(failures: pd.DataFrame) -> dict[str, tuple[int, Reason]]:
    """For each provider code how many rows it was given for, and what can be done; most first."""
    grouped = failures.groupby("code")
    told = {
        str(code): (int(group["row"].nunique()), Reason(group["reason"].iloc[0]))
        for code, group in grouped
    }
    return dict(sorted(told.items(), key=lambda entry: (-entry[1][0], entry[0])))
