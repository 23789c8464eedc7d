"""Provider failures + row maps: which input rows a failure report is about.

A report names a row by a number, whose base no provider documents, or by the row's match key. Each
line of it ends in one of two tables: with the row it is about, or among those nobody can place.
Nothing is placed by a guess: a base counts only where the reported values prove it.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pa_csv

from preflight import keys
from preflight.errors import SourceError
from preflight.failures_file import cut, header_of
from preflight.model import Bools, FailureReport, Ints, Outcome, Part, Reason
from preflight.profile import Profile

NO_ROW = "matches no row that was sent"
"""Why a line is unmatched: it is about another file, or its key was changed beyond telling."""

NO_NUMBER = "carries no row number"
NO_KEY = "carries no key"
NO_KEY_COLUMN = "the part has no column of that key"
UNCHECKED = "row numbers without values: their base cannot be checked"
UNDECIDED = "the values do not settle from which base the row numbers count"
OTHER_VALUE = "the row of that number does not hold the value"

BASES = {
    1: "row numbers count the data rows from 1",
    2: "row numbers count the header as 1",
    0: "row numbers count the data rows from 0",
}
"""What a row number may count, by the number of the first data row."""

_BLOCK = 64 << 20
_CLEAR_SHARE, _CLEAR_LINES = 0.9, 2
_NOBODY = -1


@dataclass(frozen=True)
class Joined:
    """A failure report, joined to the rows of a part.

    Attributes:
        failures: one line for each row and reason, in row order: row int64 and line int64 (of the
            input), code str and message str (verbatim), reason str (a `Reason`), how str: "row
            number", "key", "one of k" (k rows could not be told apart) or "whole part".
        unmatched: the report lines that no row could be found for: code, message, cells, why, all
            str. `cells` is personal data.
        base: the row number that the provider gives the first data row, where it was found out.
        notes: what there is to say about the joining; facts without values.
    """

    failures: pd.DataFrame
    unmatched: pd.DataFrame
    base: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows failed."""
        return int(self.failures["row"].nunique())


@dataclass(frozen=True, slots=True)
class PartBooks:
    """Where the rows of one part ended.

    Attributes:
        accepted: rows that the provider took.
        rejected_there: rows that it refused; with `accepted` the rows of the part.
        unattributed: how many of `rejected_there` it cannot be told which rows they are.
        notes: what did not agree; facts without values.
    """

    accepted: int
    rejected_there: int
    unattributed: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Placed:
    """For each report line: the part row from 0 or `_NOBODY`, how it was found, or why not."""

    at: Ints
    how: np.ndarray
    why: np.ndarray
    base: int | None = None
    notes: tuple[str, ...] = ()
    repeats: int = 0


def read_part(part: Part) -> pa.Table:
    """The cells of a part as it was sent: string columns "0", "1", …, nothing inferred.

    Row i is the input row `part.row_map[i]`.

    Raises:
        SourceError: the file is gone, or does not hold the part's rows any more.
    """
    names = [str(at) for at in range(len(part.header))]
    try:
        table = pa_csv.read_csv(
            part.path,
            read_options=pa_csv.ReadOptions(column_names=names, block_size=_BLOCK),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        ).slice(1)
    except FileNotFoundError:
        raise SourceError(f"{part.path}: the part is not there any more") from None
    except pa.ArrowInvalid:
        raise SourceError(f"{part.path}: the part was changed since it was written") from None
    if len(table) != part.rows:
        raise SourceError(
            f"{part.path}: the part was changed: it holds {len(table)} rows, not {part.rows}"
        )
    return table


def join(
    report: FailureReport,
    part: Part,
    *,
    by: str,
    key_field: str | Sequence[str],
    profile: Profile,
) -> Joined:
    """Finds the rows that a failure report is about.

    By row number, its base is what the values prove: a base *fits* when every number lies in the
    part and every reported value stands in the row of its number, compared as `keys.fold` does. It
    is taken when it is the only one that fits; also when at least two lines and nine in ten of
    those with a value agree with it and next to none speaks for another base alone (the lines
    that disagree are then unmatched). Without any value, a base is taken only where the numbers lie
    in the part under no other. Otherwise no line is placed.

    By key, a line belongs to the row of the same match key. Of several rows with it those count
    that have the line's other cells too; if they still are several, each line takes one that no
    line has taken before, until all are taken.

    A line that says of a row what another has said is folded into it.

    Args:
        report: as the provider's client or `read_failures` made it.
        part: what was sent.
        by: "row" or "key".
        key_field: the field (or fields, tried in order) that the report's key is a value of.
        profile: of the provider, for reasons and the kinds of fields.

    Raises:
        SourceError: the part cannot be read any more.
    """
    table, cells = report.table.reset_index(drop=True), read_part(part)
    table = table.fillna(dict.fromkeys(("code", "message", "value", "key", "cells"), ""))
    if by == "row":
        placed = _by_row(table, part, cells)
    else:
        fields = (key_field,) if isinstance(key_field, str) else tuple(key_field)
        placed = _by_key(report, table, part, cells, fields, profile)
    return _joined(table, part, placed, profile)


