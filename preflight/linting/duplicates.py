"""Finds duplicate rows, duplicate contacts, and phones that several people share.

While the file is read, only a few hashes of each row are kept, and no values. If two rows have the
same match key, and only then, the chunks are read again to see whether the rows are equal in every
cell. What is kept goes to disk past a size, in parts by the hash, and is compared part by part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from preflight.config.plan import Plan
from preflight.core import findings as tables
from preflight.core.file_findings import LateFindings
from preflight.core.findings import Findings
from preflight.core.types import Bools, Chunk, Column, Ints
from preflight.linting.hash_partitions import Partitions, together
from preflight.linting.kept_chunks import KeptChunks
from preflight.linting.linter import apply_rule
from preflight.linting.row_hashes import HASHED, NUMBERED, RowHashes, hashed, of_file, whole
from preflight.rule import Alike, Rule

_AT_A_TIME = 1 << 17
"""How many findings are gathered before they are kept."""


class Contacts:
    """The hashes of a file's rows, to compare them after the last row was read.

    Args:
        plan: with the rules about the table.
        folder: a private folder, for hashes that do not fit into memory.
    """

    def __init__(self, plan: Plan, folder: Path | None = None) -> None:
        self._plan, self._folder = plan, folder
        self._rules = sorted(of_file(plan), key=lambda rule: (not rule.drops, rule.code))
        self._rows = Partitions(HASHED, folder)
        self._numbers = {column.position: Partitions(NUMBERED, folder) for column in plan.shared}

    def add(self, hashes: RowHashes | None) -> None:
        """Adds the hashes of a chunk's rows.

        Raises:
            WriteError: the disk is full.
        """
        if hashes is not None:
            self._rows.add(hashes.rows)
            for position, numbers in hashes.numbers.items():
                self._numbers[position].add(numbers)

    def keys(self) -> Iterator[np.ndarray]:
        """The rows with their match keys as `HASHED`, in parts in the order of hashes."""
        return (rows for (rows,) in together(self._rows))

    def judge(
        self, kept: KeptChunks, chunks: Iterable[Chunk], count: int, late: LateFindings
    ) -> Mapping[str, Bools]:
        """Applies the rules about the table to all rows together.

        The rules after it do not see a row that a rule drops.

        Args:
            kept: the results of the chunks; gets the cells that the second look reads.
            chunks: of the file, read again if rows need a second look.
            count: the number of rows of the file.
            late: gets the findings.

        Returns:
            For each code a mask over all rows of the file: those that it reports.

        Raises:
            SourceError: the chunks differ, because the file was changed in the meantime.
            WriteError: the disk is full.
        """
        if not self._rules:
            return {}
        alike = _Alike(self._plan, self._rows, self._numbers, self._folder)
        if Alike.ROW in {rule.alike for rule in self._rules}:
            alike.look_again(kept, chunks, count)
        hits: dict[str, Bools] = {}
        gone = np.zeros(count, dtype=bool)
        found: list[Findings] = []
        for rule in self._rules:
            for column, frame in alike.frames(rule):
                left = frame[~gone[frame.index.to_numpy() - 1]]
                findings, codes = duplicates(rule, left, self._plan, column)
                for code, rows in codes.items():
                    hits.setdefault(code, np.zeros(count, dtype=bool))[rows - 1] = True
                found.append(findings)
                if sum(map(len, found)) > _AT_A_TIME:
                    late.add(tables.concat(found))
                    found = []
            if rule.drops and rule.code in hits:
                gone |= hits[rule.code]
        late.add(tables.concat(found))
        return hits


class _Alike:
    """The rows of a file that may be alike, which most rows are not.

    Args:
        plan: of the check.
        rows: all rows.
        numbers: for each column of phones that several people may share, all rows with a number.
        folder: a private folder.
    """

    def __init__(
        self,
        plan: Plan,
        rows: Partitions,
        numbers: Mapping[int, Partitions],
        folder: Path | None,
    ) -> None:
        self._plan = plan
        self._rows = _repeated(rows, HASHED, folder)
        self._numbers = {
            position: _repeated(some, NUMBERED, folder) for position, some in numbers.items()
        }
        self._whole = Partitions(HASHED, folder)

    def look_again(self, kept: KeptChunks, chunks: Iterable[Chunk], count: int) -> None:
        """Reads the rows with equal match keys again, to compare all of their cells.

        Args:
            kept: gets the cells that are compared.
            chunks: of the file.
            count: the number of its rows.
        """
        keyed, bad = np.zeros((2, count), dtype=bool)
        for (rows,) in together(self._rows):
            keyed[rows["row"][rows["keyed"]] - 1] = True
            bad[rows["row"][rows["bad"]] - 1] = True
        if not keyed.any():
            return
        key = self._plan.key
        compared = {} if key is None else {key.position: keyed}
        for position, numbers in self._numbers.items():
            compared[position] = np.zeros(count, dtype=bool)
            for (rows,) in together(numbers):
                compared[position][rows["row"] - 1] = True
        wanted = np.logical_or.reduce([keyed, *compared.values()])
        for again in kept.again(chunks, wanted):
            chunk = again.chunk
            mask = keyed[chunk.rows - 1]
            hashes = np.empty(int(mask.sum()), dtype=HASHED)
            hashes["high"], hashes["low"] = hashed(whole(self._plan, chunk, mask))
            hashes["row"], hashes["line"] = chunk.rows[mask], chunk.lines[mask]
            hashes["bad"], hashes["keyed"] = bad[chunk.rows[mask] - 1], True
            self._whole.add(hashes)
            for position, wanted in compared.items():
                rows = chunk.rows[wanted[chunk.rows - 1]]
                kept.add_cells(again, rows, np.full(len(rows), position + 1))

    def frames(self, rule: Rule) -> Iterator[tuple[Column | None, pd.DataFrame]]:
        """The frames that a rule checks, each with the column that it is about.

        Rows that are alike are in one frame. There are several if there are many rows.
        """
        if rule.alike is Alike.KEY:
            for (rows,) in together(self._rows) if self._plan.key is not None else ():
                yield self._plan.key, _frame(rows[rows["keyed"]])
        elif rule.alike is Alike.ROW:
            for rows, keyed in together(self._rows, self._whole):
                yield None, _frame(np.concatenate([keyed, rows[~rows["keyed"]]]))
        else:
            for column in self._plan.shared:
                for (rows,) in together(self._numbers[column.position]):
                    yield column, _frame(rows)


def _repeated(rows: Partitions, record: np.dtype, folder: Path | None) -> Partitions:
    """The records whose first hash another one has, too."""
    repeated = Partitions(record, folder)
    for (some,) in together(rows):
        repeated.add(some[pd.Series(some["high"]).duplicated(keep=False).to_numpy()])
    return repeated


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


def _frame(records: np.ndarray) -> pd.DataFrame:
    """Records as a frame by row; rows without other errors come first, so that they are kept."""
    ordered = records[np.lexsort((records["row"], records["bad"]))]
    columns = {name: ordered[name] for name in ordered.dtype.names or () if name != "row"}
    return pd.DataFrame(columns, index=pd.Index(ordered["row"], name="row"))
