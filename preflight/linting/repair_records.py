"""Records with a wrong number of fields that can be made rows again.

A rule about records declares which of these repairs it makes, see `Repair`:

- TRIM takes away blank fields beyond the header: nothing is lost.
- JOIN joins fields again that an unquoted delimiter has cut, see `rejoin_fields`.
- FILL adds the blank cells that an exporter left out at the end of a record.
- REQUOTE reads a record with text after a closing quote, see `requote_fields`.

A repaired record takes its place in the table, and is linted, fixed and written like any row.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.plan import Plan
from preflight.core import csv_writer
from preflight.core.arrow import matches
from preflight.core.names import bare_name
from preflight.core.types import LOCATED_CHANGE_COLUMNS, Bools, Chunk, Flaw, Ints, Layout
from preflight.linting.rejoin_fields import Rejoined, rejoined
from preflight.linting.requote_fields import Requoted, requoted
from preflight.linting.unquoted_delimiter import SHAPES, can_hold, likely_columns
from preflight.reading.raw_records import cut_by_width
from preflight.rule import Repair, Rule, Safety, Scope

_BLANK = r"^\s*$"
_CUT_OFF = r"^\s+\S"
"""A cell that begins with a blank: perhaps the rest of one with an unquoted delimiter."""
_NO_REPAIRS = pd.DataFrame(columns=list(LOCATED_CHANGE_COLUMNS))


@dataclass(frozen=True)
class Repaired:
    """A chunk whose records were repaired as far as the plan allows.

    Attributes:
        chunk: with the repaired records in its table. Its `malformed` and `noted` have `likely`
            str (the column in which a delimiter probably lacks its quotes, or "") and `repair` str
            (a `Repair` that is or could be made, or ""), if it has records of a wrong length.
        repairable: the rows that are repaired, or would be by fixes that guess, with the safety.
        repairs: what was repaired, a frame of `types.LOCATED_CHANGE_COLUMNS`; the texts are whole
            records, or the cells that were read in another way.
    """

    chunk: Chunk
    repairable: Mapping[int, Safety]
    repairs: pd.DataFrame


def unrepaired(chunk: Chunk) -> Repaired:
    """A chunk of which no record is repaired."""
    return Repaired(chunk, {}, _NO_REPAIRS)


class RecordRepairs:
    """The repairs that the rules of a plan make.

    Args:
        plan: with the rules.
        layout: of the file.
    """

    def __init__(self, plan: Plan, layout: Layout) -> None:
        self._plan, self._syntax = plan, layout.syntax
        self._names_lack = len(layout.longer_rows) > 1
        self._columns = plan.columns[: len(layout.header)]  # without joined ones
        self._rules: dict[Repair, Rule] = {
            repair: rule for rule in plan.scoped(Scope.RECORD) for repair in rule.repairs
        }

    def repair(self, chunk: Chunk) -> Repaired:
        """The chunk with its records repaired, and what was repaired."""
        if not len(chunk.malformed):
            return unrepaired(chunk)
        flaws = chunk.malformed["flaw"]
        long, short, misquoted = (
            np.flatnonzero(flaws == flaw) for flaw in (Flaw.LONG, Flaw.SHORT, Flaw.MISQUOTED)
        )
        if not len(long) and not len(short) and not len(misquoted):
            return unrepaired(chunk)
        source = chunk.malformed.assign(likely=self._likely(chunk.malformed, long))
        quotes = self._requoted(source, misquoted)
        trimmed = self._of(Repair.TRIM, source, long, chunk.count)
        left = np.setdiff1d(long, trimmed.at)
        found = {
            Repair.TRIM: trimmed,
            Repair.JOIN: self._of(Repair.JOIN, source, left),
            Repair.FILL: self._of(Repair.FILL, source, short),
            Repair.REQUOTE: Rejoined(quotes.at, quotes.cells),
        }
        kinds = np.full(len(source), "", dtype=object)
        repairable: dict[int, Safety] = {}
        for repair, records in found.items():
            kinds[records.at] = str(repair)
            rows = source["row"].to_numpy()[records.at].tolist()
            repairable |= dict.fromkeys(rows, repair.safety)
        source = source.assign(repair=kinds)
        chunk, logs = replace(chunk, malformed=source), [_NO_REPAIRS]
        for repair, records in found.items():
            if len(records.at) and self._plan.applies(repair.safety):
                raw = source.iloc[records.at]
                chunk = _in_the_table(chunk, raw, records.cells)
                if repair is Repair.REQUOTE:
                    logs.append(self._log_of_cells(raw, quotes))
                else:
                    logs.append(_log(self._rules[repair], repair, raw, records.cells))
        return Repaired(chunk, repairable, pd.concat(logs[1:] or logs, ignore_index=True))

    def _likely(self, malformed: pd.DataFrame, long: Ints) -> np.ndarray:
        """For each record the column in which a delimiter probably lacks its quotes, or "".

        The names of a header of which none is known may be somebody's data, and are not said. Where
        the header has a name too few, no delimiter lacks its quotes.
        """
        names = np.full(len(malformed), "", dtype=object)
        named = any(column.field for column in self._columns)
        if len(long) and named and not self._names_lack:
            records = malformed.iloc[long]
            at = likely_columns(records["raw"], _widths(records), self._columns, self._syntax)
            headers = [*(bare_name(column.name) for column in self._columns), ""]
            names[long] = np.array(headers, dtype=object)[at]
        return names

    def _of(
        self, repair: Repair, malformed: pd.DataFrame, at: Ints, records_read: int = 0
    ) -> Rejoined:
        """The records that a repair fits.

        Args:
            repair: which.
            malformed: the records of a chunk.
            at: which of them may be repaired so.
            records_read: the number of all records of the chunk.
        """
        named = any(column.field for column in self._columns)
        # Names that are not known, or too few of them, do not tell where a cell belongs.
        joins = named and not self._names_lack
        if repair not in self._rules or not len(at) or (repair is Repair.JOIN and not joins):
            return _rejoined([], len(self._columns))
        records = malformed.iloc[at]
        if repair is Repair.JOIN:
            found = rejoined(records["raw"], _widths(records), self._columns, self._syntax)
        else:
            trim = functools.partial(self._surplus_is_blank, records_read)
            chosen = trim if repair is Repair.TRIM else self._fits_as_it_is
            found = self._cut_to_width(records, chosen)
        return replace(found, at=at[found.at])

    def _requoted(self, malformed: pd.DataFrame, at: Ints) -> Requoted:
        """The records with text after a closing quote that can be read in only one way.

        Where the header has one column, any line fits it as a whole, so that proves nothing.
        """
        if Repair.REQUOTE not in self._rules or len(self._columns) == 1:
            at = at[:0]
        found = requoted(malformed["raw"].iloc[at], self._columns, self._syntax)
        return replace(found, at=at[found.at])

    def _log_of_cells(self, records: pd.DataFrame, quotes: Requoted) -> pd.DataFrame:
        """The cells of some records that were read in another way."""
        where = zip(records["row"], records["line"], quotes.changes, strict=True)
        rule, safety = self._rules[Repair.REQUOTE], str(Repair.REQUOTE.safety)
        return pd.DataFrame(
            [
                (row, line, self._columns[at].name, rule.code, safety, old, new, at)
                for row, line, changes in where
                for at, old, new in changes
            ],
            columns=list(LOCATED_CHANGE_COLUMNS),
        )

    def _surplus_is_blank(self, records_read: int, cells: Sequence[pa.Array]) -> Bools:
        """Long records whose surplus fields are blank.

        One in which a cell seems cut off by an unquoted delimiter is left to JOIN. If half of the
        records have the same surplus, a program wrote it; else a blank field may be the extra one.
        """
        surplus = cells[len(self._columns) :]
        blank = np.logical_and.reduce([matches(cell, _BLANK) for cell in surplus])
        mask: Bools = blank & ~np.logical_or.reduce([matches(cell, _CUT_OFF) for cell in cells])
        if len(mask) * 2 < records_read:
            mask &= ~self._one_blank_too_many(cells)
        return mask

    def _one_blank_too_many(self, cells: Sequence[pa.Array]) -> Bools:
        """Records that fit as well without a blank field in front of others."""
        width = len(self._columns)
        blank = [matches(cell, _BLANK) for cell in cells]
        fits = [can_hold(column, cell) for column, cell in zip(self._columns, cells, strict=False)]
        moved = [
            can_hold(column, cell) for column, cell in zip(self._columns, cells[1:], strict=False)
        ]
        extra = np.zeros(len(blank[0]), dtype=bool)
        for at in range(width - 1):
            followed = ~np.logical_and.reduce(blank[at + 1 : width])
            extra |= blank[at] & followed & np.logical_and.reduce([*fits[:at], *moved[at:]])
        return extra

    def _fits_as_it_is(self, cells: Sequence[pa.Array]) -> Bools:
        """Short records whose cells fit their columns.

        Something must hold them in their place: an address, a phone number or a timestamp.
        """
        known = list(zip(self._columns, cells, strict=False))
        held = [
            matches(cell, SHAPES[column.kind])
            for column, cell in known
            if column.kind in SHAPES and column.field
        ]
        if not held:
            return np.zeros(len(cells[0]), dtype=bool)
        fits = np.logical_and.reduce([can_hold(column, cell) for column, cell in known])
        mask: Bools = fits & np.logical_or.reduce(held)
        return mask

    def _cut_to_width(
        self, records: pd.DataFrame, chosen: Callable[[Sequence[pa.Array]], Bools]
    ) -> Rejoined:
        """The records that are chosen by their cells, cut or filled up to the header's width."""
        width = len(self._columns)
        pieces: list[tuple[Ints, list[np.ndarray]]] = []
        for at, cells in cut_by_width(records["raw"], _widths(records), self._syntax):
            mask = chosen(cells)
            if mask.any():
                kept = [_objects(cell)[mask] for cell in cells[:width]]
                blank = np.full(int(mask.sum()), "", dtype=object)
                pieces.append((at[mask], kept + [blank] * (width - len(kept))))
        return _rejoined(pieces, width)


