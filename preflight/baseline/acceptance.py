"""A baseline out of files: what was found in them, and what is left of it later."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from preflight.baseline import document
from preflight.baseline.comparison import Cells
from preflight.baseline.document import AcceptedFile, Entry
from preflight.baseline.fingerprints import Fingerprints
from preflight.baseline.kinds import KindFindings, kinds
from preflight.config.rule_version import rule_version
from preflight.core import findings as tables
from preflight.linting.analysis import Analysis
from preflight.rule import Rule, Scope

MOST = 1000
"""The most findings of a kind whose fingerprints are kept."""
# Rules that report a single cell; others report rows, records or the file.
_OF_CELLS = (Scope.CELL, Scope.STORED, Scope.TABLE, Scope.SCHEMA)


def accept(
    analysis: Analysis, name: str, path: Path, *, cells: Cells, made: Fingerprints | None
) -> AcceptedFile:
    """All that was found in a file, as accepted.

    Args:
        analysis: of the file.
        name: of the file.
        path: of the baseline.
        cells: fetches the cells of findings.
        made: makes fingerprints; None for rates alone.
    """
    rules = analysis.plan.rules
    entries = (
        _entry(found, rules[found.kind.code], analysis, cells, made) for found in kinds(analysis)
    )
    return AcceptedFile(document.named(name, path), analysis.plan.profile.name, tuple(entries))


def _entry(
    found: KindFindings,
    rule: Rule,
    analysis: Analysis,
    cells: Cells,
    made: Fingerprints | None,
) -> Entry:
    values = None
    if made is not None and rule.scope in _OF_CELLS and found.count <= MOST:
        old, _ = cells(tables.concat(analysis.findings.at(found.positions)))
        values = made.counted(found.kind, old)
    return Entry(
        **found.kind._asdict(),
        name=rule.name,
        rule=rule_version(rule),
        count=found.count,
        rows=None if found.of_file else analysis.rows,
        values=values,
    )


@dataclass(frozen=True)
class Pruned:
    """What is left of an accepted file.

    Attributes:
        file: with what is still found in it, at rates that are no higher than before.
        removed: what was not found any more.
        lowered: what is found less often, with what is accepted now.
    """

    file: AcceptedFile
    removed: tuple[Entry, ...]
    lowered: tuple[tuple[Entry, Entry], ...]


def pruned(before: AcceptedFile, now: AcceptedFile, applied: Collection[str]) -> Pruned:
    """What is accepted in a file without what is no longer found there; nothing is added.

    Args:
        before: as the baseline has it.
        now: as it would be accepted now.
        applied: the codes of the rules that would have found it.
    """
    found = {entry.kind: entry for entry in now.findings}
    left, lowered = [], []
    for entry in before.findings:
        again = found.get(entry.kind)
        if again is None:
            if entry.code not in applied:
                left.append(entry)
            continue
        if is_lower(again, entry):
            lowered.append((entry, again))
        left.append(again if is_lower(again, entry) else entry)
    removed = tuple(
        entry for entry in before.findings if entry.kind not in found and entry.code in applied
    )
    return Pruned(dataclasses.replace(before, findings=tuple(left)), removed, tuple(lowered))


def is_lower(entry: Entry, other: Entry) -> bool:
    """Whether an entry accepts less than another one of its kind."""
    if entry.rows is None or other.rows is None:
        return entry.count < other.count
    return entry.count * other.rows < other.count * entry.rows
