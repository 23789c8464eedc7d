"""Compares corrected rows with what was sent: edits, spreadsheet damage, rows to hold back."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config import catalogue
from preflight.core.exchange import Reason
from preflight.core.types import Bools, Ints
from preflight.core.verdicts import RowVerdict, RowVerdicts, Verdict
from preflight.runs.corrections.identify import joined
from preflight.runs.corrections.read import Returned
from preflight.runs.corrections.spreadsheet_damage import Difference, difference, same_moment
from preflight.runs.corrections.versions import Version
from preflight.runs.lineage import TAKEN, row_of
from preflight.runs.matching import keys
from preflight.runs.row_outcomes import RowOutcome

CORRECTION_COLUMNS = ("row", "line", "column_name", "kind", "old", "new", "preflight__id")
"""The columns of corrections.csv; `kind` is "edit" or "damage"."""

_MONTHS = 12
_AGAIN = (Reason.RETRY.value, Reason.CONFIG.value)


@dataclass(frozen=True)
class Comparison:
    """A corrected file after it was compared with what was sent before.

    Attributes:
        cells: as `Returned.cells`, but without damage and with all columns of the first file.
        labels: of the columns in `cells`.
        names: the row ID of each row, "" for a new row; object.
        held: for each row a `RowVerdict` if it is held back, else None; object.
        corrections: the cells that differ: a frame of `CORRECTION_COLUMNS`.
        edited: a mask of the rows in which a person changed something.
        damaged: a mask of the rows in which damage was undone.
    """

    cells: tuple[pa.Array, ...]
    labels: tuple[str, ...]
    names: np.ndarray
    held: np.ndarray
    corrections: pd.DataFrame
    edited: np.ndarray
    damaged: np.ndarray

    @property
    def free(self) -> Bools:
        """A mask of the rows that are not held back."""
        return np.array([verdict is None for verdict in self.held], dtype=bool)

    def verdicts(self, rows: Ints) -> RowVerdicts:
        """The verdicts of the rows that are held back.

        Args:
            rows: the number of each row of the file.
        """
        held = zip(rows.tolist(), self.held, strict=True)
        return RowVerdicts.of((row, verdict) for row, verdict in held if verdict is not None)


@dataclass
class _Compared:
    """A row compared with a version of it: its earlier cells, and how each of them differs."""

    before: list[str]
    kinds: list[Difference]

    @property
    def edits(self) -> int:
        return sum(kind is Difference.EDIT for kind in self.kinds)


def compare_rows(
    returned: Returned,
    names: np.ndarray,
    versions: Sequence[Version],
    stand: pd.DataFrame | None = None,
) -> Comparison:
    """Compares every row with what was sent before.

    Args:
        returned: the corrected file.
        names: of its rows, see `identify.named`.
        versions: what was sent before, the first run's first.
        stand: how the rows of the family stand, see `lineage.standings`. None if nothing was sent,
            so that no row is held back.
    """
    labels = (*returned.labels, *returned.gone)
    compared = _compared(returned, labels, names, versions)
    _retyped(returned, compared)
    cells = _restored(returned, labels, compared)
    edited = np.array([row is not None and row.edits > 0 for row in compared], dtype=bool)
    damaged = np.array(
        [row is not None and Difference.DAMAGE in row.kinds for row in compared], dtype=bool
    )
    held = np.full(len(names), None, dtype=object)
    if stand is not None:
        held = _held(returned, names, edited, stand)
    listed = _listed(returned, names, labels, compared)
    return Comparison(cells, labels, names, held, listed, edited, damaged)


def _compared(
    returned: Returned, labels: Sequence[str], names: np.ndarray, versions: Sequence[Version]
) -> list[_Compared | None]:
    """Each row compared with the version that it was made from; None for a new row.

    That is the version with the fewest edits, and among those the latest.
    """
    best: list[_Compared | None] = [None] * len(names)
    for version in versions:
        index = version.index()
        # A source may have a row ID twice; the first counts.
        once = ~index.duplicated()
        where = np.flatnonzero(once)
        hits = index[once].get_indexer(pd.Index(names.astype(object)))
        rows = np.flatnonzero((hits >= 0) & (names != ""))
        for at, candidate in zip(
            rows, _beside(returned, labels, rows, version, where[hits[rows]]), strict=True
        ):
            held = best[at]
            if held is None or candidate.edits <= held.edits:
                best[at] = candidate
    return best


def _beside(
    returned: Returned, labels: Sequence[str], rows: Ints, version: Version, places: Ints
) -> list[_Compared]:
    """Compares rows of a corrected file with the rows of a version at `places`."""
    before, kinds = [], []
    reviewed = [number in returned.reviewed for number in returned.rows[rows].tolist()]
    for column, label in enumerate(labels):
        was = _cells(version.read, label, places)
        before.append(was)
        if column >= len(returned.cells):
            kinds.append([Difference.NONE] * len(was))
            continue
        sent = _cells(version.sent, label, places)
        now = returned.cells[column].take(pa.array(rows)).to_pylist()
        kinds.append(
            [
                Difference.NONE
                if cell in (old, fixed)
                else Difference.EDIT
                if meant
                else difference(old, cell)
                for old, fixed, cell, meant in zip(was, sent, now, reviewed, strict=True)
            ]
        )
    return [
        _Compared(list(old), list(kind))
        for old, kind in zip(zip(*before, strict=True), zip(*kinds, strict=True), strict=True)
    ]


def _cells(columns: Mapping[str, pa.Array], label: str, places: Ints) -> list[str]:
    if label not in columns:
        return [""] * len(places)
    cells: list[str] = columns[label].take(pa.array(places)).to_pylist()
    return cells


def _retyped(returned: Returned, compared: Sequence[_Compared | None]) -> None:
    """Marks dates in another format as edits if a person, not a spreadsheet, changed them.

    A spreadsheet rewrites all dates of a column. So if another date of the same shape is unchanged,
    it was not a spreadsheet.
    """
    for column, cells in enumerate(returned.cells):
        now = cells.to_pylist()
        held = [
            (row, row.before[column], cell)
            for row, cell in zip(compared, now, strict=True)
            if row is not None
        ]
        moved = [
            (row, before)
            for row, before, cell in held
            if row.kinds[column] is Difference.DAMAGE and same_moment(before, cell)
        ]
        if not moved:
            continue
        stayed = {_shape(before) for _, before, cell in held if before == cell}
        for row, before in moved:
            if _shape(before) in stayed:
                row.kinds[column] = Difference.EDIT


def _shape(date: str) -> tuple[str, bool]:
    """The shape of a date, and whether its day could also be its month."""
    low = all(int(digits) <= _MONTHS for digits in re.findall(r"(?<!\d)\d{1,2}(?!\d)", date)[:2])
    return re.sub(r"\d+", lambda digits: "d" * len(digits[0]), date), low


def _restored(
    returned: Returned, labels: Sequence[str], compared: Sequence[_Compared | None]
) -> tuple[pa.Array, ...]:
    """The cells after undoing damage: a person's edits, else the earlier cells."""
    made = []
    for column in range(len(labels)):
        cells = (
            returned.cells[column].to_pylist()
            if column < len(returned.cells)
            else [""] * len(compared)
        )
        gone = column >= len(returned.cells)
        made.append(
            pa.array(
                [
                    row.before[column]
                    if row is not None and (gone or row.kinds[column] is Difference.DAMAGE)
                    else cell
                    for cell, row in zip(cells, compared, strict=True)
                ],
                pa.string(),
            )
        )
    return tuple(made)


