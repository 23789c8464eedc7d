"""Finds duplicate rows, duplicate contacts, and phones that several people share.

While the file is read, only a few hashes of each row are kept, and no values. If two rows have the
same match key, and only then, the chunks are read again to see whether the rows are equal in every
cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.plan import Plan
from preflight.core import findings as tables
from preflight.core.arrow import strings
from preflight.core.findings import Findings
from preflight.core.types import Bools, Chunk, Column, Ints
from preflight.linting.chunk_analysis import ChunkAnalysis
from preflight.linting.fixer import FixedColumn
from preflight.linting.kept_chunks import KeptChunks
from preflight.linting.linter import apply_rule
from preflight.linting.pandera_checks import VALUE
from preflight.rule import Alike, Rule, Scope

_Hashes = npt.NDArray[np.uint64]
_KEYS = ("preflight:high:1", "preflight:low:01")
_SEPARATOR = "\x1f"
_ALIKE = ["high", "low"]


@dataclass(frozen=True)
class Duplicates:
    """The findings of the rules about the table.

    Attributes:
        findings: of all these rules.
        hits: for each code, the rows that it reports.
    """

    findings: Findings
    hits: Mapping[str, Ints]


@dataclass(frozen=True)
class RowHashes:
    """The hashes of the rows of a chunk.

    Attributes:
        rows: a frame of row int64, line int64, bad bool (has an error after fixing), keyed bool
            (has a match key), high and low uint64 (of the match key, or of the whole row).
        numbers: for each column of phones that several people may share, the rows with a number
            and its hash: a frame of row int64 and number uint64.
    """

    rows: pd.DataFrame
    numbers: Mapping[int, pd.DataFrame]


class RowHasher:
    """Makes the hashes that the rules about the table need.

    Args:
        plan: with the rules; only what they need is kept.
        across: whether the match keys are also compared with those of other files.
    """

    def __init__(self, plan: Plan, *, across: bool = False) -> None:
        self._plan = plan
        self._wanted = {rule.alike for rule in _of_file(plan)}
        self._asked = across or bool(self._wanted)

    def hashes(self, analyzed: ChunkAnalysis) -> RowHashes | None:
        """The hashes of a chunk's rows, before and after fixing; None if nothing needs them."""
        if not self._asked:
            return None
        chunk = analyzed.joined
        of_column = {
            fixed_column.suspects.column.position: fixed_column for fixed_column in analyzed.columns
        }
        keys = np.full(len(chunk.rows), "", dtype=object)
        if self._plan.key is not None:
            position = self._plan.key.position
            keys = normal_keys(chunk, position, of_column.get(position))
        keyed = keys != ""
        hashes = np.zeros((2, len(keys)), dtype=np.uint64)
        hashes[:, keyed] = _hashed(keys[keyed])
        if Alike.ROW in self._wanted and not keyed.all():
            hashes[:, ~keyed] = _hashed(_whole(self._plan, chunk, ~keyed))
        rows = {
            "row": chunk.rows,
            "line": chunk.lines,
            "bad": analyzed.bad_after,
            "keyed": keyed,
            "high": hashes[0],
            "low": hashes[1],
        }
        numbers = {}
        for column in self._plan.shared:
            hashed_numbers = _numbers(chunk, column.position, of_column.get(column.position))
            filled = np.flatnonzero(hashed_numbers)
            own = {"row": chunk.rows[filled], "number": hashed_numbers[filled]}
            numbers[column.position] = pd.DataFrame(own)
        return RowHashes(pd.DataFrame(rows), numbers)