def _joined(table: pd.DataFrame, part: Part, placed: _Placed, profile: Profile) -> Joined:
    found = placed.at != _NOBODY
    at = placed.at[found]
    codes = table["code"]
    reasons = {code: str(profile.reason(code)) for code in codes.unique()}
    failures = pd.DataFrame(
        {
            "row": part.row_map[at],
            "line": part.lines[at],
            "code": codes[found].to_numpy(),
            "message": table["message"][found].to_numpy(),
            "reason": codes[found].map(reasons).to_numpy(),
            "how": placed.how[found],
        }
    ).astype({"row": "int64", "line": "int64"} | dict.fromkeys(_TEXTS, "str"))
    # In the order of the part first, so that of the same words the report's first stay.
    failures = failures.iloc[np.argsort(at, kind="stable")]
    once = failures.drop_duplicates(["row", "code", "message"]).sort_values(
        "row", kind="stable", ignore_index=True
    )
    repeats = len(failures) - len(once) + placed.repeats
    lost = table[~found & (placed.why != "")]
    unmatched = pd.DataFrame(
        {
            "code": lost["code"],
            "message": lost["message"],
            "cells": lost["cells"],
            "why": placed.why[lost.index],
        }
    ).astype("str")
    notes = list(placed.notes)
    if repeats:
        notes.append(f"{repeats} report lines say again what another line said of the same row")
    twins = once["how"].str.startswith("one of ")
    if twins.any():
        notes.append(
            f"{int(twins.sum())} report lines fit several rows that cannot be told apart: each was "
            "given to one of them"
        )
    notes += [
        f"{count} report lines could not be placed: {why}"
        for why, count in unmatched["why"].value_counts().sort_index().items()
    ]
    return Joined(once, unmatched.reset_index(drop=True), placed.base, tuple(notes))


_TEXTS = ("code", "message", "reason", "how")


# By row number.


def _by_row(table: pd.DataFrame, part: Part, cells: pa.Table) -> _Placed:
    numbered = table["row_number"].notna().to_numpy(dtype=bool)
    numbers = table["row_number"].fillna(0).to_numpy(dtype=np.int64)
    values = keys.fold(_strings(table["value"]))
    valued = numbered & _mask(pc.not_equal(values, ""))
    inside = {base: numbered & (numbers >= base) & (numbers < base + part.rows) for base in BASES}
    holds = {base: np.zeros(len(table), dtype=bool) for base in BASES}
    for column in cells.columns if valued.any() else ():
        folded = keys.fold(column)
        for base in BASES:
            ask = np.flatnonzero(valued & inside[base] & ~holds[base])
            there = folded.take(pa.array(numbers[ask] - base))
            holds[base][ask] = _mask(pc.equal(there, values.take(pa.array(ask))))
    found = _base(numbered, valued, inside, holds)
    at = np.full(len(table), _NOBODY, dtype=np.int64)
    why = np.full(len(table), UNDECIDED if valued.any() else UNCHECKED, dtype=object)
    notes: tuple[str, ...] = ()
    within = np.logical_or.reduce(list(inside.values()))
    if found is not None:
        placed = inside[found] & (holds[found] | ~valued)
        at[placed] = numbers[placed] - found
        within = inside[found]
        why[within & ~placed] = OTHER_VALUE
        notes = (f"{BASES[found]}, by {'the values' if valued.any() else 'their range'}",)
    why[~within] = NO_ROW
    why[~numbered] = NO_NUMBER
    return _Placed(at, np.full(len(table), "row number", dtype=object), why, found, notes)