def _listed(
    returned: Returned,
    names: np.ndarray,
    labels: Sequence[str],
    compared: Sequence[_Compared | None],
) -> pd.DataFrame:
    lines = []
    for at, row in enumerate(compared):
        if row is None:
            continue
        for column, kind in enumerate(row.kinds):
            if kind is Difference.NONE:
                continue
            now = returned.cells[column][at].as_py()
            label = labels[column].split("\0")[0]
            lines.append(
                (
                    int(returned.rows[at]), int(returned.lines[at]), label, str(kind),
                    row.before[column], now, names[at],
                )
            )  # fmt: skip
    return pd.DataFrame(lines, columns=list(CORRECTION_COLUMNS))


def _held(
    returned: Returned, names: np.ndarray, edited: np.ndarray, stand: pd.DataFrame
) -> np.ndarray:
    """For each row the reason to hold it back, without comparing it with other rows; or None."""
    held = np.full(len(names), None, dtype=object)
    first: dict[str, int] = {}
    texts = joined(list(returned.cells)).to_pylist()
    for at, name in enumerate(names):
        if not name:
            continue
        if name in first:
            held[at] = _twice(name, int(returned.rows[first[name]]))
            if texts[at] != texts[first[name]]:
                held[first[name]] = _twice(name, int(returned.rows[at]))
            continue
        first[name] = at
        held[at] = _by_itself(stand, name, edited=bool(edited[at]))
    return held


def _twice(name: str, row: int) -> RowVerdict:
    reason = f"is row {row_of(name)} of the first file, and so is row {row} here"
    return RowVerdict(Verdict.TWICE, reason)


def _by_itself(stand: pd.DataFrame, name: str, *, edited: bool) -> RowVerdict | None:
    """The reason to hold a row back because of its earlier outcome; None if there is none."""
    before = stand.loc[name].to_dict()
    place, row, run = before["place"], row_of(name), before["run"]
    if place == RowOutcome.UNKNOWN:
        return RowVerdict(Verdict.PERHAPS, f"run {run} may have sent it; decide there first")
    if edited:
        return None
    if place == RowOutcome.ACCEPTED:
        was = "accepted" if run else "clean"
        return RowVerdict(Verdict.ACCEPTED, f"{was} {_where(before)} as row {row}")
    if place == RowOutcome.DROPPED:
        reason = f"dropped {_where(before)} as row {row} ({before['codes'] or 'blank'})"
        return RowVerdict(Verdict.ACCEPTED, reason)
    if place in TAKEN:
        reason = f"sent in run {run} as row {row}; its outcome is not known"
        return RowVerdict(Verdict.PERHAPS, reason)
    if place == RowOutcome.REJECTED_THERE and before["reason"] not in _AGAIN:
        why = f"refused in run {run} as row {row} ({before['reason']})"
    elif place == RowOutcome.REJECTED_HERE and _misplaced(before["codes"]):
        # rejects.csv cuts it to the header's width, so it would look well-formed.
        why = f"malformed {_where(before)} as row {row} ({before['codes']})"
    elif place == RowOutcome.REJECTED_HERE and not _comparing().isdisjoint(before["codes"].split()):
        why = f"held back {_where(before)} as row {row} ({before['codes']})"
    else:
        return None
    return RowVerdict(Verdict.UNCHANGED, f"{why}, and not corrected since")