class Contacts:
    """The hashes of a file's rows, to compare them after the last row was read.

    Args:
        plan: with the rules about the table.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rules = sorted(_of_file(plan), key=lambda rule: (not rule.drops, rule.code))
        self._wanted = {rule.alike for rule in self._rules}
        self._rows: list[pd.DataFrame] = []
        self._numbers: dict[int, list[pd.DataFrame]] = {
            column.position: [] for column in plan.shared
        }

    def add(self, hashes: RowHashes | None) -> None:
        """Adds the hashes of a chunk's rows."""
        if hashes is None:
            return
        self._rows.append(hashes.rows)
        for position, numbers in hashes.numbers.items():
            self._numbers[position].append(numbers)

    def keys(self) -> pd.DataFrame:
        """The rows with their match keys, for `across.keep`."""
        if not self._rows:
            return pd.DataFrame(columns=["row", "line", "keyed", *_ALIKE])
        return pd.concat(self._rows, ignore_index=True)

    def judge(self, kept: KeptChunks, chunks: Iterable[Chunk]) -> Duplicates:
        """Applies the rules about the table to all rows together.

        The rules after it do not see a row that a rule drops.

        Args:
            kept: the results of the chunks; gets the cells that the second look reads.
            chunks: of the file, read again if rows need a second look.

        Raises:
            SourceError: the chunks differ, because the file was changed in the meantime.
        """
        if not self._rows or not self._rules:
            return Duplicates(tables.concat([]), {})
        rows = pd.concat(self._rows, ignore_index=True)
        shared = self._shared(rows)
        rows = rows[rows["high"].duplicated(keep=False)]
        second = self._second_look(rows, shared, kept, chunks)
        pieces: list[Findings] = []
        hits: dict[str, Ints] = {}
        gone = np.empty(0, dtype=np.int64)
        for rule in self._rules:
            for column, frame in self._frames(rule, rows, shared, second):
                left = frame[~frame.index.isin(gone)] if len(gone) else frame
                rule_findings, codes = duplicates(rule, left, self._plan, column)
                pieces.append(rule_findings)
                for code, hit in codes.items():
                    hits[code] = np.union1d(hits.get(code, hit), hit)
            if rule.drops:
                gone = np.union1d(gone, hits.get(rule.code, gone))
        return Duplicates(tables.concat(pieces), hits)

    def _shared(self, rows: pd.DataFrame) -> dict[int, pd.DataFrame]:
        """For each column of phones, the rows whose number another row has too."""
        frames = {}
        for position, pieces in self._numbers.items():
            numbers = pd.concat(pieces, ignore_index=True)
            several = numbers[numbers["number"].duplicated(keep=False)]
            frames[position] = several.merge(rows, on="row")
        return frames

    def _second_look(
        self,
        rows: pd.DataFrame,
        shared: Mapping[int, pd.DataFrame],
        kept: KeptChunks,
        chunks: Iterable[Chunk],
    ) -> pd.DataFrame:
        """Hashes of the whole row and of the names, for the rows that need them."""
        nameless = [frame.loc[~frame["keyed"], "row"].to_numpy() for frame in shared.values()]
        keyed = rows.loc[rows["keyed"], "row"].to_numpy()
        wanted = _union(keyed if Alike.ROW in self._wanted else keyed[:0], *nameless)
        nothing = np.empty(0, dtype=np.uint64)
        pieces = [
            pd.DataFrame({"row": wanted[:0], "high": nothing, "low": nothing, "person": nothing})
        ]
        if len(wanted):
            alike = {} if self._plan.key is None else {self._plan.key.position: keyed}
            alike |= {position: frame["row"].to_numpy() for position, frame in shared.items()}
            rows_alike = np.concatenate(list(alike.values()))
            numbers = [position + 1 for position in alike]
            columns = np.repeat(numbers, [len(places) for places in alike.values()])
            for again in kept.again(chunks):
                pieces.append(self._hashes(again.chunk, wanted))
                kept.add_cells(again, rows_alike, columns)
        return pd.concat(pieces, ignore_index=True)

    def _hashes(self, chunk: Chunk, wanted: Ints) -> pd.DataFrame:
        """The hashes of the wanted rows of a chunk."""
        mask = np.isin(chunk.rows, wanted)
        whole, names = _whole(self._plan, chunk, mask), _names(self._plan, chunk, mask)
        high, low = _hashed(whole)
        person = np.where(names == "", 0, _hashed(names)[0]).astype(np.uint64)
        return pd.DataFrame({"row": chunk.rows[mask], "high": high, "low": low, "person": person})

    def _frames(
        self,
        rule: Rule,
        rows: pd.DataFrame,
        shared: Mapping[int, pd.DataFrame],
        second: pd.DataFrame,
    ) -> Iterable[tuple[Column | None, pd.DataFrame]]:
        """The frames that a rule checks, each with the column that it is about."""
        if rule.alike is Alike.KEY:
            if self._plan.key is not None:
                yield self._plan.key, _ordered(rows[rows["keyed"]])
        elif rule.alike is Alike.ROW:
            keyed = rows.loc[rows["keyed"], ["row", "line", "bad"]]
            keyed = keyed.merge(second[["row", *_ALIKE]], on="row")
            yield None, _ordered(pd.concat([keyed, rows[~rows["keyed"]]]))
        else:
            people = second.set_index("row")["person"]
            for column in self._plan.shared:
                frame = shared[column.position]
                named = people.reindex(frame["row"], fill_value=0).to_numpy(dtype=np.uint64)
                own = frame["high"].where(frame["keyed"], named)
                frame = frame.assign(high=frame["number"], low=frame["number"], person=own)
                yield column, _ordered(frame)


