"""Duplicates among the rows of a review, and beside the rows that are not in it.

Those are the clean rows of a fix, or what the provider took in earlier runs. The rules about
duplicates judge the rows that have a match key together, as in a check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.plan import Plan
from preflight.core import findings as tables
from preflight.core.types import Hints, Severity
from preflight.kinds.registry import KINDS
from preflight.linting.duplicates import duplicates
from preflight.review.judge import ROW, Fault, RowVerdict, faults_of
from preflight.rule import Alike, Rule, Scope, Verdict
from preflight.runs.matching import keys

_SEPARATOR = "\x1f"


@dataclass(frozen=True)
class Other:
    """A row that is not in the review.

    Attributes:
        row: its number.
        cells: as read, joined; "" if it does not matter.
        taken: why its match key cannot be sent again, for a row that a provider took; "" if clean.
    """

    row: int
    cells: str = ""
    taken: str = ""


@dataclass
class Repeats:
    """The rows of a review by their match keys.

    Attributes:
        plan: with the rules and the key column.
        others: the rows that are not in the review, by match key.
    """

    plan: Plan
    others: Mapping[str, Other]
    _key_of: dict[int, str] = field(default_factory=dict)
    _rows: dict[str, set[int]] = field(default_factory=dict)
    _normal: dict[str, str] = field(default_factory=dict)

    def place(self, index: int, key: str) -> set[str]:
        """Gives a row its match key, "" for none; returns the keys whose rows must be judged."""
        before = self._key_of.get(index, "")
        self._rows.get(before, set()).discard(index)
        if key:
            self._rows.setdefault(key, set()).add(index)
        self._key_of[index] = key
        return {before, key} - {""}

    def keys_of(self, rows: Sequence[tuple[Sequence[str], RowVerdict]]) -> list[str]:
        """The match keys of rows after fixing; "" for rows that are not compared.

        A row without one is compared cell by cell.
        """
        column = self.plan.key
        values = [""] * len(rows)
        if column is not None:
            at = column.position
            values = [verdict.fixed.get(at, cells[at]) for cells, verdict in rows]
            new = [value for value in dict.fromkeys(values) if value not in self._normal]
            if new:
                self._normal |= zip(new, _normal(new, column.kind), strict=True)
            values = [self._normal[value] for value in values]
        return [
            "" if verdict.dropped else value or _SEPARATOR + whole(cells)
            for value, (cells, verdict) in zip(values, rows, strict=True)
        ]

    def members(self, key: str) -> set[int]:
        """The rows of the review with a match key."""
        return self._rows.get(key, set())

    def judge(
        self, wanted: Iterable[str], rows: Mapping[int, tuple[int, str, bool]]
    ) -> dict[int, tuple[Fault, ...]]:
        """The faults of the rows that have some match keys.

        Args:
            wanted: the match keys.
            rows: for each of their rows, by index: its number, its cells as one text, whether it is
                rejected for something else.
        """
        faults: dict[int, tuple[Fault, ...]] = dict.fromkeys(rows, ())
        entries: list[tuple[int, int, bool, int, bool, str]] = []
        for number, key in enumerate(wanted):
            members, other = self.members(key), self.others.get(key)
            if other is not None and other.taken:
                taken = self._taken(other)
                for index in members:
                    faults[index] = taken
                continue
            if len(members) + (other is not None) < 2:
                continue
            keyed = not key.startswith(_SEPARATOR)
            if other is not None:
                entries.append((-1, other.row, False, number, keyed, other.cells))
            for index in members:
                row, cells, bad = rows[index]
                entries.append((index, row, bad, number, keyed, cells))
        if entries:
            faults |= self._judged(entries)
        return faults

    def _taken(self, other: Other) -> tuple[Fault, ...]:
        rule = next(rule for rule in self._comparing() if rule.verdict is Verdict.KEY)
        column = ROW if self.plan.key is None else self.plan.key.position
        return (Fault(rule.code, other.taken, rule.severity is Severity.ERROR, column),)

    def _comparing(self) -> tuple[Rule, ...]:
        return self.plan.scoped(Scope.COMPARISON)

    def _judged(
        self, entries: Sequence[tuple[int, int, bool, int, bool, str]]
    ) -> dict[int, tuple[Fault, ...]]:
        """Applies the rules about the table to rows with equal match keys."""
        frame = pd.DataFrame(entries, columns=["index", "row", "bad", "key", "keyed", "cells"])
        frame["line"] = frame["row"]
        frame = frame.sort_values(["bad", "row"], kind="stable").set_index("row")
        index_of = dict(zip(frame.index.tolist(), frame["index"].tolist(), strict=True))
        found: dict[int, list[Fault]] = {}
        gone: set[int] = set()
        rules = [rule for rule in self.plan.scoped(Scope.TABLE) if rule.alike in _ALIKE]
        for rule in sorted(rules, key=lambda rule: (not rule.drops, rule.code)):
            left = frame[~frame.index.isin(list(gone))]
            if rule.alike is Alike.KEY:
                left = left[left["keyed"]]
                left = left.assign(high=left["key"].astype("uint64"), low=np.uint64(0))
            else:
                texts = pd.factorize(left["cells"])[0].astype("uint64")
                left = left.assign(high=left["key"].astype("uint64"), low=texts)
            column = self.plan.key if rule.alike is Alike.KEY else None
            findings, hits = duplicates(rule, left, self.plan, column)
            rows = findings.frame[tables.ROW].tolist()
            for row, fault in zip(rows, faults_of(findings.frame, self.plan), strict=True):
                found.setdefault(index_of[row], []).append(fault)
            if rule.drops:
                gone |= {int(row) for rows in hits.values() for row in rows}
        return {index: tuple(listed) for index, listed in found.items() if index >= 0}


def _normal(values: Sequence[str], name: str) -> list[str]:
    """Match keys in the form in which they are compared; "" for values that their kind refuses."""
    kind = KINDS.get(name)
    written = pa.array(values, pa.string())
    if kind is not None and kind.normal is not None:
        distinct = pc.unique(written)
        odd = distinct.filter(pc.invert(kind.plain(pa.chunked_array([distinct])).combine_chunks()))
        cells = pd.DataFrame({"value": pd.Series(odd.to_pylist(), dtype="str"), "region": ""})
        if len(cells):
            normal = pa.array(kind.judge(cells, Hints())[kind.normal], pa.string())
            at = pc.index_in(written, value_set=odd)
            written = pc.if_else(pc.is_valid(at), normal.take(at), written)
    matched: list[str] = keys.match_keys(written, name).to_pylist()
    return matched


_ALIKE = (Alike.KEY, Alike.ROW)


def whole(cells: Sequence[str]) -> str:
    """All cells of a row as one text."""
    return _SEPARATOR.join(cells)


def dropping(plan: Plan) -> frozenset[str]:
    """The codes of the rules about duplicates that drop a row."""
    rules = plan.scoped(Scope.TABLE)
    return frozenset(rule.code for rule in rules if rule.drops and plan.applies(rule.safety))
