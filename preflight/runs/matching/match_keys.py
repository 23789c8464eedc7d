"""Matches the lines of a failure report to the rows of a part, by match key."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.profile import Profile
from preflight.core.arrow import mask
from preflight.core.exchange import FailureReport, Part
from preflight.core.types import Bools, Ints
from preflight.runs.matching import keys
from preflight.runs.matching.match_lines import (
    NO_KEY,
    NO_KEY_COLUMN,
    NO_ROW,
    NOBODY,
    MatchedLines,
    Proof,
    by_row,
    strings,
)
from preflight.runs.matching.pages import carried


@dataclass(frozen=True)
class Target:
    """The part that a report is about.

    Attributes:
        part: what was sent.
        cells: of the part, as `parts.read_part` gives them.
        fields: that the report's key may belong to, tried in order.
        profile: with the kinds of the fields.
    """

    part: Part
    cells: pa.Table
    fields: Sequence[str]
    profile: Profile


@dataclass(frozen=True)
class Earlier:
    """What the pages of a long report tell of each other.

    Attributes:
        proof: of all pages, about the base of the row numbers.
        taken: a mask of the part's rows that lines of earlier pages took; it is updated.
    """

    proof: Proof
    taken: Bools


def by_key(
    report: FailureReport,
    table: pd.DataFrame,
    target: Target,
    earlier: Earlier | None = None,
    hint: Ints | None = None,
) -> MatchedLines:
    """Matches lines by their match key; see `join.join`.

    Args:
        report: the report, for the names of its columns.
        table: its table, index from 0, without missing texts.
        target: what was sent.
        earlier: if the table is a page of a long report.
        hint: for each line a row that was found otherwise, or `NOBODY`; used if several rows have
            the line's key and this is one of them.
    """
    part, cells, profile = target.part, target.cells, target.profile
    written = strings(table["key"])
    has_key = mask(pc.not_equal(keys.fold_text(written), ""))
    positions = [
        (at, profile.fields[field].kind if field in profile.fields else "text")
        for field in target.fields
        for at, held in enumerate(part.fields)
        if held == field
    ]
    settled = functools.partial(keys.settled_keys, region=profile.region or "")
    at = np.full(len(table), NOBODY, dtype=np.int64)
    k = np.zeros(len(table), dtype=np.int64)
    again = np.zeros(len(table), dtype=bool)
    taken = earlier.taken if earlier is not None else np.zeros(part.rows, dtype=bool)
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
                report, lines, target, line_group, row_group, named, taken
            )
            taken[at[ask][k[ask] > 0]] = True
    why = np.full(len(table), NO_ROW if positions else NO_KEY_COLUMN, dtype=object)
    why[~has_key] = NO_KEY
    why[again] = ""
    how = np.where(k == 1, "key", "one of " + pd.Series(k).astype("str").to_numpy(dtype=object))
    return MatchedLines(at, how, why, repeats=int(again.sum()))


def by_any(
    report: FailureReport,
    table: pd.DataFrame,
    target: Target,
    earlier: Earlier | None = None,
) -> MatchedLines:
    """Matches lines by their match key, and lines without one by their row number.

    A line's key is its value too, so that keys prove the base of the numbers. If several rows have
    a line's key, its number decides.
    """
    if not table["row_number"].notna().any():
        return by_key(report, table, target, earlier)
    proof = earlier.proof if earlier is not None else None
    numbered = by_row(with_keys(table), target.part, target.cells, proof)
    keyed = by_key(report, table, target, earlier, numbered.at)
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


def with_keys(table: pd.DataFrame) -> pd.DataFrame:
    """The lines with their key as the value, where they have no other."""
    return table.assign(value=table["value"].where(table["value"] != "", table["key"]))


def _chosen(
    report: FailureReport,
    lines: pd.DataFrame,
    target: Target,
    line_group: Ints,
    row_group: Ints,
    named: Ints,
    taken: Bools,
) -> tuple[Ints, Ints, Bools]:
    """For each line its row, the number of possible rows, and whether it repeats another line.

    `line_group` and `row_group` number the keys: a line and a row with the same number belong
    together, `NOBODY` to nothing. `named` are rows that were found otherwise, `taken` those that
    other lines took; it is updated.
    """
    order = np.asarray(pd.factorize(lines["code"] + "\n" + lines["message"])[0], dtype=np.int64)
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
        narrow = _narrowed(report, lines.iloc[ask], target, line_group[ask], row_group, among, form)
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
    target: Target,
    line_group: Ints,
    row_group: Ints,
    among: Bools,
    form: Callable[[pa.Array], pa.Array],
) -> tuple[Ints, Ints] | None:
    """The groups of lines and rows that agree in all cells that a line repeats, not just the key.

    Cells are compared in a `form`. None if the lines repeat none of the part's columns.
    """
    repeated = carried(report, lines["cells"].tolist(), target.part.header)
    if not repeated:
        return None
    rows = np.flatnonzero(among)
    group, among_group = line_group, row_group[rows]
    for at, texts in repeated.items():
        reported = pa.array(texts, pa.string())
        column = target.cells.column(at).take(pa.array(rows))
        cells = pa.concat_arrays([form(reported), form(column.combine_chunks())])
        code = cells.dictionary_encode().indices.to_numpy().astype(np.int64)
        both = np.concatenate([group, among_group]) * len(code) + code
        both = np.unique(both, return_inverse=True)[1]
        group, among_group = both[: len(group)], both[len(group) :]
    narrow = np.full(len(row_group), NOBODY, dtype=np.int64)
    narrow[rows] = among_group
    return group, narrow


def _groups(lines: pa.Array, rows: pa.Array) -> tuple[Ints, Ints]:
    """Equal numbers for equal texts; `NOBODY` for blank texts."""
    both = pa.concat_arrays([lines, rows])
    numbers = both.dictionary_encode().indices.to_numpy().astype(np.int64)
    numbers[mask(pc.equal(both, ""))] = NOBODY
    return numbers[: len(lines)], numbers[len(lines) :]