def _of_file(plan: Plan) -> list[Rule]:
    """The rules about the table that look at this file alone."""
    return [rule for rule in plan.scoped(Scope.TABLE) if rule.alike is not Alike.FILES]


def _whole(plan: Plan, chunk: Chunk, mask: Bools) -> np.ndarray:
    """The rows of a mask as one text each: all cells as read, without helper columns."""
    kept = chunk.table.filter(pa.array(mask))
    cells = [
        kept[str(column.position)]
        for column in plan.columns
        if not column.pieces and column.kind != "helper"
    ]
    if not cells:
        return np.full(kept.num_rows, "", dtype=object)
    return np.asarray(
        pc.binary_join_element_wise(*cells, _SEPARATOR).to_numpy(zero_copy_only=False)
    )


def _names(plan: Plan, chunk: Chunk, mask: Bools) -> np.ndarray:
    """The names in the rows of a mask, in lower case; "" if there is none."""
    kept = chunk.table.filter(pa.array(mask))
    cells = [
        kept[str(column.position)]
        for column in plan.columns
        if not column.pieces and column.kind == "name"
    ]
    if not cells:
        return np.full(kept.num_rows, "", dtype=object)
    names = pc.utf8_lower(pc.utf8_trim_whitespace(pc.binary_join_element_wise(*cells, " ")))
    return np.asarray(names.to_numpy(zero_copy_only=False))


def duplicates(
    rule: Rule, keys: pd.DataFrame, plan: Plan, column: Column | None
) -> tuple[Findings, Mapping[str, Ints]]:
    """Applies a rule about the whole table.

    Args:
        rule: of the scope TABLE.
        keys: see `rule`; the rule's `check` and `reason` get all of it.
        plan: with the CRASH rule.
        column: that the findings are about, or None.

    Returns:
        The findings, and for each code the rows that it reports.
    """
    if keys.empty:
        return tables.concat([]), {}
    code, bad, messages = apply_rule(rule, keys, plan, narrowed=False)
    if not bad.any():
        return tables.concat([]), {}
    hit = keys[bad]
    rows = hit.index.to_numpy(dtype=np.int64)
    number = tables.NONE if column is None else column.position + 1
    listed = tables.table(code, rows, hit["line"].to_numpy(), number, messages)
    return listed, {code: np.unique(rows)}


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Orders rows without other errors first, so that they are kept."""
    return frame.sort_values(["bad", "row"], kind="stable").set_index("row")


def normal_keys(chunk: Chunk, position: int, column: FixedColumn | None) -> np.ndarray:
    """A column that identifies contacts, after fixing and in its normal form."""
    keys = np.asarray(chunk.table[str(position)].to_numpy(zero_copy_only=False), dtype=object)
    if column is not None:
        cells = column.fixed.cells
        normal = column.suspects.checks.kind.normal or VALUE
        keys = keys.copy()
        folded = cells[normal].str.lower().to_numpy(dtype=object)
        keys[column.suspects.where] = folded[column.suspects.which]
    return keys


def _numbers(chunk: Chunk, position: int, column: FixedColumn | None) -> _Hashes:
    """A hash of each phone number in E.164 after fixing; 0 if there is none."""
    values = chunk.table[str(position)]
    numbers = np.zeros(len(values), dtype=np.int64)
    plain = np.ones(len(values), dtype=bool)
    if column is not None:
        plain[column.suspects.where] = False
        forms = strings(column.fixed.cells["e164"])
        forms = pc.if_else(pc.equal(forms, ""), "+0", forms)
        numbers[column.suspects.where] = _digits(forms)[column.suspects.which]
    # What triage passes is E.164 or blank.
    plain &= np.asarray(pc.not_equal(values, "").to_numpy())
    numbers[plain] = _digits(values.filter(pa.array(plain)))
    hashes: _Hashes = pd.util.hash_array(numbers)
    return np.where(numbers == 0, np.uint64(0), hashes)


def _digits(forms: pa.Array | pa.ChunkedArray) -> Ints:
    """Numbers in E.164 form as whole numbers."""
    return np.asarray(pc.cast(pc.utf8_slice_codeunits(forms, 1), pa.int64()).to_numpy())


def _union(*rows: Ints) -> Ints:
    return np.unique(np.concatenate(rows))


def _hashed(texts: np.ndarray) -> _Hashes:
    """Two hashes of each text: an array of two rows."""
    return np.array(
        [pd.util.hash_array(texts, hash_key=key, categorize=False) for key in _KEYS],
        dtype=np.uint64,
    ).reshape(2, len(texts))
