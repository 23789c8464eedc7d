"""The end of the line: the provider's refusals joined to the rows, failures.csv, and the books."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight import findings as tables
from preflight import outputs
from preflight import profile as profiles
from preflight.checked import Checked, Records
from preflight.columns import sent
from preflight.errors import BooksError, Stopped
from preflight.merging import merge
from preflight.merging.counters import disagreements
from preflight.merging.membership import absent
from preflight.model import Chunk, Ints, Reason, RunBooks
from preflight.partition import Rejects, row_id
from preflight.parts import OVER_LIMIT
from preflight.rewriting import Fixed, rewrite, warnings_left
from preflight.sending.ledger import Ledger
from preflight.sending.runs import PartState, Run, RunState, StoredPart
from preflight.settings import Settings


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
        foreseen: for each provider code, how many of its rows were sent with a warning of ours: the
            refusals that could have been told beforehand.
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
    foreseen: Mapping[str, int]
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
    unattributed: int = 0
    absent: int = 0


def settle(
    ledger: Ledger,
    run_id: str,
    joins_by: str,
    *,
    settings: Settings,
    checked: Checked,
    fixed: Fixed | None,
    stopped: Stopped | None,
    wait: bool,
    report: Callable[[Sent], str] | None,
    members: Mapping[str, int] | None = None,
) -> Sent:
    """Merges what the provider said with what was found here, writes it, and closes the books.

    It can be done again after any crash: all it needs is the ledger, the parts and the source.

    Args:
        ledger: knows the run.
        run_id: its id.
        joins_by: how the provider's failures name their rows, see `Capabilities`.
        settings: the run's own.
        checked: the source as it was linted.
        fixed: what was written before, if that is known.
        stopped: why the run cannot go on now, if it cannot.
        wait: whether the jobs were followed to their end.
        report: makes the text of report.json.
        members: who is in the list that the rows were to go to, see `Provider.members`.

    Raises:
        BooksError: the books do not balance; a defect of preflight.
    """
    run, parts = ledger.run(run_id), ledger.parts(run_id)
    told = _Settling(Counter(), [], [], [])
    for stored in parts:
        _settle_part(ledger, stored, joins_by, run.provider, told, members)
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
    )
    balanced(books)
    failures = _together(told.failures)
    changes, warnings, warned = _write_failures(run, checked, failures, books, told.unattributed)
    _write_unmatched(run, told.unmatched)
    ended = stopped is None and wait
    sent = Sent(
        run=dataclasses.replace(run, state=RunState.FINISHED) if ended else run,
        fixed=fixed,
        checked=checked,
        books=books,
        pending=told.rows["pending"],
        parts=tuple(parts),
        refusals=_refusals(failures),
        foreseen=_rows_of_codes(failures[failures["row"].isin(warned)]),
        unattributed=told.unattributed,
        unmatched=sum(len(one) for one in told.unmatched),
        notes=tuple(dict.fromkeys(told.notes)),
        changes=changes,
        warnings=warnings,
        folder=run.folder,
        settings=settings,
        stopped=stopped,
    )
    if report is not None:
        outputs.write_text(run.folder / outputs.REPORT, report(sent))
    if ended:
        # Last of all: a crash before it leaves an unfinished run, and a resume settles it again.
        ledger.set_run(run_id, RunState.FINISHED)
    return sent


def _settle_part(
    ledger: Ledger,
    stored: StoredPart,
    joins_by: str,
    provider: str,
    told: _Settling,
    members: Mapping[str, int] | None,
) -> None:
    """Where the rows of one part stand."""
    part, profile = stored.part, profiles.load(provider)
    if stored.state in (PartState.READY, PartState.SENDING, PartState.UNKNOWN):
        told.rows["unknown"] += part.rows
        told.rows["pending"] += part.rows if stored.state is PartState.READY else 0
        return
    if stored.state in (PartState.SENT, PartState.SUBMITTED):
        told.rows["submitted"] += part.rows
        return
    if stored.state is PartState.REFUSED:
        told.rows["rejected_there"] += part.rows
        told.failures.append(_whole(stored, "refused", Reason.CONFIG))
        return
    if stored.outcome is None:
        raise BooksError(f"part {part.number} ended without an outcome")
    report = ledger.failures(stored)
    if stored.state is PartState.FINISHED and report is None:
        told.notes += filter(None, [stored.reason])
        if stored.outcome.rejected is None:
            # Neither a count nor a report: to call them accepted would be a guess.
            told.rows["submitted"] += part.rows
            return
    joined = merge.Joined(_together([]), pd.DataFrame(columns=["code", "message", "cells", "why"]))
    if report is not None:
        joined = merge.join(
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
    ended = merge.verdicts(part, joined, stored.outcome)
    if members is not None and stored.state is PartState.FINISHED:
        missing = absent(part, joined, members, profile.key, profile)
        told.absent += max(0, missing - ended.unattributed)
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


def balanced(books: RunBooks) -> None:
    """Checks that each row of a run is in exactly one place.

    Raises:
        BooksError: it is not; a defect of preflight.
    """
    places = dataclasses.asdict(books)
    rows = places.pop("rows")
    if rows != sum(places.values()):
        raise BooksError(f"the books do not balance: {books}")


def _together(pieces: list[pd.DataFrame]) -> pd.DataFrame:
    pieces = [piece for piece in pieces if len(piece)]
    if not pieces:
        columns = {"row": np.int64, "line": np.int64}
        texts = ("code", "message", "reason", "how")
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()}).assign(
            **{name: pd.Series(dtype=object) for name in texts}
        )
    return pd.concat(pieces, ignore_index=True).sort_values("row", kind="stable", ignore_index=True)


def _rows_of_codes(failures: pd.DataFrame) -> dict[str, int]:
    rows = failures.groupby("code")["row"].nunique()
    return {str(code): int(count) for code, count in rows.items()}


def _refusals(failures: pd.DataFrame) -> dict[str, tuple[int, Reason]]:
    grouped = failures.groupby("code")
    told = {
        str(code): (int(group["row"].nunique()), Reason(group["reason"].iloc[0]))
        for code, group in grouped
    }
    return dict(sorted(told.items(), key=lambda entry: (-entry[1][0], entry[0])))


def _write_failures(
    run: Run, checked: Checked, failures: pd.DataFrame, books: RunBooks, unattributed: int
) -> tuple[Mapping[str, int], int, Ints]:
    """failures.csv: the rejects of both sides in row order, with the input's own columns.

    Returns:
        `changes` and `warnings` of `Sent`, and the refused rows that were sent with a finding.

    Raises:
        BooksError: it would not hold as many rows as the books say; what stood there stays.
    """
    found, layout, plan = checked.survey, checked.layout, checked.survey.plan
    rejects = Rejects(layout, plan, found.refused, also=(OVER_LIMIT,))
    away = found.left_away
    columns = sent([one for one in plan.columns if one.position not in away], plan.profile)
    run.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    there = _by_row(failures)
    counted, changes, remaining = Counter[str](), Counter[str](), Counter[str]()
    warned: list[Ints] = []
    with _replacing(run.folder / outputs.FAILURES, [*layout.header, *outputs.HELPERS]) as file:
        for one, _ in rewrite(found, Records(layout), columns):
            here = rejects.of(one.original, one.rejected, one.aside, one.findings)
            refused = _refused_rows(one.aligned, there, checked)
            file.write(_in_row_order(here, refused, len(layout.header)))
            counted.update(here=len(here[0]), there=len(refused[0]))
            changes.update(one.changes["code"].tolist())
            remaining.update(one.findings.counts())
            told = one.findings.frame[tables.ROW].to_numpy(dtype=np.int64)
            warned.append(np.intersect1d(told, there.index.to_numpy(dtype=np.int64)))
        _agree(books, counted["here"], counted["there"] + unattributed)
    all_warned = np.concatenate([np.empty(0, dtype=np.int64), *warned])
    return dict(changes), warnings_left(remaining, checked), all_warned


def _agree(books: RunBooks, here: int, there: int) -> None:
    """Checks that failures.csv holds as many rows as the books say.

    Raises:
        BooksError: it does not. Either a defect of preflight, or the rules are others than those
            of the call that began the run.
    """
    if (here, there) != (books.rejected_here, books.rejected_there):
        raise BooksError(
            f"{here} rows are rejected here and {there} there, the books say {books.rejected_here} "
            f"and {books.rejected_there}; if preflight was changed since the run began, resume it "
            "with the version that began it"
        )


@contextmanager
def _replacing(final: Path, header: Sequence[str]) -> Iterator[outputs.TableWriter]:
    """A table that takes its place when the block ends well, and leaves nothing if it does not."""
    temporary = final.with_name(f".{final.name}.partial")
    try:
        with outputs.TableWriter(temporary, header) as file:
            yield file
        temporary.replace(final)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _write_unmatched(run: Run, unmatched: list[pd.DataFrame]) -> None:
    """unmatched.csv: the report lines that no row could be found for; no file if there are none."""
    final = run.folder / outputs.UNMATCHED
    lines = [piece for piece in unmatched if len(piece)]
    if not lines:
        final.unlink(missing_ok=True)
        return
    together = pd.concat(lines, ignore_index=True)
    with _replacing(final, list(together.columns)) as file:
        file.write([pa.array(together[name].astype(str), type=pa.string()) for name in together])


def _by_row(failures: pd.DataFrame) -> pd.DataFrame:
    """One line a row: all of its reasons together, the first one's class."""
    grouped = failures.groupby("row", sort=True)
    return pd.DataFrame(
        {
            "message": grouped["message"].agg(
                lambda one: "; ".join(dict.fromkeys(filter(None, one)))
            ),
            "code": grouped["code"].agg(lambda one: "; ".join(dict.fromkeys(one))),
            "reason": grouped["reason"].first(),
        }
    )


