"""The histories of rows, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from preflight.core import json_text
from preflight.core.redact import mask, visible
from preflight.core.redact_cells import redact_cells
from preflight.report.shapes import shape
from preflight.report.wording import number, outcome, plural
from preflight.runs.history.facts import (
    CallMade,
    Chapter,
    Fact,
    JobStatus,
    RowCorrected,
    RowEnded,
    RowPlaced,
    RowRead,
    RowRefused,
    Story,
    Trail,
)
from preflight.runs.history.row_facts import RowChange, RowFinding
from preflight.runs.ledger.run import Run

_WHAT = {
    RowRead: "read",
    RowCorrected: "corrected",
    RowFinding: "found",
    RowChange: "changed",
    RowPlaced: "placed",
    CallMade: "called",
    JobStatus: "taken",
    RowRefused: "refused",
    RowEnded: "ended",
}


def text(trail: Trail, *, show_values: bool) -> str:
    """The histories for people, one fact a line.

    Args:
        trail: the result of a trace.
        show_values: whether to show values of contacts, or their shapes.
    """
    lines: list[str] = []
    for story in trail.stories:
        lines.append(_heading(story))
        for chapter in story.chapters:
            lines.append(f"  {_run(chapter.run)}")
            lines += [
                f"    {_WHAT[type(fact)]:<10}{_line(fact, chapter, show_values=show_values)}"
                for fact in chapter.facts
            ]
    if trail.matched > len(trail.stories):
        lines.append(
            f"{plural(trail.matched, 'row')} match; these are the first "
            f"{number(len(trail.stories))}. Show more with --limit N"
        )
    lines += [f"note: {visible(note)}" for note in trail.notes]
    return "".join(f"{line}\n" for line in lines)


def _heading(story: Story) -> str:
    first, last = story.chapters[0], story.standing
    (read,) = (fact for fact in first.facts if isinstance(fact, RowRead))
    where = f"row {number(read.row)} of {visible(read.source)}, line {number(read.line)}"
    return f"{where}: {_place(last)} in run {last.run.id}"


def _place(chapter: Chapter) -> str:
    return outcome(chapter.place.value)


def _run(run: Run) -> str:
    corrects = f", corrects {run.parent}" if run.parent else ""
    return f"run {run.id} to {run.provider}, {_time(run.created)}, {run.state}{corrects}"


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _line(fact: Fact, chapter: Chapter, *, show_values: bool) -> str:
    """A fact as one line."""
    match fact:
        case RowRead():
            return f"{visible(fact.source)}, row {number(fact.row)}, line {number(fact.line)}"
        case RowCorrected():
            if fact.kind == "edit":
                both = _both(fact.old, fact.new, show_values=show_values)
                return f"{visible(fact.column)}, edited: {both}"
            both = _both(fact.new, fact.old, show_values=show_values)
            return f"{visible(fact.column)}, restored after a spreadsheet changed it: {both}"
        case RowFinding():
            at = f"{visible(fact.column)}: " if fact.column else ""
            fixed = "; fixed" if fact.fixed else ""
            rule = f"{fact.code} {fact.name} [{fact.severity}]"
            return f"{rule} {at}{visible(fact.message)}{fixed}"
        case RowChange():
            both = _both(fact.old, fact.new, show_values=show_values)
            return f"{visible(fact.column)} by {fact.code}, {fact.safety}: {both}"
        case RowPlaced():
            gone = "" if fact.there else " (gone)"
            return (
                f"part {fact.part} of {fact.parts}, {visible(fact.file)}{gone}: "
                f"row {number(fact.position)} of {number(fact.rows)}"
            )
        case CallMade():
            ended = "no end known" if fact.ended is None else f"to {_time(fact.ended)[11:]}"
            why = f": {visible(mask(fact.message))}" if fact.message else ""
            when = f"{_time(fact.began)[:19]} {ended}"
            return f"attempt {fact.attempt}, {fact.step}: {fact.state}, {when}{why}"
        case JobStatus():
            status = fact.status or "its end is not known"
            why = f"; {visible(mask(fact.message))}" if fact.message else ""
            return f"job {visible(fact.job)}: {visible(status)}{why}"
        case RowRefused():
            message = _message(fact, chapter, show_values)
            words = f": {visible(repr(message))}" if message else ""
            how = f", joined by {fact.how}" if fact.how else ""
            return f"{visible(fact.code)}{words} (class {fact.reason}{how})"
        case RowEnded():
            why = f": {visible(mask(fact.why))}" if fact.why else ""
            return f"{_place(chapter)}{why}"


def _both(old: str, new: str, *, show_values: bool) -> str:
    if show_values:
        return visible(f"{old!r} → {new!r}")
    return f"{shape(old) or 'blank'} → {shape(new) or 'blank'}"


def _message(fact: RowRefused, chapter: Chapter, show_values: bool) -> str:
    """The provider's message, verbatim or without values."""
    return fact.message if show_values else without_values(fact.message, chapter.cells)


def without_values(message: str, cells: Mapping[str, str]) -> str:
    """A provider's message without possible values of its row.

    Args:
        message: of the provider.
        cells: of the row; without them values cannot be recognised, and the result is "".
    """
    if not cells:
        return ""
    table = pa.table([pa.array([cell], pa.string()) for cell in cells.values()], list(cells))
    return redact_cells([message], table, list(cells))[0]


def document(trail: Trail, *, show_values: bool) -> str:
    """The histories for programs, as JSON text; values that are not shown are null."""
    report = {
        "schema_version": 1,
        "runs": [
            {
                "id": run.id,
                "parent": run.parent,
                "provider": run.provider,
                "state": str(run.state),
                "created": run.created,
            }
            for run in trail.runs
        ],
        "matched": trail.matched,
        "rows": [_story(story, show_values=show_values) for story in trail.stories],
        "notes": list(trail.notes),
    }
    return json_text.dumps(report, indent=1) + "\n"


def _story(story: Story, *, show_values: bool) -> dict[str, Any]:
    return {
        "id": story.origin,
        "place": story.standing.place.value,
        "run": story.standing.run.id,
        "facts": [
            fact for chapter in story.chapters for fact in _facts(chapter, show_values=show_values)
        ],
    }


def _facts(chapter: Chapter, *, show_values: bool) -> Iterator[dict[str, Any]]:
    for fact in chapter.facts:
        entry: dict[str, Any] = {"run": chapter.run.id, "what": _WHAT[type(fact)], **asdict(fact)}
        if isinstance(fact, (RowCorrected, RowChange)):
            entry |= {"old_shape": shape(fact.old), "new_shape": shape(fact.new)}
            entry |= {} if show_values else {"old": None, "new": None}
        if isinstance(fact, RowRefused):
            entry["message"] = _message(fact, chapter, show_values)
        for name in ("message", "why"):
            if name in entry:
                entry[name] = mask(entry[name]) if not show_values else entry[name]
        yield entry
