"""failures.csv: the rows that preflight or the provider rejected, with their reasons.

The kept copy of the source is read again, so only that copy and the provider's reports are needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.catalogue import record_limit
from preflight.config.column_mapping import own
from preflight.core import files
from preflight.core.books import RunBooks
from preflight.core.errors import BooksError
from preflight.core.exchange import Reason
from preflight.core.row_id import RowIds
from preflight.core.types import Chunk, Ints
from preflight.linting.apply_fixes import FixedChunk
from preflight.linting.checked import Checked, Progress, silent
from preflight.linting.row_states import DROPPED
from preflight.linting.rule_limits import NOTHING_EXCUSED, Excused, accepted, excused
from preflight.runs.ledger.run import Run
from preflight.runs.row_outcomes import RowOutcomes
from preflight.writing import people_csv, results_folder, written_results
from preflight.writing.chunk_share import errors_left
from preflight.writing.partition import Rejects
from preflight.writing.rewrite import rewrite
from preflight.writing.writer import warnings_left

# If a row has several reasons, the first of these is its class: first what nobody can fix, last
# what only needs another try.
_HARDEST = (Reason.SUPPRESSED, Reason.FIX, Reason.UNKNOWN, Reason.CONFIG, Reason.RETRY)


@dataclass(frozen=True)
class WrittenFailures:
    """What came out while failures.csv was written.

    Attributes:
        changes, warnings, excused: those of `settlement.SettledRun`.
        aside: the name that a failures.csv which somebody had changed has now; "" if nobody had.
    """

    changes: Mapping[str, int]
    warnings: int
    excused: Excused
    aside: str


def write_failures(
    run: Run,
    checked: Checked,
    failures: pd.DataFrame,
    books: RunBooks,
    outcomes: RowOutcomes,
    unattributed: int,
    progress: Progress = silent,
) -> WrittenFailures:
    """Writes failures.csv, in row order, with the input's own columns.

    One that somebody changed is set aside.

    Args:
        run: of the ledger; the file goes into its folder.
        checked: the source as it was linted.
        failures: what the provider refused: row, line, code, message, reason, how.
        books: of the run, to compare the row counts with.
        outcomes: records what is known of every row.
        unattributed: number of rows that the provider refused without saying which.
        progress: called with the stage, the rows done, and None for their total.

    Raises:
        BooksError: it would not have as many rows as the books say; the existing file is kept.
    """
    analysis, layout, plan = checked.analysis, checked.layout, checked.analysis.plan
    rejects = Rejects(layout, plan, analysis.refused, also=(record_limit(),))
    files.folder(run.folder)
    refused_rows = by_row(failures)
    outcomes.refused(refused_rows)
    _note_dropped(outcomes, checked)
    counted, changes, warnings = Counter[str](), Counter[str](), 0
    codes, uncounted = accepted(analysis), NOTHING_EXCUSED
    names, own_cells = RowIds(layout), own(layout.header)
    with people_csv.TableWriter(run.folder / results_folder.FAILURES, rejects.header) as file:
        for fixed, _ in rewrite(analysis, checked.records("merging", progress)):
            rejected_rows = rejects.of(
                fixed.original, fixed.rejected, fixed.rejected_malformed, fixed.findings
            )
            provider_rows = _refused_rows(fixed.aligned, refused_rows, own_cells, names)
            file.write(_in_row_order(rejected_rows, provider_rows))
            _note_local(outcomes, fixed, rejected_rows, names)
            counted.update(here=len(rejected_rows[0]), there=len(provider_rows[0]))
            changes.update(fixed.changes["code"].tolist())
            errors = errors_left(fixed.findings, plan)
            warnings += len(fixed.findings) - len(errors)
            uncounted += excused(fixed.findings, errors, codes)
        _agree(books, counted["here"], counted["there"] + unattributed)
        aside = written_results.set_aside(run.folder, results_folder.FAILURES, file.sha256())
    return WrittenFailures(dict(changes), warnings_left(warnings, checked), uncounted, aside)


def _agree(books: RunBooks, rejected_here: int, rejected_there: int) -> None:
    """Checks that failures.csv has as many rows as the books say.

    Raises:
        BooksError: it does not. Either this is a defect of preflight, or the rules were changed
            since the run began.
    """
    if (rejected_here, rejected_there) != (books.rejected_here, books.rejected_there):
        raise BooksError(
            f"{rejected_here} rows are rejected here and {rejected_there} by the provider, but "
            f"the books say {books.rejected_here} and {books.rejected_there}; if preflight was "
            "upgraded since the run began, resume it with the version that began it"
        )


def write_unmatched(folder: Path, unmatched: Iterable[pd.DataFrame]) -> None:
    """Writes unmatched.csv, the report lines that match no row; no file if there are none."""
    final = folder / results_folder.UNMATCHED
    pieces = filter(len, unmatched)
    first = next(pieces, None)
    if first is None:
        with files.writing(final):
            final.unlink(missing_ok=True)
        return
    with people_csv.TableWriter(final, list(first.columns)) as file:
        for table in chain([first], pieces):
            file.write([pa.array(table[name].astype(str), type=pa.string()) for name in first])


def by_row(failures: pd.DataFrame) -> pd.DataFrame:
    """The provider's reasons for each refused row, together.

    Args:
        failures: of a `join.Joined`.

    Returns:
        A frame indexed by row number, in order: message and code (several with a separator),
        reason (the class of the hardest) and how, all str.
    """
    grouped = failures.groupby("row", sort=True)
    return pd.DataFrame(
        {
            "message": grouped["message"].agg(
                lambda texts: "; ".join(dict.fromkeys(filter(None, texts)))
            ),
            "code": grouped["code"].agg(lambda texts: "; ".join(dict.fromkeys(texts))),
            "reason": grouped["reason"].agg(_hardest),
            "how": grouped["how"].first(),
        }
    )


def _hardest(reasons: pd.Series[str]) -> str:
    return min(reasons, key=lambda reason: _HARDEST.index(Reason(reason)))


def _helper(columns: Sequence[pa.Array], name: str) -> np.ndarray:
    """A helper column of some rows of failures.csv, as objects."""
    at = len(columns) - len(people_csv.HELPERS) + people_csv.HELPERS.index(name)
    cells: np.ndarray = columns[at].to_numpy(zero_copy_only=False)
    return cells


def _note_dropped(outcomes: RowOutcomes, checked: Checked) -> None:
    """Records why rows are dropped."""
    analysis = checked.analysis
    for dropped in analysis.findings.selected(
        lambda found: (analysis.after[found.rows - 1] == DROPPED) & (found.rows > 0)
    ):
        outcomes.found("codes", dropped.rows, dropped.code_texts())


def _note_local(
    outcomes: RowOutcomes, fixed: FixedChunk, rejected_rows: Sequence[pa.Array], names: RowIds
) -> None:
    """Records the findings about the rows of a chunk."""
    rows = np.concatenate(
        [fixed.original.rows, fixed.original.malformed["row"].to_numpy(dtype=np.int64)]
    )
    lines = np.concatenate(
        [fixed.original.lines, fixed.original.malformed["line"].to_numpy(dtype=np.int64)]
    )
    outcomes.named(rows, lines, names.of(fixed.original, rows))
    rejected = _helper(rejected_rows, "preflight__row").astype(np.int64)
    outcomes.rejected_here(
        rejected,
        _helper(rejected_rows, "preflight__codes"),
        _helper(rejected_rows, "preflight__message"),
        _helper(rejected_rows, "preflight__class"),
    )
    found = fixed.findings
    kept = found.only((found.rows > 0) & ~np.isin(found.rows, rejected))
    outcomes.found("warnings", kept.rows, kept.code_texts())


def _refused_rows(
    chunk: Chunk, provider_reasons: pd.DataFrame, own_cells: Sequence[int], names: RowIds
) -> list[pa.Array]:
    """The rows of a chunk that the provider refused, as rows of failures.csv."""
    refused = np.isin(chunk.rows, provider_reasons.index.to_numpy())
    rows = chunk.rows[refused]
    reasons = provider_reasons.reindex(rows)
    table = chunk.table.select([str(at) for at in own_cells]).filter(pa.array(refused))
    cells = [column.combine_chunks() for column in table.columns]
    return cells + provider_columns(reasons, rows, chunk.lines[refused], names.of(chunk, rows))


def provider_columns(
    reasons: pd.DataFrame,
    rows: Ints,
    lines: Ints,
    names: np.ndarray,
    raws: np.ndarray | str = "",
) -> list[pa.Array]:
    """The helper columns of rows that the provider refused.

    Args:
        reasons: of each row, see `by_row`.
        rows, lines: their numbers in the input.
        names: their row IDs.
        raws: the text of those that are malformed, "" for others.
    """
    twin = reasons["how"].str.startswith("one of ").to_numpy(dtype=bool)
    alike = np.where(twin, reasons["how"] + " equal rows", "")
    messages = [
        "; ".join(filter(None, pair)) for pair in zip(reasons["message"], alike, strict=True)
    ]
    helpers: dict[str, np.ndarray | str] = {
        "preflight__row": rows,
        "preflight__line": lines,
        "preflight__source": "provider",
        "preflight__class": reasons["reason"].to_numpy(object),
        "preflight__message": np.array(messages, dtype=object),
        "preflight__provider_code": reasons["code"].to_numpy(object),
        "preflight__id": names,
        "preflight__raw": raws,
    }
    return people_csv.helper_columns(helpers, len(rows))


def _in_row_order(local: list[pa.Array], refused: list[pa.Array]) -> list[pa.Array]:
    both = [pa.concat_arrays(pair) for pair in zip(local, refused, strict=True)]
    order = np.argsort(_helper(both, "preflight__row").astype(np.int64), kind="stable")
    return [column.take(pa.array(order)) for column in both]