def _base(
    numbered: Bools, valued: Bools, inside: dict[int, Bools], holds: dict[int, Bools]
) -> int | None:
    """The one base that the lines prove, or None; the rules stand with `join`."""
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
        and agree >= _CLEAR_SHARE * valued.sum()
        and all(alone[base] <= (1 - _CLEAR_SHARE) * alone[lead] for base in BASES if base != lead)
    )
    return lead if clear else None


def _others(holds: dict[int, Bools], base: int) -> list[Bools]:
    return [lines for other, lines in holds.items() if other != base]


# By key.


def _by_key(
    report: FailureReport,
    table: pd.DataFrame,
    part: Part,
    cells: pa.Table,
    fields: Sequence[str],
    profile: Profile,
) -> _Placed:
    written = _strings(table["key"])
    has_key = _mask(pc.not_equal(keys.fold_text(written), ""))
    positions = [
        (at, profile.fields[field].kind if field in profile.fields else "text")
        for field in fields
        for at, held in enumerate(part.fields)
        if held == field
    ]
    settled = functools.partial(keys.settled_keys, region=profile.region or "")
    at = np.full(len(table), _NOBODY, dtype=np.int64)
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
            at[ask], k[ask], again[ask] = _chosen(report, lines, part, cells, line_group, row_group)
    why = np.full(len(table), NO_ROW if positions else NO_KEY_COLUMN, dtype=object)
    why[~has_key] = NO_KEY
    why[again] = ""
    how = np.where(k == 1, "key", "one of " + pd.Series(k).astype("str").to_numpy(dtype=object))
    return _Placed(at, how, why, repeats=int(again.sum()))


def _chosen(
    report: FailureReport,
    lines: pd.DataFrame,
    part: Part,
    cells: pa.Table,
    line_group: Ints,
    row_group: Ints,
) -> tuple[Ints, Ints, Bools]:
    """For each line its row, among how many, and whether it only repeats another line.

    `line_group` and `row_group` number the keys; a line and a row of the same number belong
    together, and `_NOBODY` belongs to nothing.
    """
    order = np.asarray(pd.factorize(lines["code"] + "\n" + lines["message"])[0], dtype=np.int64)
    at, k = _dealt(line_group, row_group, order, np.zeros(len(row_group), dtype=bool))
    several = k > 1
    again = np.zeros(len(lines), dtype=bool)
    if not several.any():
        return at, k, again
    again[several] = _copies(lines, k)[several]
    at[again] = _NOBODY
    ask = np.flatnonzero(several & ~again)
    among = np.isin(row_group, line_group[ask])
    narrow = _narrowed(report, lines.iloc[ask], part, cells, line_group[ask], row_group, among)
    taken = np.zeros(len(row_group), dtype=bool)
    if narrow is not None:
        at[ask], fewer = _dealt(*narrow, order[ask], taken)
        k[ask] = np.where(fewer > 0, fewer, k[ask])
        taken[at[ask][fewer > 0]] = True
        ask = ask[fewer == 0]
    at[ask], _ = _dealt(line_group[ask], row_group, order[ask], taken)
    return at, k, again


def _dealt(line_group: Ints, row_group: Ints, order: Ints, taken: Bools) -> tuple[Ints, Ints]:
    """Deals the lines of each group to its rows in turn, those not taken first.

    Lines of the same `order` follow each other, so that one reason goes round before the next.

    Returns:
        The row of each line, `_NOBODY` where its group has none, and how many its group has.
    """
    rows = np.lexsort((taken, row_group))
    sorted_groups = row_group[rows]
    first = np.searchsorted(sorted_groups, line_group, side="left")
    k = np.searchsorted(sorted_groups, line_group, side="right") - first
    k[line_group == _NOBODY] = 0
    lines = np.lexsort((order, line_group))
    turn = np.empty(len(lines), dtype=np.int64)
    turn[lines] = np.arange(len(lines)) - np.searchsorted(
        line_group[lines], line_group[lines], side="left"
    )
    at = np.full(len(line_group), _NOBODY, dtype=np.int64)
    found = k > 0
    at[found] = rows[first[found] + turn[found] % k[found]]
    return at, k