def _where(before: Mapping[Hashable, str]) -> str:
    """In which run a row was, or that it was in a mere fix."""
    return f"in run {before['run']}" if before["run"] else "in the file that was fixed"


def _misplaced(codes: str) -> bool:
    """Whether a record that was rejected under these codes may have cells in wrong columns."""
    return not _misplacing().isdisjoint(codes.split())


@functools.cache
def _comparing() -> frozenset[str]:
    return catalogue.codes(lambda rule: rule.verdict is not None)


@functools.cache
def _misplacing() -> frozenset[str]:
    return catalogue.codes(lambda rule: rule.misplaces_cells)


def without_duplicates(
    made: Comparison,
    returned: Returned,
    as_sent: Version,
    versions: Sequence[Version],
    stand: pd.DataFrame,
    taken: Mapping[str, Collection[str]],
) -> Comparison:
    """Holds back rows that have the cells or the match key of a row that may have been accepted.

    Args:
        made: the comparison of the corrected file.
        returned: the corrected file.
        as_sent: the corrected file after fixing, because match keys are compared after fixing.
        versions: what was sent before, the first run's first.
        stand: where the rows of the family stand, see `lineage.standings`.
        taken: for each run the row IDs of the rows that the provider took, or may have taken.
    """
    held = dataclasses.replace(made, held=made.held.copy())
    at = pd.Index(as_sent.rows).get_indexer(pd.Index(returned.rows))
    places = pa.array(at, mask=at < 0)
    fixed = {label: pc.fill_null(cells.take(places), "") for label, cells in as_sent.sent.items()}
    for version in versions:
        mask = version.index().isin(list(taken.get(version.run, ())))
        if mask.any():
            _stop_same_cells(held, fixed, version, mask, stand)
            _stop_same_keys(held, fixed, as_sent.key, version, mask, stand)
    _stop_copies(held, returned)
    return held


def _stop_same_cells(
    made: Comparison,
    fixed: Mapping[str, pa.Array],
    version: Version,
    mask: np.ndarray,
    stand: pd.DataFrame,
) -> None:
    shared = [label for label in made.labels if label in version.read and label in fixed]
    if not shared:
        return
    blank = joined([pa.array([""], pa.string())] * len(shared))[0].as_py()
    read = joined([made.cells[made.labels.index(label)] for label in shared]).to_pylist()
    sent = joined([fixed[label] for label in shared]).to_pylist()
    for form in (version.read, version.sent):
        texts = joined([form[label] for label in shared]).filter(pa.array(mask)).to_pylist()
        owners = dict(zip(texts, version.names[mask], strict=True))
        for at in np.flatnonzero(made.free):
            name = owners.get(read[at]) or owners.get(sent[at])
            if name is not None and read[at] != blank:
                made.held[at] = _by_itself(stand, name, edited=False)


def _stop_same_keys(
    made: Comparison,
    fixed: Mapping[str, pa.Array],
    key: tuple[str, str] | None,
    version: Version,
    mask: np.ndarray,
    stand: pd.DataFrame,
) -> None:
    if version.key is None or key is None:
        return
    label, kind = version.key
    sent_keys = keys.settled_keys(version.sent[label].filter(pa.array(mask)), kind, "").to_pylist()
    owner: Mapping[str, str] = dict(zip(sent_keys, version.names[mask], strict=True))
    own_keys = keys.settled_keys(fixed[key[0]], key[1], "").to_pylist()
    for at in np.flatnonzero(made.free):
        name = owner.get(own_keys[at]) if own_keys[at] else None
        if name is not None and name != made.names[at]:
            before = stand.loc[name].to_dict()
            reason = (
                f"has the match key of row {row_of(name)}, "
                f"{before['place'] if before['run'] else 'clean'} {_where(before)}"
            )
            made.held[at] = RowVerdict(Verdict.KEY, reason)


def _stop_copies(made: Comparison, returned: Returned) -> None:
    """Holds back new rows that equal an earlier new row."""
    first: dict[str, int] = {}
    texts = joined(list(made.cells)).to_pylist()
    for at in np.flatnonzero(made.free & (made.names == "")):
        if not texts[at].strip("\x1f \t"):
            continue
        if texts[at] in first:
            reason = f"repeats row {int(returned.rows[first[texts[at]]])}"
            made.held[at] = RowVerdict(Verdict.TWICE, reason)
        first.setdefault(texts[at], int(at))
