"""What is reported of a check, of a fix and of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from preflight.core import files
from preflight.core.books import Books, RunBooks
from preflight.linting.cell_values import CellValues
from preflight.linting.checked import Checked
from preflight.report.formats import as_json
from preflight.report.listing import listing
from preflight.report.records import valid
from preflight.report.reported import Display, Reported, ReportedFile
from preflight.writing import results_folder

if TYPE_CHECKING:
    from preflight.baseline.comparison import Comparison
    from preflight.report.run_document_types import PredictionRecord, RunBooksRecord, RunRecord
    from preflight.runs.prediction import Predicted
    from preflight.runs.settlement import SettledRun
    from preflight.writing.writer import FixedFile
    from preflight.writing.written_results import WrittenResults


def write(
    reported: Reported, folder: Path, *, show_values: bool | None, durable: bool = True
) -> None:
    """Writes report.html and report.json.

    Args:
        reported: what they say.
        folder: of the results.
        show_values: whether report.html has values of contacts; report.json never has any.
        durable: see `files.write`.
    """
    from preflight.report.formats import as_html  # here: a check writes no results

    display = Display(show_values=bool(show_values))
    page = as_html.pieces(reported, display)
    files.write(folder / results_folder.PAGE, page, durable=durable)
    document = as_json.pieces(reported, Display())
    files.write(folder / results_folder.REPORT, document, durable=durable)


def of_file(
    checked: Checked,
    books: Books,
    *,
    show_all: bool = True,
    compared: Comparison | None = None,
) -> ReportedFile:
    """A file with its findings.

    Args:
        checked: the file after linting.
        books: of the file.
        show_all: whether to include findings about rows even if the header is wrong.
        compared: the file beside the baseline, if there is one.
    """
    return ReportedFile(
        listing(checked.source.name, checked.analysis, books, show_all=show_all, compared=compared),
        CellValues(checked.analysis, checked.records("fetching")),
    )


def of_fix(
    fixed: FixedFile,
    *,
    show_all: bool = True,
    written: WrittenResults | None = None,
    compared: Comparison | None = None,
) -> Reported:
    """The findings of a file, its fixes, and where its rows ended.

    Args:
        fixed: the results of the fix.
        show_all: whether to include findings about rows even if the header is wrong.
        written: the results beside a report.json.
        compared: the file beside the baseline, if there is one.
    """
    return Reported(
        files=[of_file(fixed.checked, fixed.books, show_all=show_all, compared=compared)],
        fixed=fixed.changes,
        written=written,
    )


def of_run(sent: SettledRun, *, written: WrittenResults | None = None) -> Reported:
    """The findings of the source of a run, and the outcomes of its rows.

    Args:
        sent: the state of the run.
        written: the results beside a report.json.
    """
    books = sent.run.books if sent.run else sent.fixed.books if sent.fixed else sent.checked.after
    sending = sent.run is not None or sent.fixed is None
    return Reported(
        files=[of_file(sent.checked, books, compared=sent.compared)],
        fixed=sent.changes,
        run=_run(sent),
        run_books=sent.books if sending else None,
        written=written,
    )


def _run(sent: SettledRun) -> RunRecord:
    """The `run` of the report."""
    record: RunRecord = {
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
        "books": _books(sent.books),
        "not_sent_yet": sent.pending,
        "gate": str(sent.gate) if sent.gate is not None else None,
        "refusals": {
            code: {"rows": count, "class": reason}
            for code, (count, reason) in sent.refusals.items()
        },
        "predicted": {code: _prediction(predicted) for code, predicted in sent.predicted.items()},
        "unattributed": sent.unattributed,
        "unmatched_lines": sent.unmatched,
        "notes": list(sent.notes),
    }
    if sent.rounds:
        record["rounds"] = [
            {"id": one.run, "source": valid(one.source), "places": dict(one.places)}
            for one in sent.rounds
        ]
    return record


def _prediction(predicted: Predicted) -> PredictionRecord:
    return {
        "rows": predicted.rows,
        "foreseen": predicted.predicted,  # the old name, for programs that read it
        "by": dict(predicted.by),
        "accepted": dict(predicted.accepted),
        "no_sign": dict(predicted.no_sign),
        "missed": predicted.missed,
    }


def _books(books: RunBooks) -> RunBooksRecord:
    return {
        "rows": books.rows,
        "rejected_here": books.rejected_here,
        "accepted": books.accepted,
        "rejected_there": books.rejected_there,
        "submitted": books.submitted,
        "unknown": books.unknown,
        "dropped": books.dropped,
    }


def _state(sent: SettledRun) -> str:
    """The state of the run; "merged" or "not sent" if there is no run."""
    if sent.run is not None:
        return str(sent.run.state)
    return "merged" if sent.fixed is None else "not sent"
