"""What of a file's findings a baseline accepts, and what is new or worse."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from preflight.baseline import document
from preflight.baseline.document import AcceptedFile, Baseline, Entry
from preflight.baseline.fingerprints import Fingerprints
from preflight.baseline.kinds import Kind, KindFindings, Positions, kinds
from preflight.config.rule_version import rule_version
from preflight.core.findings import Findings
from preflight.core.types import Severity
from preflight.linting import rule_limits
from preflight.linting.analysis import Analysis
from preflight.linting.row_states import REJECTED, RowStates
from preflight.rule import Rule

Cells = Callable[[Findings], tuple[np.ndarray, np.ndarray]]


class Standing(enum.IntEnum):
    """How a finding stands to a baseline.

    - ACCEPTED: there are no more of its kind than the baseline accepts, or it knows this very cell;
      or the config accepts so many of its rule.
    - WORSE: there are more of its kind than the baseline accepts.
    - NEW: the baseline does not know its kind.
    """

    ACCEPTED = 0
    WORSE = 1
    NEW = 2

    @property
    def word(self) -> Literal["accepted", "worse", "new"]:
        """What reports call it."""
        return (
            "accepted" if self is Standing.ACCEPTED else "new" if self is Standing.NEW else "worse"
        )


@dataclass(frozen=True)
class KindStanding:
    """How the findings of one kind stand.

    Attributes:
        rule: that reports them.
        kind: of them.
        standing: the worst one among them.
        count: how many there are.
        fresh: how many of them are not accepted by the cell.
        excess: how many there are more than the baseline accepts.
        entry: what the baseline accepts; None if the kind is new.
        of_file: whether they are about the file or its header.
        refuses: whether nothing of the file can be used for them.
        rows: the rows of those that are not accepted by the cell; empty for the file or its header.
    """

    rule: Rule
    kind: Kind
    standing: Standing
    count: int
    fresh: int
    excess: int
    entry: Entry | None
    of_file: bool
    refuses: bool
    rows: Positions = field(repr=False)

    @property
    def has_changed(self) -> bool:
        """Whether the rule has changed since it was accepted."""
        return self.entry is not None and self.entry.rule != rule_version(self.rule)


@dataclass(frozen=True)
class Comparison:
    """The findings of a file beside a baseline.

    Attributes:
        path: of the baseline.
        file: what is accepted in this file; None if the baseline does not have it.
        name: what the baseline calls this file, or would.
        kinds: those that the file has, in a fixed order.
        gone: what is accepted and was not found any more, though its rule is applied; nothing if
            nothing of the file can be used.
        changed: the codes of accepted rules that have changed since.
        updated: the libraries that have changed since: name → the versions then and now.
        profile: that the file was checked for.
        rows: that it has.
        keyless: whether there are fingerprints and no key to compare them with.
        of_rows: the standing of each finding about rows.
        of_problems: the standing of each problem of the file.
    """

    path: Path
    file: AcceptedFile | None
    name: str
    kinds: tuple[KindStanding, ...]
    gone: tuple[Entry, ...]
    changed: tuple[str, ...]
    updated: Mapping[str, tuple[str, str]]
    profile: str
    rows: int
    keyless: bool
    of_rows: np.ndarray = field(repr=False)
    of_problems: np.ndarray = field(repr=False)

    def count(self, standing: Standing, severity: Severity | None = None) -> int:
        """How many findings stand like that, of one severity or of any."""
        accepted = standing is Standing.ACCEPTED
        return sum(
            found.count - found.fresh if accepted else found.fresh
            for found in self.kinds
            if severity in (None, found.kind.severity) and (accepted or found.standing is standing)
        )

    def fresh(self, severity: Severity | None = None) -> int:
        """How many findings are new or worse."""
        return self.count(Standing.NEW, severity) + self.count(Standing.WORSE, severity)

    @property
    def refuses(self) -> bool:
        """Whether nothing of the file can be used, for an error that is not accepted."""
        return any(found.of_file and found.standing and found.refuses for found in self.kinds)

    @property
    def of_file(self) -> bool:
        """Whether an error about the file or its header is new."""
        return any(
            found.of_file and found.standing and found.kind.severity is Severity.ERROR
            for found in self.kinds
        )

    def rejected(self, states: RowStates) -> int:
        """How many rejected rows the baseline does not accept.

        These are the rows with an error of a new kind, and for each kind that is worse as many as
        there are more than the baseline accepts.

        Args:
            states: of all rows, before or after fixing.
        """
        total = int((states == REJECTED).sum())
        if self.refuses:
            return total
        errors = [found for found in self.kinds if found.kind.severity is Severity.ERROR]
        new = [found.rows for found in errors if found.standing is Standing.NEW]
        rows = np.unique(np.concatenate([np.empty(0, dtype=np.int32), *new]))
        beyond = [
            min(found.excess, _rejected(np.unique(found.rows), states))
            for found in errors
            if found.standing is Standing.WORSE
        ]
        return min(total, _rejected(rows, states) + sum(beyond))


def _rejected(rows: Positions, states: RowStates) -> int:
    return int((states[rows - 1] == REJECTED).sum()) if len(rows) else 0


def compare(
    analysis: Analysis,
    name: str,
    baseline: Baseline,
    path: Path,
    *,
    cells: Cells,
    libraries: Mapping[str, str],
    alone: bool = True,
    key: str = "",
) -> Comparison:
    """Compares the findings of a file with a baseline.

    Args:
        analysis: of the file.
        name: of the file.
        baseline: what is accepted.
        path: of the baseline.
        cells: fetches the cells of findings; called where fingerprints can tell them apart.
        libraries: those that judge cells, with their versions.
        alone: whether no other file is checked, see `document.accepted`.
        key: of the fingerprints, if it is known.
    """
    called = document.named(name, path)
    file = document.accepted(baseline, called, alone=alone)
    known = {entry.kind: entry for entry in file.findings} if file else {}
    judge = _Judge(analysis, cells, _fingerprints(baseline, key))
    found = [judge.standing(some, known.pop(some.kind, None)) for some in kinds(analysis)]
    # A file that cannot be read shows nothing of what was found in it before.
    refused = any(entry.refuses and entry.standing for entry in found)
    return Comparison(
        path=path,
        file=file,
        name=called,
        kinds=tuple(found),
        gone=()
        if refused
        else tuple(entry for entry in known.values() if entry.code in analysis.plan.rules),
        changed=tuple(sorted({entry.kind.code for entry in found if entry.has_changed})),
        updated=_updated(baseline.tool.libraries, libraries),
        profile=analysis.plan.profile.name,
        rows=analysis.rows,
        keyless=baseline.key is not None and judge.made is None,
        of_rows=judge.of_rows,
        of_problems=judge.of_problems,
    )


class _Judge:
    """Settles how the findings of a file stand, kind by kind.

    Attributes:
        made: makes the fingerprints of the baseline; None without its key.
        of_rows: the standing of each finding about rows.
        of_problems: the standing of each problem of the file.
    """

    def __init__(self, analysis: Analysis, cells: Cells, made: Fingerprints | None) -> None:
        self._analysis, self._cells, self.made = analysis, cells, made
        self._refused = {rule.code for rule, _ in analysis.refused}
        self._excused = rule_limits.accepted(analysis)
        rows = (found.rows.astype(np.int32) for found in analysis.findings.batches())
        self._rows = np.concatenate([np.empty(0, dtype=np.int32), *rows])
        self.of_rows = np.zeros(len(analysis.findings), dtype=np.int8)
        self.of_problems = np.zeros(len(analysis.problems), dtype=np.int8)

    def standing(self, found: KindFindings, entry: Entry | None) -> KindStanding:
        """How the findings of a kind stand to what is accepted of it."""
        rule = self._analysis.plan.rules[found.kind.code]
        excess = max(0, _excess(found.count, self._analysis.rows, entry))
        if rule.code in self._excused and not found.of_file:
            excess = 0
        fresh = np.full(found.count, excess > 0)
        if excess and entry is not None and entry.values and self.made is not None:
            fresh = self._unknown(found, entry.values, self.made)
        standing = Standing.ACCEPTED
        if fresh.any():
            standing = Standing.NEW if entry is None else Standing.WORSE
        rows = found.positions[fresh[: len(found.positions)]]
        self.of_rows[rows] = standing
        self.of_problems[list(found.problems)] = standing
        count = int(fresh.sum())
        return KindStanding(
            rule=rule,
            kind=found.kind,
            standing=standing,
            count=found.count,
            fresh=count,
            excess=min(excess, count),
            entry=entry,
            of_file=found.of_file,
            refuses=found.kind.code in self._refused,
            rows=self._rows[rows],
        )

    def _unknown(
        self, found: KindFindings, values: Mapping[str, int], made: Fingerprints
    ) -> np.ndarray:
        """A mask of the findings whose cell is not known; a cell counts as often as it did."""
        left = Counter(values)
        unknown = np.ones(found.count, dtype=bool)
        of_cells = (self._cells(some)[0] for some in self._analysis.findings.at(found.positions))
        made_of = (fingerprint for old in of_cells for fingerprint in made.of(found.kind, old))
        for at, fingerprint in enumerate(made_of):
            if fingerprint is not None and left[fingerprint] > 0:
                left[fingerprint] -= 1
                unknown[at] = False
        return unknown


def _fingerprints(baseline: Baseline, key: str) -> Fingerprints | None:
    """What makes the fingerprints of a baseline; None without its key."""
    if baseline.key is None or not key:
        return None
    made = Fingerprints(key, baseline.key.salt)
    return made if made.key_check == baseline.key else None


def _excess(count: int, rows: int, entry: Entry | None) -> int:
    """How many findings there are more than are accepted; rates are compared as fractions."""
    if entry is None:
        return count
    if entry.rows is None:
        return count - entry.count
    return -(-(count * entry.rows - entry.count * rows) // entry.rows)


def _updated(then: Mapping[str, str], now: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    return {
        name: (then[name], now[name])
        for name in sorted(then.keys() & now.keys())
        if then[name] != now[name]
    }
