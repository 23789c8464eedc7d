"""Matches the lines of a failure report to the rows of a part.

A line names its row by a number, whose base no provider documents, or by the row's match key.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.profile import Profile
from preflight.core.exchange import FailureReport, Part
from preflight.core.types import Bools, Ints
from preflight.runs.matching import keys
from preflight.runs.matching.pages import carried

NO_ROW = "matches no row that was sent"
"""Why a line is unmatched: it is about another file, or its key was changed too much."""

NO_NUMBER = "carries no row number"
"""Why a line is unmatched in a report that names rows by number."""

NO_KEY = "carries no key"
"""Why a line is unmatched in a report that names rows by match key."""

NO_KEY_COLUMN = "the part has no column of that key"
"""Why no line is matched: the file has none of the fields that the key may belong to."""

UNCHECKED = "row numbers without values: their base cannot be checked"
"""Why a line is unmatched whose number is in the part for every base."""

UNDECIDED = "the values do not show from which number the rows are counted"
"""Why a line is unmatched although lines have values: several bases fit, or none does."""

OTHER_VALUE = "the row of that number does not hold the value"
"""Why a single line is unmatched under a base that the other lines prove."""

BASES = {
    1: "row numbers count the data rows from 1",
    2: "row numbers count the header as 1",
    0: "row numbers count the data rows from 0",
}
"""The meanings of a row number, by the number of the first data row."""

NOBODY = -1
"""Stands for no row."""

_CLEAR_LINES = 2
_ONE_IN = 10


def is_technical(note: str) -> bool:
    """Whether a note says how a report counts its rows, which is of interest to programs only."""
    return note.startswith(tuple(BASES.values()))


@dataclass(frozen=True)
class MatchedLines:
    """The row of a part for each report line.

    Attributes:
        at: int64, the part's row from 0, or `NOBODY`.
        how: str, how the row was found; see `join.Joined`.
        why: str, why there is no row; "" for a line that only repeats another one.
        base: the number of the first data row, if lines were matched by number.
        notes: facts without values.
        repeats: number of lines that only repeat another one, and so have no row.
    """

    at: Ints
    how: np.ndarray
    why: np.ndarray
    base: int | None = None
    notes: tuple[str, ...] = ()
    repeats: int = 0


def by_row(table: pd.DataFrame, part: Part, cells: pa.Table) -> MatchedLines:
    """Matches lines by their row number, with the base that the values prove; see `join.join`.

    Args:
        table: of a `FailureReport`, index from 0, without missing texts.
        part: what was sent.
        cells: of the part, as `parts.read_part` gives them.
    """
    numbered = table["row_number"].notna().to_numpy(dtype=bool)
    numbers = table["row_number"].fillna(0).to_numpy(dtype=np.int64)
    values = keys.fold(_strings(table["value"]))
    loose = keys.loose(values)
    valued = numbered & _mask(pc.not_equal(values, ""))
    inside = {base: numbered & (numbers >= base) & (numbers < base + part.rows) for base in BASES}
    holds = {base: np.zeros(len(table), dtype=bool) for base in BASES}
    for column in cells.columns if valued.any() else ():
        exact = keys.fold(column)
        for reported, folded in ((values, exact), (loose, keys.loose(exact))):
            for base in BASES:
                asked = np.flatnonzero(valued & inside[base] & ~holds[base])
                held = folded.take(pa.array(numbers[asked] - base))
                holds[base][asked] = _mask(pc.equal(held, reported.take(pa.array(asked))))
    proved = _base(numbered, valued, inside, holds)
    at = np.full(len(table), NOBODY, dtype=np.int64)
    why = np.full(len(table), UNDECIDED if valued.any() else UNCHECKED, dtype=object)
    notes: tuple[str, ...] = ()
    within = np.logical_or.reduce(list(inside.values()))
    if proved is not None:
        placed = inside[proved] & (holds[proved] | ~valued)
        at[placed] = numbers[placed] - proved
        within = inside[proved]
        why[within & ~placed] = OTHER_VALUE
        notes = (f"{BASES[proved]}, by {'the values' if valued.any() else 'their range'}",)
    why[~within] = NO_ROW
    why[~numbered] = NO_NUMBER
    return MatchedLines(at, np.full(len(table), "row number", dtype=object), why, proved, notes)


def _base(
    numbered: Bools, valued: Bools, inside: dict[int, Bools], holds: dict[int, Bools]
) -> int | None:
    """The base that the lines prove, or None; see `join.join` for the rules."""
    if not numbered.any():
        return None
    fit = [base for base in BASES if inside[base][numbered].all() and holds[base][valued].all()]
    if fit or not valued.any():
        return fit[0] if len(fit) == 1 else None
    alone = {
        base: int((holds[base] & ~np.logical_or.reduce(_others(holds, base))).sum())
        for base in BASES
    }
    lead = max(BASES, key=lambda base: alone[base])
    agree = int(holds[lead].sum())
    clear = (
        alone[lead] >= _CLEAR_LINES
        and (valued.sum() - agree) * _ONE_IN <= valued.sum()
        and all(alone[base] * _ONE_IN <= alone[lead] for base in BASES if base != lead)
    )
    return lead if clear else None


def _others(holds: dict[int, Bools], base: int) -> list[Bools]:
    return [lines for other, lines in holds.items() if other != base]


def by_key(
    report: FailureReport,
    table: pd.DataFrame,
    part: Part,
    cells: pa.Table,
    fields: Sequence[str],
    profile: Profile,
    hint: Ints | None = None,
) -> MatchedLines:
    """Matches lines by their match key; see `join.join`.

    Args:
        report: the report, for the names of its columns.
        table: its table, index from 0, without missing texts.
        part: what was sent.
        cells: of the part, as `parts.read_part` gives them.
        fields: that the key may belong to, tried in order.
        profile: with the kinds of the fields.
        hint: for each line a row that was found otherwise, or `NOBODY`; used if several rows have
            the line's key and this is one of them.
    """
    written = _strings(table["key"])
    has_key = _mask(pc.not_equal(keys.fold_text(written), ""))
    positions = [
        (at, profile.fields[field].kind if field in profile.fields else "text")
        for field in fields
        for at, held in enumerate(part.fields)
        if held == field
    ]
    settled = functools.partial(keys.settled_keys, region=profile.region or "")
    at = np.full(len(table), NOBODY, dtype=np.int64)
    k = np.zeros(len(table), dtype=np.int64)
    again = np.zeros(len(table), dtype=bool)
    for position, kind in positions:
        column = cells.column(position).combine_chunks()
        for form in (keys.match_keys, settled):
            ask = np.flatnonzero(has_key & (k == 0))
            if not len(ask):
                break
            line_keys = form(written.take(pa.array(ask)), kind)
            line_group, row_group = _groups(line_keys, form(column, kind))
            lines = table.iloc[ask]
            named = hint[ask] if hint is not None else np.full(len(ask), NOBODY, dtype=np.int64)
            at[ask], k[ask], again[ask] = _chosen(
                report, lines, part, cells, line_group, row_group, named
            )
    why = np.full(len(table), NO_ROW if positions else NO_KEY_COLUMN, dtype=object)
    why[~has_key] = NO_KEY
    why[again] = ""
    how = np.where(k == 1, "key", "one of " + pd.Series(k).astype("str").to_numpy(dtype=object))
    return MatchedLines(at, how, why, repeats=int(again.sum()))


def by_any(
    report: FailureReport,
    table: pd.DataFrame,
    part: Part,
    cells: pa.Table,
    fields: Sequence[str],
    profile: Profile,
) -> MatchedLines:
    """Matches lines by their match key, and lines without one by their row number.

    A line's key is its value too, so that keys prove the base of the numbers. If several rows have
    a line's key, its number decides.
    """
    if not table["row_number"].notna().any():
        return by_key(report, table, part, cells, fields, profile)
    valued = table.assign(value=table["value"].where(table["value"] != "", table["key"]))
    numbered = by_row(valued, part, cells)
    keyed = by_key(report, table, part, cells, fields, profile, numbered.at)
    rest = (keyed.at == NOBODY) & (keyed.why != "")
    placed = rest & (numbered.at != NOBODY)
    keyless = rest & (keyed.why == NO_KEY)
    return MatchedLines(
        np.where(placed, numbered.at, keyed.at),
        np.where(placed, numbered.how, keyed.how),
        np.where(keyless, numbered.why, keyed.why),
        numbered.base,
        numbered.notes if placed.any() else (),
        keyed.repeats,
    )


def _chosen(
    report: FailureReport,
    lines: pd.DataFrame,
    part: Part,
    cells: pa.Table,
    line_group: Ints,
    row_group: Ints,
    named: Ints,
) -> tuple[Ints, Ints, Bools]:
    """For each line its row, the number of possible rows, and whether it repeats another line.

    `line_group` and `row_group` number the keys: a line and a row with the same number belong
    together, `NOBODY` to nothing. `named` are rows that were found otherwise.
    """
    order = np.asarray(pd.factorize(lines["code"] + "\n" + lines["message"])[0], dtype=np.int64)
    taken = np.zeros(len(row_group), dtype=bool)
    at, k = _dealt(line_group, row_group, order, taken)
    known = (named != NOBODY) & (k > 1)
    known[known] = row_group[named[known]] == line_group[known]
    at[known], k[known] = named[known], 1
    taken[at[known]] = True
    several = k > 1
    again = np.zeros(len(lines), dtype=bool)
    if not several.any():
        return at, k, again
    again[several] = _copies(lines, k)[several]
    at[again] = NOBODY
    ask = np.flatnonzero(several & ~again)
    among = np.isin(row_group, line_group[ask])
    for form in (keys.fold, lambda column: keys.loose(keys.fold(column))):
        if not len(ask):
            break
        narrow = _narrowed(
            report, lines.iloc[ask], part, cells, line_group[ask], row_group, among, form
        )
        if narrow is None:
            break
        at[ask], fewer = _dealt(*narrow, order[ask], taken)
        k[ask] = np.where(fewer > 0, fewer, k[ask])
        taken[at[ask][fewer > 0]] = True
        ask = ask[fewer == 0]
    at[ask], _ = _dealt(line_group[ask], row_group, order[ask], taken)
    return at, k, again


def _dealt(line_group: Ints, row_group: Ints, order: Ints, taken: Bools) -> tuple[Ints, Ints]:
    """Assigns the lines of each group to its rows in turn, beginning with rows not taken.

    Lines of the same `order` follow each other, so that every row gets one reason before the next.

    Returns:
        The row of each line, `NOBODY` if its group has none, and the number of rows in its group.
    """
    rows = np.lexsort((taken, row_group))
    sorted_groups = row_group[rows]
    first = np.searchsorted(sorted_groups, line_group, side="left")
    k = np.searchsorted(sorted_groups, line_group, side="right") - first
    k[line_group == NOBODY] = 0
    lines = np.lexsort((order, line_group))
    turn = np.empty(len(lines), dtype=np.int64)
    turn[lines] = np.arange(len(lines)) - np.searchsorted(
        line_group[lines], line_group[lines], side="left"
    )
    at = np.full(len(line_group), NOBODY, dtype=np.int64)
    matched = k > 0
    at[matched] = rows[first[matched] + turn[matched] % k[matched]]
    return at, k


def _copies(lines: pd.DataFrame, k: Ints) -> Bools:
    """A mask of the lines that are there only because the whole report was repeated.

    A line whose key only one row has should occur once. The smallest number of times that such a
    line occurs is the number of times that the report was repeated.
    """
    which = pd.Series(
        pd.factorize(lines["code"] + "\n" + lines["message"] + "\n" + lines["cells"])[0]
    )
    times = which.groupby(which).transform("size").to_numpy()
    times_all = int(times[k == 1].min(initial=np.iinfo(np.int64).max)) if (k == 1).any() else 1
    nth = which.groupby(which).cumcount().to_numpy()
    return np.asarray(nth >= -(-times // times_all), dtype=bool)


def _narrowed(
    report: FailureReport,
    lines: pd.DataFrame,
    part: Part,
    cells: pa.Table,
    line_group: Ints,
    row_group: Ints,
    among: Bools,
    form: Callable[[pa.Array], pa.Array],
) -> tuple[Ints, Ints] | None:
    """The groups of lines and rows that agree in all cells that a line repeats, not just the key.

    Cells are compared in a `form`. None if the lines repeat none of the part's columns.
    """
    repeated = carried(report, lines["cells"].tolist(), part.header)
    if not repeated:
        return None
    rows = np.flatnonzero(among)
    group, among_group = line_group, row_group[rows]
    for at, texts in repeated.items():
        reported = pa.array(texts, pa.string())
        column = cells.column(at).take(pa.array(rows))
        said_code, row_code = _groups(form(reported), form(column.combine_chunks()), blank=True)
        both = np.concatenate([group, among_group]) * (len(said_code) + len(row_code))
        both = np.unique(both + np.concatenate([said_code, row_code]), return_inverse=True)[1]
        group, among_group = both[: len(group)], both[len(group) :]
    narrow = np.full(len(row_group), NOBODY, dtype=np.int64)
    narrow[rows] = among_group
    return group, narrow


def _groups(lines: pa.Array, rows: pa.Array, *, blank: bool = False) -> tuple[Ints, Ints]:
    """Equal numbers for equal texts; `NOBODY` for blank texts, unless `blank`."""
    both = pa.concat_arrays([lines, rows])
    numbers = both.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    if not blank:
        numbers[_mask(pc.equal(both, ""))] = NOBODY
    return numbers[: len(lines)], numbers[len(lines) :]


def _strings(column: pd.Series[str]) -> pa.Array:
    texts = pa.array(column, type=pa.large_string(), from_pandas=True)
    # The table of a report with several pages has several pieces.
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return pc.fill_null(whole, "")


def _mask(booleans: pa.Array) -> Bools:
    return np.asarray(booleans.to_numpy(zero_copy_only=False), dtype=bool)