def _rejoined(pieces: Sequence[tuple[Ints, Sequence[np.ndarray]]], width: int) -> Rejoined:
    """Records of several widths together, in their order."""
    at = np.concatenate([np.empty(0, dtype=np.int64), *(which for which, _ in pieces)])
    order = np.argsort(at, kind="stable")
    nothing = np.empty(0, dtype=object)
    columns = [
        np.concatenate([nothing, *(cells[column] for _, cells in pieces)])[order]
        for column in range(width)
    ]
    return Rejoined(at[order], tuple(columns))


def _widths(records: pd.DataFrame) -> Ints:
    return records["fields"].to_numpy(dtype=np.int64)


def _objects(cells: pa.Array) -> np.ndarray:
    return np.asarray(cells.to_numpy(zero_copy_only=False), dtype=object)


def _log(
    rule: Rule, repair: Repair, records: pd.DataFrame, cells: Sequence[np.ndarray]
) -> pd.DataFrame:
    texts = csv_writer.records([pa.array(column, pa.string()) for column in cells])
    return pd.DataFrame(
        {
            "row": records["row"].to_numpy(dtype=np.int64),
            "line": records["line"].to_numpy(dtype=np.int64),
            "column_name": "",
            "code": rule.code,
            "safety": str(repair.safety),
            "old": records["raw"].to_numpy(object),
            "new": np.array([text.removesuffix("\n") for text in texts.to_pylist()], object),
            "position": -1,
        }
    )


