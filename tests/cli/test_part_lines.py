"""Of a run of many parts, the results say how many ended how, and name those with a reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from preflight.cli.part_lines import part_lines
from preflight.core.exchange import Outcome, Part, Receipt
from preflight.core.row_map import RowMap
from preflight.runs.ledger.run import PartState, StoredPart


def stored(number: int, state: PartState, status: str = "", reason: str = "") -> StoredPart:
    """A part of 10 rows."""
    rows = np.arange(10, dtype=np.int64)
    return StoredPart(
        part=Part(number, Path("x"), "", 0, (), (), RowMap.of(rows, rows)),
        state=state,
        receipt=Receipt(f"j{number}") if status else None,
        outcome=Outcome("finished", status) if status else None,
        reason=reason,
    )


def shown(parts: list[StoredPart], *, everything: bool = False) -> list[str]:
    """The lines of a run."""
    return [entry.plain for entry in part_lines(parts, "r-1", everything=everything)]


def test_each_of_a_few_parts_has_a_line() -> None:
    parts = [stored(number, PartState.FINISHED, "OK") for number in range(1, 7)]
    parts[1] = stored(2, PartState.UNKNOWN, reason="it broke off")
    assert shown(parts)[:3] == [
        "    part 1: 10 rows, finished, job j1, OK",
        "    part 2: 10 rows, unknown",
        "      it broke off",
    ]
    assert len(shown(parts)) == 7


def test_many_parts_are_counted_by_their_state() -> None:
    parts = [stored(number, PartState.FINISHED, "OK") for number in range(1, 31)]
    parts[3] = stored(4, PartState.FINISHED, "PARTIAL")
    parts[9] = stored(10, PartState.UNKNOWN, reason="it broke off")
    parts += [stored(number, PartState.READY) for number in range(31, 131)]
    assert shown(parts) == [
        "    28 parts: 280 rows, finished, OK",
        "    1 part: 10 rows, finished, PARTIAL",
        "    100 parts: 1,000 rows, ready",
        "    part 10: 10 rows, unknown",
        "      it broke off",
        "    `preflight runs show r-1` lists them all",
    ]
    assert len(shown(parts, everything=True)) == 131


def test_of_many_reasons_six_are_shown() -> None:
    parts = [stored(number, PartState.REFUSED, reason="no") for number in range(1, 10)]
    lines = shown(parts)
    assert lines[-2] == "    and 3 more parts with a reason"
    assert len(lines) == 14
