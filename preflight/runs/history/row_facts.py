"""What linting and fixing say of single rows of a source, told again from its kept copy."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from preflight.config.catalogue import record_limit
from preflight.config.column_mapping import own
from preflight.core import findings as tables
from preflight.core.findings import Findings
from preflight.core.types import Chunk, Column, Ints
from preflight.linting.apply_fixes import FixedChunk
from preflight.linting.checked import Checked, Progress, silent
from preflight.linting.row_states import CLEAN, DROPPED
from preflight.runs.matching import keys
from preflight.writing.writer import rewrite

_KEYS = ("email", "phone")


@dataclass(frozen=True, slots=True)
class RowFinding:
    """One thing that was found on a row.

    Attributes:
        code, name, severity, message: of the rule; no value of a contact stands in them.
        column: the header as written, "" where the finding is about the row or the file.
        fixed: whether a fix took it away.
    """

    code: str
    name: str
    severity: str
    message: str
    column: str
    fixed: bool


@dataclass(frozen=True, slots=True)
class RowChange:
    """One cell that a fix changed; `old` and `new` are personal data."""

    code: str
    column: str
    safety: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What there is to say of one row.

    Attributes:
        row, line: of the source, from 1.
        end: "clean", "rejected" or "dropped".
        cells: header as written → the cell as it was read, helper columns left out; of a malformed
            record its text under "". Personal data.
        findings: what was found, in the order of reports.
        changes: what was fixed, in order; of clean rows alone.
    """

    row: int
    line: int
    end: str
    cells: dict[str, str]
    findings: tuple[RowFinding, ...]
    changes: tuple[RowChange, ...]


def _second_pass(checked: Checked, progress: Progress) -> Iterator[FixedChunk]:
    """The chunks of a source, fixed as they were for sending."""
    for one, _ in rewrite(checked.analysis, checked.records("looking", progress)):
        yield one


def holding(checked: Checked, key: str, *, progress: Progress = silent) -> list[int]:
    """The rows that hold a match key, as they were read or as they were sent.

    Looked at are the column by which the provider tells contacts apart, and all others of emails
    and phones. Spellings are compared as `matching.keys` does; only where none is the same, each
    kind's library is asked. A malformed record is held to have a key that stands in its text.

    Args:
        checked: the source.
        key: as a person writes it.
        progress: told the stage, rows done, and None for their total.

    Returns:
        Their numbers, in order.
    """
    plan = checked.analysis.plan
    columns = [
        one
        for one in plan.columns
        if not one.pieces and (one == plan.key or (one.field and one.kind in _KEYS))
    ]
    region = plan.region or ""
    for settled in (False, True):
        found: set[int] = set()
        for one in _second_pass(checked, progress):
            for chunk in (one.original, one.chunk):
                for column in columns:
                    found.update(_of(chunk, column, key, region, settled=settled))
            raw = one.original.malformed["raw"].str.casefold()
            inside = raw.str.contains(key.strip().casefold(), regex=False)
            found.update(one.original.malformed["row"][inside].tolist())
        if found:
            return sorted(found)
    return []


def _of(chunk: Chunk, column: Column, key: str, region: str, *, settled: bool) -> list[int]:
    """The rows of a chunk whose cell in a column means a key."""
    cells = chunk.table[str(column.position)].combine_chunks()
    asked = pa.array([key], pa.string())
    if settled:
        there = keys.settled_keys(cells, column.kind, region)
        wanted = keys.settled_keys(asked, column.kind, region)[0]
    else:
        there = keys.match_keys(cells, column.kind)
        wanted = keys.match_keys(asked, column.kind)[0]
    if not wanted.as_py():
        return []
    mask = pc.equal(there, wanted).to_numpy(zero_copy_only=False)
    rows: list[int] = chunk.rows[mask].tolist()
    return rows


def retold(
    checked: Checked, rows: Collection[int], *, progress: Progress = silent
) -> dict[int, RowFacts]:
    """What there is to say of some rows of a source, at least one, by their numbers.

    Reading ends with the last of them.
    """
    told: dict[int, RowFacts] = {}
    wanted = np.array(sorted(rows), dtype=np.int64)
    before = _of_rows(checked.analysis.findings, wanted)
    for one in _second_pass(checked, progress):
        for row, line, cells in _records(one.original, checked.layout.header, wanted):
            told[row] = _one(checked, one, row, line, cells, before)
        if len(told) == len(wanted):
            break
    return told


def _of_rows(findings: Findings, rows: Ints) -> Findings:
    return findings.only(np.isin(findings.frame[tables.ROW].to_numpy(dtype=np.int64), rows))


def _records(
    chunk: Chunk, header: tuple[str, ...], wanted: Ints
) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Those of the wanted rows that are in a chunk: row, line, and cells."""
    for at in np.flatnonzero(np.isin(chunk.rows, wanted)):
        cells = {header[one]: chunk.table[str(one)][int(at)].as_py() for one in own(header)}
        yield int(chunk.rows[at]), int(chunk.lines[at]), cells
    odd = chunk.malformed[chunk.malformed["row"].isin(wanted)]
    for row, line, raw in zip(odd["row"], odd["line"], odd["raw"], strict=True):
        yield int(row), int(line), {"": str(raw)}


def _one(
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
    if end == "clean" and record_limit() in set(after.frame[tables.CODE]):
        end = "rejected"
    left = {(one.code, one.column) for one in _findings(checked, after, frozenset())}
    first = _findings(checked, _of_rows(before, number), left, dropped=end == "dropped")
    there = {(one.code, one.column) for one in first}
    later = [one for one in _findings(checked, after, left) if (one.code, one.column) not in there]
    mine = chunk.changes[chunk.changes["row"] == row]
    names = _names(checked)
    changes = tuple(
        RowChange(str(code), names.get(position + 1, ""), str(safety), str(old), str(new))
        for position, code, safety, old, new in zip(
            mine["position"], mine["code"], mine["safety"], mine["old"], mine["new"], strict=True
        )
    )
    return RowFacts(row, line, end, cells, (*first, *later), changes)


def _findings(
    checked: Checked,
    found: Findings,
    left: Collection[tuple[str, str]],
    *,
    dropped: bool = False,
) -> list[RowFinding]:
    """Findings with their rules; those that are not `left` after fixing were fixed."""
    rules = checked.analysis.plan.rules
    names = _names(checked)
    told = []
    for code, column, message in zip(
        found.frame[tables.CODE].astype("str"),
        found.frame[tables.COLUMN],
        found.frame[tables.MESSAGE],
        strict=True,
    ):
        rule, name = rules[code], names.get(column, "")
        told.append(
            RowFinding(
                code,
                rule.name,
                str(rule.severity),
                message if isinstance(message, str) else rule.message,
                name,
                fixed=not dropped and (code, name) not in left,
            )
        )
    return told


def _names(checked: Checked) -> dict[int, str]:
    """The columns' names by their numbers; numbers where the header may be somebody's data."""
    hidden = checked.analysis.view.header_is_data
    return {
        column.position + 1: f"column {column.position + 1}" if hidden else column.name.strip()
        for column in checked.analysis.plan.columns
    }
