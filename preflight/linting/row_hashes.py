"""The hashes of a row by which rows are compared: of its match key, of all of it, of its phones.

No value can be told from them, and they are all that is kept of a row to find duplicates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.plan import Plan
from preflight.core.arrow import strings
from preflight.core.types import Bools, Chunk, Ints
from preflight.linting.chunk_analysis import ChunkAnalysis
from preflight.linting.fixer import FixedColumn
from preflight.linting.pandera_checks import VALUE
from preflight.rule import Alike, Rule, Scope

_Hashes = npt.NDArray[np.uint64]
_KEYS = ("preflight:high:1", "preflight:low:01")
_SEPARATOR = "\x1f"
HASHED = np.dtype(
    [("high", "<u8"), ("low", "<u8"), ("row", "<i8"), ("line", "<i8"), ("bad", "?"), ("keyed", "?")]
)
"""A row with the hashes of its match key, if it has one, or else of all of it.

`bad`: it has an error after fixing; `keyed`: it has a match key.
"""
NUMBERED = np.dtype([*HASHED.descr, ("person", "<u8")])
"""A row with a phone number: its hash twice, and a hash of who has it, 0 if that is not known."""


@dataclass(frozen=True)
class RowHashes:
    """The hashes of the rows of a chunk.

    Attributes:
        rows: `HASHED`, each of them; those with a match key alone if no rule compares whole rows.
        numbers: `NUMBERED`, for each column of phones that several people may share the rows with
            a number.
    """

    rows: np.ndarray
    numbers: Mapping[int, np.ndarray]


class RowHasher:
    """Makes the hashes that the rules about the table need.

    Args:
        plan: with the rules; only what they need is kept.
        across: whether the match keys are also compared with those of other files.

    Attributes:
        asked: whether anything needs hashes.
    """

    def __init__(self, plan: Plan, *, across: bool = False) -> None:
        self._plan = plan
        self._wanted = {rule.alike for rule in of_file(plan)}
        self.asked = across or bool(self._wanted)

    def hashes(self, analyzed: ChunkAnalysis) -> RowHashes | None:
        """The hashes of a chunk's rows, before and after fixing; None if nothing needs them."""
        if not self.asked:
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
        hashes[:, keyed] = hashed(keys[keyed])
        if Alike.ROW in self._wanted and not keyed.all():
            hashes[:, ~keyed] = hashed(whole(self._plan, chunk, ~keyed))
        rows = np.empty(len(keys), dtype=HASHED)
        rows["high"], rows["low"] = hashes
        rows["row"], rows["line"] = chunk.rows, chunk.lines
        rows["bad"], rows["keyed"] = analyzed.bad_after, keyed
        numbers = {}
        for column in self._plan.shared:
            of_phone = _numbers(chunk, column.position, of_column.get(column.position))
            numbers[column.position] = _numbered(self._plan, chunk, rows, of_phone)
        return RowHashes(rows if Alike.ROW in self._wanted else rows[keyed], numbers)


def of_file(plan: Plan) -> list[Rule]:
    """The rules about the table that look at this file alone."""
    return [rule for rule in plan.scoped(Scope.TABLE) if rule.alike is not Alike.FILES]


def _numbered(plan: Plan, chunk: Chunk, rows: np.ndarray, numbers: _Hashes) -> np.ndarray:
    """The rows with a phone number: people are told apart by their match key, or else by name."""
    filled = numbers != 0
    numbered = np.empty(int(filled.sum()), dtype=NUMBERED)
    for name in ("row", "line", "bad", "keyed"):
        numbered[name] = rows[name][filled]
    numbered["high"] = numbered["low"] = numbers[filled]
    numbered["person"] = rows["high"][filled]
    nameless = filled & ~rows["keyed"]
    if nameless.any():
        names = _names(plan, chunk, nameless)
        people = np.where(names == "", np.uint64(0), hashed(names)[0])
        numbered["person"][~numbered["keyed"]] = people
    return numbered


def whole(plan: Plan, chunk: Chunk, mask: Bools) -> np.ndarray:
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


def hashed(texts: np.ndarray) -> _Hashes:
    """Two hashes of each text: an array of two rows."""
    return np.array(
        [pd.util.hash_array(texts, hash_key=key, categorize=False) for key in _KEYS],
        dtype=np.uint64,
    ).reshape(2, len(texts))
