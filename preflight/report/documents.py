"""report.json of a fix and of a run, as the pipeline writes it."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from preflight.core.books import Books
from preflight.linting.cell_values import reveal
from preflight.linting.checked import Checked
from preflight.report import as_json
from preflight.report.listing import Listing, listing, own_tokens

if TYPE_CHECKING:
    from preflight.runs.prediction import Predicted
    from preflight.runs.settlement import SettledRun
    from preflight.writing.writer import FixedFile
    from preflight.writing.written_results import WrittenResults


def of_fix(
    fixed: FixedFile,
    *,
    show_values: bool = False,
    show_all: bool = True,
    written: WrittenResults | None = None,
) -> str:
    """The findings of a file, its fixes, and where its rows ended.

    Args:
        fixed: the results of the fix.
        show_values: whether to include values of contacts.
        show_all: whether to include findings about rows even if the header is wrong.
        written: the results beside a report.json.
    """
    file_listing = _listing(fixed.checked, fixed.books, show_all=show_all)
    return as_json.document(
        [file_listing],
        own_tokens(),
        show_values=show_values,
        fixed=fixed.changes,
        written=written,
    )


def of_run(
    sent: SettledRun, *, show_values: bool = False, written: WrittenResults | None = None
) -> str:
    """The findings of the source of a run, and the outcomes of its rows.

    Args:
        sent: the state of the run.
        show_values: whether to include values of contacts.
        written: the results beside a report.json.
    """
    books = sent.run.books if sent.run else sent.fixed.books if sent.fixed else sent.checked.after
    return as_json.document(
        [_listing(sent.checked, books, show_all=True)],
        own_tokens(),
        show_values=show_values,
        run=_run(sent),
        fixed=sent.changes,
        written=written,
    )


def _listing(checked: Checked, books: Books, *, show_all: bool) -> Listing:
    return listing(
        checked.source.name,
        checked.analysis,
        books,
        show_all=show_all,
        cells=lambda findings: reveal(
            checked.analysis,
            checked.records("fetching"),
            findings,
        ),
    )


def _run(sent: SettledRun) -> dict[str, Any]:
    """The `run` of the report."""
    return {
        "id": sent.run.id if sent.run else None,
        "parent": sent.run.parent if sent.run else None,
        "provider": sent.checked.analysis.plan.profile.name,
        "address": (sent.run.address or None) if sent.run else None,
        "sandbox": sent.run.is_rehearsal if sent.run else False,
        "state": _state(sent),
        "parts": [
            {
                "number": stored.part.number,
                "rows": stored.part.rows,
                "bytes": stored.part.size,
                "sha256": stored.part.sha256,
                "state": str(stored.state),
                "job": stored.job,
                "status": stored.outcome.status if stored.outcome else None,
                "counts": dict(stored.outcome.counts) if stored.outcome else {},
                "reason": stored.reason or None,
            }
            for stored in sent.parts
        ],
        "books": dataclasses.asdict(sent.books),
        "not_sent_yet": sent.pending,
        "gate": str(sent.gate) if sent.gate is not None else None,
        "refusals": {
            code: {"rows": count, "class": str(reason)}
            for code, (count, reason) in sent.refusals.items()
        },
        "predicted": {code: _prediction(predicted) for code, predicted in sent.predicted.items()},
        "unattributed": sent.unattributed,
        "unmatched_lines": sent.unmatched,
        "notes": list(sent.notes),
    }


def _prediction(predicted: Predicted) -> dict[str, Any]:
    counts = dataclasses.asdict(predicted)
    # The key keeps its old name for programs that read it.
    return {"rows": counts.pop("rows"), "foreseen": counts.pop("predicted"), **counts,
            "missed": predicted.missed}  # fmt: skip


def _state(sent: SettledRun) -> str:
    """The state of the run; "merged" or "not sent" if there is no run."""
    if sent.run is not None:
        return str(sent.run.state)
    return "merged" if sent.fixed is None else "not sent"
