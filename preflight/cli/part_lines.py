"""The parts of a run in its results: each of a few, or how many of many ended how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from preflight.cli.runs import part_line
from preflight.report.lines import Line, line
from preflight.report.wording import plural
from preflight.runs.ledger.run import StoredPart

_MOST = 6
"""How many parts have a line of their own."""


def part_lines(parts: Sequence[StoredPart], run: str, *, everything: bool) -> list[Line]:
    """The parts of a run; of many, those that a reason is known for, and the others by their state.

    Args:
        parts: of the run.
        run: its ID.
        everything: whether each part has a line, however many there are.
    """
    if everything or len(parts) <= _MOST:
        return [entry for stored in parts for entry in _one(stored)]
    explained = [stored for stored in parts if stored.reason]
    entries = [*_counted([stored for stored in parts if not stored.reason])]
    entries += [entry for stored in explained[:_MOST] for entry in _one(stored)]
    if left := explained[_MOST:]:
        entries.append(line(f"and {plural(len(left), 'more part')} with a reason", indent=4))
    return [*entries, line(f"`preflight runs show {run}` lists them all", indent=4)]


def _one(stored: StoredPart) -> Iterator[Line]:
    yield line(part_line(stored), indent=4)
    if stored.reason:
        yield line(stored.reason, indent=6)


def _counted(parts: Sequence[StoredPart]) -> Iterator[Line]:
    """A line for each state that parts are in."""
    states: dict[str, list[StoredPart]] = {}
    for stored in parts:
        status = f", {stored.outcome.status}" if stored.outcome else ""
        states.setdefault(f"{stored.standing}{status}", []).append(stored)
    for state, those in states.items():
        rows = plural(sum(stored.part.rows for stored in those), "row")
        yield line(f"{plural(len(those), 'part')}: {rows}, {state}", indent=4)
