"""Finds contacts that stand in several files of a call.

While a file is read, `duplicates.Contacts` keeps two hashes of each match key and no values. They
are written to disk, ordered by the hash, one row for each contact of the file. Then all files are
gone over together, a range of hashes at a time: memory does not grow with the files.
"""

from __future__ import annotations

import bisect
import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from preflight.config.plan import Plan
from preflight.core import files
from preflight.core import findings as tables
from preflight.core.file_findings import LateFindings
from preflight.core.findings import Findings
from preflight.core.types import Severity
from preflight.linting.linter import apply_rule
from preflight.linting.row_states import CLEAN, DROPPED, REJECTED, RowStates
from preflight.rule import Alike, Rule, Scope

if TYPE_CHECKING:
    from preflight.linting.analysis import Analysis

_KEY = np.dtype(
    [("high", "<u8"), ("low", "<u8"), ("row", "<i8"), ("line", "<i8"), ("bad", np.bool_)]
)
_HASHES = 1 << 64
_AT_A_TIME = 1 << 20
"""About how many rows are compared at a time; no result depends on it."""


@dataclass(frozen=True)
class FileKeys:
    """The match keys of a file, on disk.

    Attributes:
        name: of the file in reports.
        path: of the keys.
        plan: of the check of the file.
    """

    name: str
    path: Path
    plan: Plan

    @property
    def column(self) -> int:
        """The number of the column of the match keys, from 1; 0 if the file has none."""
        return 0 if self.plan.key is None else self.plan.key.position + 1

    @property
    def rules(self) -> list[Rule]:
        """Those that compare files, of this file."""
        return [rule for rule in self.plan.scoped(Scope.TABLE) if rule.alike is Alike.FILES]


def keep(parts: Iterable[np.ndarray], states: RowStates, path: Path) -> None:
    """Writes the match keys of a file.

    A contact that stands in several rows of it is kept once: by the first row that is not rejected,
    or else by the first one.

    Args:
        parts: rows as `HASHED`, in the order of their hashes part by part; each part in row order.
        states: of all rows of the file, after fixing.
        path: of a new file.

    Raises:
        WriteError: the disk is full.
    """
    with files.writing("temporary files"), path.open("wb") as file:
        for rows in parts:
            file.write(_keys_of(rows, states).tobytes())


def _keys_of(rows: np.ndarray, states: RowStates) -> np.ndarray:
    """The keys of some rows, among which are all rows with each of them."""
    state = states[rows["row"] - 1]
    kept = rows["keyed"] & (state != DROPPED)
    keys = np.empty(int(kept.sum()), dtype=_KEY)
    for field in ("high", "low", "row", "line"):
        keys[field] = rows[field][kept]
    keys["bad"] = state[kept] != CLEAN
    keys = keys[np.lexsort((keys["row"], keys["bad"], keys["low"], keys["high"]))]
    again = (keys["high"][1:] == keys["high"][:-1]) & (keys["low"][1:] == keys["low"][:-1])
    first: np.ndarray = keys[np.concatenate([np.ones(min(len(keys), 1), dtype=bool), ~again])]
    return first


def repeated(kept: Sequence[FileKeys], *, at_a_time: int = _AT_A_TIME) -> Mapping[int, Findings]:
    """What the rules that compare files find.

    Args:
        kept: the keys of each file, in the order of the call.
        at_a_time: about how many rows are compared at a time.

    Returns:
        For each file with findings, by its position: the findings, in no order.
    """
    plans = {rule.code: file.plan for file in reversed(kept) for rule in file.rules}
    pieces: dict[int, list[Findings]] = {}
    for frame in _alike(kept, at_a_time):
        for code, plan in sorted(plans.items()):
            reported, bad, messages = apply_rule(plan.rules[code], frame, plan, narrowed=False)
            hits = frame[bad].assign(message=messages)
            for at in np.unique(hits["file"].to_numpy()).tolist():
                hit = hits[hits["file"] == at]
                if code in kept[at].plan.rules:
                    rows, lines = hit["row"].to_numpy(), hit["line"].to_numpy()
                    said = hit["message"].to_numpy(dtype=object)
                    found = tables.table(reported, rows, lines, kept[at].column, said)
                    pieces.setdefault(at, []).append(found)
    return {at: tables.concat(found) for at, found in pieces.items()}


def with_findings(analysis: Analysis, found: Findings) -> Analysis:
    """An analysis with the findings of rules that compare files; rows that are errors rejected."""
    codes = [code for code, rule in analysis.plan.rules.items() if rule.severity is Severity.ERROR]
    rejected = tables.errors(found, codes).rows - 1
    before, after = analysis.before.copy(), analysis.after.copy()
    for states in (before, after):
        states[rejected[states[rejected] == CLEAN]] = REJECTED
    late = LateFindings()
    late.add(found)
    findings = analysis.findings.with_late(late)
    return dataclasses.replace(analysis, findings=findings, before=before, after=after)


def _alike(kept: Sequence[FileKeys], at_a_time: int) -> Iterator[pd.DataFrame]:
    """Frames of the rows whose contact stands in another file too, as `Alike.FILES` says."""
    all_keys = [_keys(file.path) for file in kept]
    total = sum(len(keys) for keys in all_keys)
    ranges = max(1, -(-total // at_a_time))
    bounds = [_HASHES * at // ranges for at in range(ranges + 1)]
    for low, high in itertools.pairwise(bounds) if kept else ():
        frame = pd.concat(_slice(at, keys, low, high) for at, keys in enumerate(all_keys))
        frame = frame[frame.duplicated(["high", "low"], keep=False)]
        if len(frame):
            names = [kept[at].name for at in frame["file"]]
            frame = frame.assign(path=pd.Series(names, dtype="str", index=frame.index))
            yield frame.sort_values(["bad", "file"], kind="stable").reset_index(drop=True)


def _keys(path: Path) -> np.ndarray:
    return np.memmap(path, dtype=_KEY, mode="r") if path.stat().st_size else np.empty(0, _KEY)


def _slice(at: int, keys: np.ndarray, low: int, high: int) -> pd.DataFrame:
    """The keys of a file in a range of hashes; only they are read."""
    hashes = keys["high"]
    start, end = bisect.bisect_left(hashes, low), bisect.bisect_left(hashes, high)
    part = np.array(keys[start:end])
    columns = {name: part[name] for name in _KEY.names or ()}
    return pd.DataFrame({"file": np.full(len(part), at, dtype=np.int64), **columns})
