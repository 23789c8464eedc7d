"""The findings and fixes of single rows of a source, from linting its kept copy again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.catalogue import record_limit
from preflight.config.column_mapping import own
from preflight.core.findings import Findings
from preflight.core.types import Chunk, Column, Ints, Severity
from preflight.linting.apply_fixes import FixedChunk
from preflight.linting.checked import Checked, Progress, silent
from preflight.linting.row_states import CLEAN, DROPPED
from preflight.runs.matching import keys
from preflight.writing.rewrite import rewrite

_KEYS = ("email", "phone")


@dataclass(frozen=True, slots=True)
class RowFinding:
    """A finding on a row.

    Attributes:
        code, name, severity, message: of the rule; without any value of a contact.
        column: the header as written; "" if the finding is about the row or the file.
        fixed: whether a fix removed it.
    """

    code: str
    name: str
    severity: str
    message: str
    column: str
    fixed: bool


@dataclass(frozen=True, slots=True)
class RowChange:
    """A cell that a fix changed; `old` and `new` are personal data."""

    code: str
    column: str
    safety: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowFacts:
    """All that is known of one row.

    Attributes:
        row, line: of the source, from 1.
        end: "clean", "rejected" or "dropped".
        cells: the cells as read, by header as written, without helper columns; the text of a
            malformed record has the key "". Personal data.
        findings: in the order of reports.
        changes: the fixes, in order; for clean rows only.
    """

    row: int
    line: int
    end: str
    cells: dict[str, str]
    findings: tuple[RowFinding, ...]
    changes: tuple[RowChange, ...]


def _second_pass(checked: Checked, progress: Progress) -> Iterator[FixedChunk]:
    """The chunks of a source, fixed as they were for sending."""
    for fixed, _ in rewrite(checked.analysis, checked.records("looking", progress)):
        yield fixed


def holding(checked: Checked, key: str, *, progress: Progress = silent) -> list[int]:
    """The numbers of the rows that hold a match key, as read or as sent, in order.

    Searches the column that the provider identifies contacts by, and all columns of emails and
    phones. `matching.keys` compares the spellings; only if no cell matches, each kind's library
    normalises both. A malformed record holds a key if its text contains it.

    Args:
        checked: the source.
        key: as a person writes it.
        progress: called with the stage, the rows done, and None for their total.
    """
    plan = checked.analysis.plan
    columns = [
        column
        for column in plan.columns
        if not column.pieces and (column == plan.key or (column.field and column.kind in _KEYS))
    ]
    region = plan.region or ""
    for normalised in (False, True):
        matching: set[int] = set()
        for fixed in _second_pass(checked, progress):
            for chunk in (fixed.original, fixed.chunk):
                for column in columns:
                    matching.update(_of(chunk, column, key, region, normalised=normalised))
            raw = fixed.original.malformed["raw"].str.casefold()
            inside = raw.str.contains(key.strip().casefold(), regex=False)
            matching.update(fixed.original.malformed["row"][inside].tolist())
        if matching:
            return sorted(matching)
    return []


def _of(chunk: Chunk, column: Column, key: str, region: str, *, normalised: bool) -> list[int]:
    """The rows of a chunk whose cell in a column matches a key."""
    cells = chunk.table[str(column.position)].combine_chunks()
    asked = pa.array([key], pa.string())
    if normalised:
        cell_keys = keys.settled_keys(cells, column.kind, region)
        wanted = keys.settled_keys(asked, column.kind, region)[0]
    else:
        cell_keys = keys.match_keys(cells, column.kind)
        wanted = keys.match_keys(asked, column.kind)[0]
    if not wanted.as_py():
        return []
    mask = pc.equal(cell_keys, wanted).to_numpy(zero_copy_only=False)
    rows: list[int] = chunk.rows[mask].tolist()
    return rows


def retold(
    checked: Checked, rows: Collection[int], *, progress: Progress = silent
) -> dict[int, RowFacts]:
    """All that is known of some rows of a source, at least one, by their numbers.

    Reading stops after the last of them.
    """
    facts: dict[int, RowFacts] = {}
    wanted = np.array(sorted(rows), dtype=np.int64)
    before = checked.analysis.findings.of_rows(wanted)
    for fixed in _second_pass(checked, progress):
        for row, line, cells in _records(fixed.original, checked.layout.header, wanted):
            facts[row] = _row_facts(checked, fixed, row, line, cells, before)
        if len(facts) == len(wanted):
            break
    return facts


def _of_rows(findings: Findings, rows: Ints) -> Findings:
    return findings.only(np.isin(findings.rows, rows))


def _records(
    chunk: Chunk, header: tuple[str, ...], wanted: Ints
) -> Iterator[tuple[int, int, dict[str, str]]]:
    """The wanted rows that are in a chunk: row, line, and cells."""
    for at in np.flatnonzero(np.isin(chunk.rows, wanted)):
        cells = {
            header[position]: chunk.table[str(position)][int(at)].as_py()
            for position in own(header)
        }
        yield int(chunk.rows[at]), int(chunk.lines[at]), cells
    odd = chunk.malformed[chunk.malformed["row"].isin(wanted)]
    for row, line, raw in zip(odd["row"], odd["line"], odd["raw"], strict=True):
        yield int(row), int(line), {"": str(raw)}


def _row_facts(
    checked: Checked,
    chunk: FixedChunk,
    row: int,
    line: int,
    cells: dict[str, str],
    before: Findings,
) -> RowFacts:
    state = checked.analysis.after[row - 1]
    end = {CLEAN: "clean", DROPPED: "dropped"}.get(int(state), "rejected")
    number = np.array([row], dtype=np.int64)
    after = _of_rows(chunk.findings, number)
    if end == "clean" and after.of([record_limit()]).any():
        end = "rejected"
    remaining = {
        (finding.code, finding.column) for finding in _findings(checked, after, frozenset())
    }
    first = _findings(checked, _of_rows(before, number), remaining, dropped=end == "dropped")
    reported = {(finding.code, finding.column) for finding in first}
    added = [
        finding
        for finding in _findings(checked, after, remaining)
        if (finding.code, finding.column) not in reported
    ]
    changed = chunk.changes[chunk.changes["row"] == row]
    names = _names(checked)
    changes = tuple(
        RowChange(str(code), names.get(position + 1, ""), str(safety), str(old), str(new))
        for position, code, safety, old, new in zip(
            changed["position"],
            changed["code"],
            changed["safety"],
            changed["old"],
            changed["new"],
            strict=True,
        )
    )
    return RowFacts(row, line, end, cells, (*first, *added), changes)


def _findings(
    checked: Checked,
    findings: Findings,
    remaining: Collection[tuple[str, str]],
    *,
    dropped: bool = False,
) -> list[RowFinding]:
    """Findings with their rules; those that are not `remaining` after fixing were fixed."""
    rules = checked.analysis.plan.rules
    names = _names(checked)
    listed = []
    for code, column, message, error in zip(
        findings.code_texts().tolist(),
        findings.columns.tolist(),
        findings.message_texts().tolist(),
        findings.errors.tolist(),
        strict=True,
    ):
        rule, name = rules[code], names.get(column, "")
        listed.append(
            RowFinding(
                code,
                rule.name,
                str(Severity.ERROR if error else rule.severity),
                message if isinstance(message, str) else rule.message,
                name,
                fixed=not dropped and (code, name) not in remaining,
            )
        )
    return listed


def _names(checked: Checked) -> dict[int, str]:
    """The columns' names by number; "column N" if the header may be data of a contact."""
    hidden = checked.analysis.view.header_is_data
    return {
        column.position + 1: f"column {column.position + 1}" if hidden else column.name.strip()
        for column in checked.analysis.plan.columns
    }