def _in_the_table(chunk: Chunk, records: pd.DataFrame, cells: Sequence[np.ndarray]) -> Chunk:
    """The chunk with repaired records in their places; the rules still report them, as noted."""
    schema = chunk.table.schema
    more = pa.table(
        [pa.array(column, kind) for column, kind in zip(cells, schema.types, strict=True)], schema
    )
    own = records["row"].to_numpy(dtype=np.int64)
    at = np.searchsorted(chunk.rows, own)
    noted = [records] if chunk.noted is None else [chunk.noted, records]
    return replace(
        chunk,
        table=_inserted(chunk.table, more, at),
        rows=np.insert(chunk.rows, at, own),
        lines=np.insert(chunk.lines, at, records["line"].to_numpy(dtype=np.int64)),
        malformed=chunk.malformed[~chunk.malformed["row"].isin(records["row"])],
        noted=pd.concat(noted, ignore_index=True),
    )


def _inserted(table: pa.Table, more: pa.Table, at: Ints) -> pa.Table:
    """A table with the rows of another one inserted before some of its own, which are ascending."""
    if not len(more):
        return table
    places, first = np.unique(at, return_index=True)
    edges = zip([0, *places[:-1]], places, first, [*first[1:], len(at)], strict=True)
    pieces = [
        piece
        for start, place, begin, end in edges
        for piece in (table.slice(start, place - start), more.slice(begin, end - begin))
    ]
    return pa.concat_tables([*pieces, table.slice(places[-1])]).combine_chunks()