def _refused_rows(chunk: Chunk, there: pd.DataFrame, checked: Checked) -> list[pa.Array]:
    """The rows of a chunk that the provider refused, as rows of failures.csv."""
    refused = np.isin(chunk.rows, there.index.to_numpy())
    rows = chunk.rows[refused]
    said = there.reindex(rows)
    width = len(checked.layout.header)
    table = chunk.table.select([str(at) for at in range(width)]).filter(pa.array(refused))
    helpers: dict[str, np.ndarray | str] = {
        "preflight__row": rows,
        "preflight__line": chunk.lines[refused],
        "preflight__source": "provider",
        "preflight__class": said["reason"].to_numpy(object),
        "preflight__message": said["message"].to_numpy(object),
        "preflight__provider_code": said["code"].to_numpy(object),
        "preflight__id": np.array([row_id(checked.source.sha256, row) for row in rows], object),
    }
    cells = [column.combine_chunks() for column in table.columns]
    return cells + outputs.helper_columns(helpers, len(rows))


def _in_row_order(here: list[pa.Array], there: list[pa.Array], width: int) -> list[pa.Array]:
    both = [pa.concat_arrays([one, other]) for one, other in zip(here, there, strict=True)]
    numbers = both[width + outputs.HELPERS.index("preflight__row")]
    order = np.argsort([int(number) for number in numbers.to_pylist()], kind="stable")
    return [column.take(pa.array(order)) for column in both]
