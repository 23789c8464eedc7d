"""failures.csv: the rejects of both sides, here and at the provider; and what each row has to tell.

The source is gone over once more, so nothing but its kept copy and the provider's words is needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.catalogue import record_limit
from preflight.config.column_mapping import own
from preflight.core import files
from preflight.core import findings as tables
from preflight.core.errors import BooksError
from preflight.core.row_id import RowIds
from preflight.core.types import Chunk, Ints, Reason, RunBooks
from preflight.linting.apply_fixes import FixedChunk
from preflight.linting.checked import Checked, Progress, silent
from preflight.linting.row_states import DROPPED
from preflight.runs.ledger.run import Run
from preflight.runs.row_outcomes import RowOutcomes
from preflight.writing import results_folder
from preflight.writing.partition import Rejects
from preflight.writing.writer import rewrite, warnings_left

# Of several reasons for one row the first of these is its class: what nobody can fix comes first,
# and to try again is enough only where nothing else is to be done.
_HARDEST = (Reason.SUPPRESSED, Reason.FIX, Reason.UNKNOWN, Reason.CONFIG, Reason.RETRY)


def write_failures(
    run: Run,
    checked: Checked,
    failures: pd.DataFrame,
    books: RunBooks,
    verdicts: RowOutcomes,
    unattributed: int,
    progress: Progress = silent,
) -> tuple[Mapping[str, int], int]:
    """Writes failures.csv, in row order, with the input's own columns.

    Args:
        run: of the ledger; its folder is written into.
        checked: the source as it was linted.
        failures: what the provider refused: row, line, code, message, reason, how.
        books: of the run, which it is held against.
        verdicts: are told of every row.
        unattributed: how many rows the provider refused without saying which.
        progress: told the stage, rows done, and None for their total.

    Returns:
        `changes` and `warnings` of `settlement.Sent`.

    Raises:
        BooksError: it would not hold as many rows as the books say; what stood there stays.
    """
    found, layout, plan = checked.analysis, checked.layout, checked.analysis.plan
    rejects = Rejects(layout, plan, found.refused, also=(record_limit(),))
    files.folder(run.folder)
    there = by_row(failures)
    verdicts.refused(there)
    _note_dropped(verdicts, checked)
    counted, changes, remaining = Counter[str](), Counter[str](), Counter[str]()
    names, own_cells = RowIds(layout), own(layout.header)
    with results_folder.TableWriter(run.folder / results_folder.FAILURES, rejects.header) as file:
        for one, _ in rewrite(found, checked.records("merging", progress)):
            here = rejects.of(one.original, one.rejected, one.rejected_malformed, one.findings)
            refused = _refused_rows(one.aligned, there, own_cells, names)
            file.write(_in_row_order(here, refused))
            _note_local(verdicts, one, here, names)
            counted.update(here=len(here[0]), there=len(refused[0]))
            changes.update(one.changes["code"].tolist())
            remaining.update(one.findings.counts())
        _agree(books, counted["here"], counted["there"] + unattributed)
    return dict(changes), warnings_left(remaining, checked)


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


def write_unmatched(folder: Path, unmatched: list[pd.DataFrame]) -> None:
    """unmatched.csv: the report lines that no row could be found for; no file if there are none."""
    final = folder / results_folder.UNMATCHED
    lines = [piece for piece in unmatched if len(piece)]
    if not lines:
        final.unlink(missing_ok=True)
        return
    together = pd.concat(lines, ignore_index=True)
    with results_folder.TableWriter(final, list(together.columns)) as file:
        file.write([pa.array(together[name].astype(str), type=pa.string()) for name in together])


def by_row(failures: pd.DataFrame) -> pd.DataFrame:
    """What the provider said of each row: all of its reasons together.

    Args:
        failures: as `join.Joined` has them.

    Returns:
        Indexed by the row, in row order: message and code (several with a separator), reason (the
        class of the hardest) and how, all str.
    """
    grouped = failures.groupby("row", sort=True)
    return pd.DataFrame(
        {
            "message": grouped["message"].agg(
                lambda one: "; ".join(dict.fromkeys(filter(None, one)))
            ),
            "code": grouped["code"].agg(lambda one: "; ".join(dict.fromkeys(one))),
            "reason": grouped["reason"].agg(_hardest),
            "how": grouped["how"].first(),
        }
    )


def _hardest(reasons: pd.Series[str]) -> str:
    return min(reasons, key=lambda reason: _HARDEST.index(Reason(reason)))


def _helper(columns: Sequence[pa.Array], name: str) -> np.ndarray:
    """A helper column of some rows of failures.csv, as objects."""
    at = len(columns) - len(results_folder.HELPERS) + results_folder.HELPERS.index(name)
    cells: np.ndarray = columns[at].to_numpy(zero_copy_only=False)
    return cells


def _note_dropped(verdicts: RowOutcomes, checked: Checked) -> None:
    """What there is to say about the rows that are dropped: why."""
    found = checked.analysis
    frame = found.findings.frame
    dropped = frame[found.after[frame[tables.ROW].to_numpy() - 1] == DROPPED]
    dropped = dropped[dropped[tables.ROW] > 0]
    verdicts.found(
        "codes", dropped[tables.ROW].to_numpy(dtype=np.int64), dropped[tables.CODE].to_numpy(object)
    )


def _note_local(
    verdicts: RowOutcomes, one: FixedChunk, here: Sequence[pa.Array], names: RowIds
) -> None:
    """What was found here about the rows of a chunk."""
    rows = np.concatenate(
        [one.original.rows, one.original.malformed["row"].to_numpy(dtype=np.int64)]
    )
    lines = np.concatenate(
        [one.original.lines, one.original.malformed["line"].to_numpy(dtype=np.int64)]
    )
    verdicts.named(rows, lines, names.of(one.original, rows))
    rejected = _helper(here, "preflight__row").astype(np.int64)
    verdicts.rejected_here(
        rejected,
        _helper(here, "preflight__codes"),
        _helper(here, "preflight__message"),
        _helper(here, "preflight__class"),
    )
    frame = one.findings.frame
    kept = frame[(frame[tables.ROW] > 0) & ~frame[tables.ROW].isin(rejected)]
    verdicts.found(
        "warnings", kept[tables.ROW].to_numpy(dtype=np.int64), kept[tables.CODE].to_numpy(object)
    )


def _refused_rows(
    chunk: Chunk, there: pd.DataFrame, own_cells: Sequence[int], names: RowIds
) -> list[pa.Array]:
    """The rows of a chunk that the provider refused, as rows of failures.csv."""
    refused = np.isin(chunk.rows, there.index.to_numpy())
    rows = chunk.rows[refused]
    said = there.reindex(rows)
    table = chunk.table.select([str(at) for at in own_cells]).filter(pa.array(refused))
    cells = [column.combine_chunks() for column in table.columns]
    return cells + there_columns(said, rows, chunk.lines[refused], names.of(chunk, rows))


def there_columns(
    said: pd.DataFrame,
    rows: Ints,
    lines: Ints,
    names: np.ndarray,
    raws: np.ndarray | str = "",
) -> list[pa.Array]:
    """The helper columns of rows that the provider refused.

    Args:
        said: of each, as `by_row` has it.
        rows, lines: where they stand in the input.
        names: their row IDs.
        raws: the malformed ones among them as they were written, else "".
    """
    twin = said["how"].str.startswith("one of ").to_numpy(dtype=bool)
    alike = np.where(twin, said["how"] + " rows that cannot be told apart", "")
    messages = ["; ".join(filter(None, pair)) for pair in zip(said["message"], alike, strict=True)]
    helpers: dict[str, np.ndarray | str] = {
        "preflight__row": rows,
        "preflight__line": lines,
        "preflight__source": "provider",
        "preflight__class": said["reason"].to_numpy(object),
        "preflight__message": np.array(messages, dtype=object),
        "preflight__provider_code": said["code"].to_numpy(object),
        "preflight__id": names,
        "preflight__raw": raws,
    }
    return results_folder.helper_columns(helpers, len(rows))


def _in_row_order(here: list[pa.Array], there: list[pa.Array]) -> list[pa.Array]:
    both = [pa.concat_arrays([one, other]) for one, other in zip(here, there, strict=True)]
    order = np.argsort(_helper(both, "preflight__row").astype(np.int64), kind="stable")
    return [column.take(pa.array(order)) for column in both]