def _copies(lines: pd.DataFrame, k: Ints) -> Bools:
    """Which lines are there only because the whole report is there several times.

    A line whose key only one row has can be there but once; how often such lines are there at
    least tells how often the report is.
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
) -> tuple[Ints, Ints] | None:
    """The groups of lines and rows that agree in all cells that a line carries, not the key alone.

    None where the lines carry none of the part's columns.
    """
    if report.suffix != ".csv":
        return None
    header = header_of(report.raw, part.header)
    # The file may have a column of the name of one of the provider's, which stand before.
    there = {name.casefold(): at for at, name in enumerate(header)}
    shared = [
        (at, there[name.strip().casefold()])
        for at, name in enumerate(part.header)
        if name.strip().casefold() in there
    ]
    records = cut("\n".join(lines["cells"]))
    if not shared or len(records) != len(lines):
        return None
    rows = np.flatnonzero(among)
    group, among_group = line_group, row_group[rows]
    for at, place in shared:
        said = pa.array(
            [record[place] if place < len(record) else "" for record in records], pa.string()
        )
        column = cells.column(at).take(pa.array(rows))
        said_code, row_code = _groups(keys.fold(said), keys.fold(column), blank=True)
        both = np.concatenate([group, among_group]) * (len(said_code) + len(row_code))
        both = np.unique(both + np.concatenate([said_code, row_code]), return_inverse=True)[1]
        group, among_group = both[: len(group)], both[len(group) :]
    narrow = np.full(len(row_group), _NOBODY, dtype=np.int64)
    narrow[rows] = among_group
    return group, narrow


def _groups(lines: pa.Array, rows: pa.Array, *, blank: bool = False) -> tuple[Ints, Ints]:
    """The same number for the same text; `_NOBODY` for a blank one unless blanks count too."""
    both = pa.concat_arrays([lines, rows])
    numbers = both.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    if not blank:
        numbers[_mask(pc.equal(both, ""))] = _NOBODY
    return numbers[: len(lines)], numbers[len(lines) :]


def _strings(column: pd.Series[str]) -> pa.Array:
    return pc.fill_null(pa.array(column, type=pa.large_string(), from_pandas=True), "")


def _mask(booleans: pa.Array) -> Bools:
    return np.asarray(booleans.to_numpy(zero_copy_only=False), dtype=bool)


def whole(part: Part, joined: Joined, outcome: Outcome, profile: Profile) -> Joined:
    """The failures of a job that failed as a whole: every row of the part has one.

    A row of which the report says nothing has the job's status as its code, and its message; what
    can be done about it is what the profile says of the status, else to send it again.
    """
    silent = ~np.isin(part.row_map, joined.failures["row"])
    if not silent.any():
        return joined
    reason = profile.reason(outcome.status)
    rest = pd.DataFrame(
        {
            "row": part.row_map[silent],
            "line": part.lines[silent],
            "code": outcome.status,
            "message": outcome.message,
            "reason": str(Reason.RETRY if reason is Reason.UNKNOWN else reason),
            "how": "whole part",
        }
    ).astype(dict.fromkeys(_TEXTS, "str"))
    failures = pd.concat([joined.failures, rest]).sort_values(
        "row", kind="stable", ignore_index=True
    )
    return replace(joined, failures=failures)


def verdicts(part: Part, joined: Joined, outcome: Outcome) -> PartBooks:
    """Where the rows of a part ended, the provider's own count reconciled with its report.

    Of a job that failed no row was taken. Else the provider's count stands where it is above what
    could be joined: the rest is refused, though it cannot be told which rows it is. Where it is
    below, the report stands. Where the provider gives no count, lines that may be about rows of the
    part stand for as many rows; those that match no row that was sent do not.

    Raises:
        ValueError: the job has not ended: nothing can be said of its rows.
    """
    if outcome.state == "running":
        raise ValueError("a job that runs has no verdicts")
    known, notes = joined.rows, []
    if outcome.state == "failed":
        refused = part.rows
    elif outcome.rejected is None:
        doubtful = joined.unmatched[joined.unmatched["why"] != NO_ROW]
        refused = known + len(doubtful.drop_duplicates())
    else:
        refused = outcome.rejected
        if refused < known:
            notes.append(
                f"the provider counts {refused} refused rows, its report has {known}: the report "
                "stands"
            )
    if refused > part.rows:
        notes.append(
            f"the provider counts {refused} refused rows, more than the {part.rows} of the part"
        )
    refused = max(known, min(refused, part.rows))
    if refused > known:
        notes.append(
            f"{refused - known} of the {refused} rows refused there are not in the report, or not "
            "to be told from it"
        )
    return PartBooks(part.rows - refused, refused, refused - known, tuple(notes))
