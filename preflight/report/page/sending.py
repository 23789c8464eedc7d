"""What became of the rows that were sent: parts, refusals, what warnings had predicted, rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from preflight.core.exchange import Reason
from preflight.core.redact import visible
from preflight.report.reported import Reported
from preflight.report.wording import outcome

if TYPE_CHECKING:
    from preflight.report.run_document_types import RunRecord

MOST_PARTS = 200
"""How many parts are listed."""
_MEANINGS = {
    Reason.FIX: "correct the rows and send them again",
    Reason.RETRY: "send them again",
    Reason.SUPPRESSED: "cannot be corrected: unsubscribed, bounced or blocked",
    Reason.CONFIG: "change how it is sent; the rows are not at fault",
    Reason.UNKNOWN: "look at the provider's message",
}


@dataclass(frozen=True)
class PartRow:
    """A part: how many rows, its state here, the provider's word, its counts, and why."""

    number: int
    rows: int
    size: int
    state: str
    status: str
    counts: Mapping[str, int]
    reason: str


@dataclass(frozen=True)
class RefusalRow:
    """A code of the provider.

    Attributes:
        code: its own.
        meaning: what can be done about the rows.
        rows: how many.
        predicted: how many of them had a warning before sending; None where that is of no meaning.
        by: the rules of these warnings, with the number of rows.
        missed: how many had none; None like `predicted`.
    """

    code: str
    meaning: str
    rows: int
    predicted: int | None
    by: Mapping[str, int]
    missed: int | None


@dataclass(frozen=True)
class RoundRow:
    """A round of corrections: its run, its file, and where its rows ended."""

    run: str
    source: str
    places: Mapping[str, int]


@dataclass(frozen=True)
class Sending:
    """A run.

    Attributes:
        run: its ID; "" for a report that was merged by hand.
        state: of the run.
        where: "" for the provider itself.
        parts: the first ones.
        all_parts: how many there are.
        refusals: by the provider's codes, the most frequent first.
        unattributed: rows that the provider rejected without saying which.
        unmatched: lines of its report that match no row.
        rounds: the first one first; empty where there is one only.
        notes: on the merge.
    """

    run: str
    state: str
    where: str
    parts: Sequence[PartRow]
    all_parts: int
    refusals: Sequence[RefusalRow]
    unattributed: int
    unmatched: int
    rounds: Sequence[RoundRow]
    notes: Sequence[str]


def sending(reported: Reported) -> Sending | None:
    """What became of the rows; None where nothing was sent."""
    run = reported.run
    if run is None or reported.run_books is None:
        return None
    from preflight.runs.matching.match_lines import is_technical  # here: a check has no run

    return Sending(
        run=run["id"] or "",
        state=run["state"],
        where=_where(run),
        parts=[
            PartRow(
                number=part["number"],
                rows=part["rows"],
                size=part["bytes"],
                state=part["state"],
                status=visible(part["status"] or ""),
                counts={visible(name): count for name, count in part["counts"].items()},
                reason=visible(part["reason"] or ""),
            )
            for part in run["parts"][:MOST_PARTS]
        ],
        all_parts=len(run["parts"]),
        refusals=_refusals(run),
        unattributed=run["unattributed"],
        unmatched=run["unmatched_lines"],
        rounds=[
            RoundRow(
                member["id"],
                visible(member["source"]),
                {outcome(name): count for name, count in member["places"].items()},
            )
            for member in run.get("rounds", ())
        ],
        notes=[visible(note) for note in run["notes"] if not is_technical(note)],
    )


def _where(run: RunRecord) -> str:
    if run.get("sandbox"):
        return "a rehearsal in the sandbox; nothing left this machine"
    return visible(run.get("address") or "")


def _refusals(run: RunRecord) -> list[RefusalRow]:
    rows = []
    for code, refusal in run["refusals"].items():
        reason = Reason(refusal["class"])
        predicted = run.get("predicted", {}).get(code)
        told = predicted is not None and reason is not Reason.CONFIG
        rows.append(
            RefusalRow(
                code=visible(code),
                meaning=_MEANINGS[reason],
                rows=refusal["rows"],
                predicted=predicted["foreseen"] if predicted is not None and told else None,
                by=predicted["by"] if predicted is not None and told else {},
                missed=predicted["missed"] if predicted is not None and told else None,
            )
        )
    return rows
