"""What was learned of a run, as text, as JSON and as a piece of config."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from preflight.core.types import Reason
from preflight.learning.counting import CHANCE, PRECISION, Support
from preflight.learning.lessons import (
    Demanded,
    Lesson,
    Lessons,
    Proposal,
    Raised,
    Ruled,
    Switched,
)
from preflight.report.text import number, plural, visible
from preflight.runs.ledger.run import RunState

RULES = "rules"
"""The folder of the proposed rule files, beside the piece of config."""

_CHOICE = ", ".join(str(one) for one in (Reason.FIX, Reason.RETRY, Reason.SUPPRESSED))


def text(lessons: Lessons) -> str:
    """What was learned, for people: a paragraph a reason, a proposal a line."""
    more = f" and {len(lessons.runs) - 1} more of its family" if len(lessons.runs) > 1 else ""
    rows = f"{plural(lessons.accepted, 'row')} accepted, {number(lessons.refused)} refused"
    lines = [f"learned from run {lessons.runs[0].id}{more} to {lessons.provider}: {rows}"]
    if lessons.whole:
        lines.append(
            f"  {plural(lessons.whole, 'row')} refused with all of their part: "
            "that tells nothing about rows"
        )
    if lessons.unnamed:
        lines.append(
            f"  {plural(lessons.unnamed, 'row')} left out: the provider does not say which of them "
            "it refused"
        )
    lines += [
        f"  run {run.id} is {run.state}: what is not known of its rows yet is left out"
        for run in lessons.runs
        if run.state is not RunState.FINISHED
    ]
    for lesson in lessons.lessons:
        lines.append(
            f"{visible(lesson.code)}: {plural(lesson.rows, 'row')}, {number(lesson.missed)} of "
            f"them without a warning before (class {lesson.reason})"
        )
        lines += [f"  {line}" for line in _paragraph(lesson)]
    if not lessons.lessons:
        lines.append("there is nothing to learn: no row was refused for a reason of its own")
    else:
        lines.append(
            f"{number(lessons.tried)} rules and properties were looked at; proposed is what at "
            f"least {100 * PRECISION:.0f} % of the rows are refused with, 95 % sure, and what "
            f"chance alone would bring in {100 * CHANCE:.0f} % of cases at most"
        )
    return "".join(f"{line}\n" for line in lines)


def _paragraph(lesson: Lesson) -> Iterator[str]:
    if not lesson.known and lesson.guess is not None:
        yield f"class     {lesson.guess}, by its wording"
    elif not lesson.known:
        yield f"class     for you to say, nothing in its wording tells: {_CHOICE} or config"
    for one in lesson.proposals:
        yield _line(one)
    if lesson.why:
        yield f"-         {lesson.why}"


def _line(one: Proposal) -> str:
    """A proposal with what speaks for it."""
    counts = _counts(one.support)
    match one:
        case Raised():
            what = f"severity  {one.rule.code} {one.rule.name} warned of {counts}"
            return f"{what}: as an error it keeps such rows here"
        case Switched():
            how = (
                "extend_select switches it on"
                if one.selects
                else "it is on when `ignore` and [severity] let it be"
            )
            return f"select    {one.rule.code} {one.rule.name} would have found {counts}: {how}"
        case Demanded():
            return (
                f"any_of    {one.of.column.shown} is blank in {counts}: demanded, it keeps such "
                "rows here"
            )
        case Ruled():
            if one.text is None:
                return (
                    f"rule      {one.code} {one.of.column.shown}: {counts} share a property that "
                    "may be somebody's own; --show-values names it"
                )
            return (
                f"rule      {one.code} {one.of.slug}: {visible(one.of.column.shown)} "
                f"{visible(one.of.words)}: {counts}"
            )


def _counts(support: Support) -> str:
    return (
        f"{number(support.refused)} of the {plural(support.all_refused, 'row')} and "
        f"{number(support.accepted)} of the {number(support.all_accepted)} accepted"
    )


def document(lessons: Lessons) -> str:
    """What was learned, for programs, as JSON text."""
    told = {
        "schema_version": 1,
        "runs": [run.id for run in lessons.runs],
        "provider": lessons.provider,
        "accepted": lessons.accepted,
        "refused": lessons.refused,
        "whole_parts": lessons.whole,
        "unattributed": lessons.unnamed,
        "tried": lessons.tried,
        "precision": PRECISION,
        "chance": CHANCE,
        "reasons": [
            {
                "code": lesson.code,
                "class": str(lesson.reason),
                "known": lesson.known,
                "proposed_class": None if lesson.guess is None else str(lesson.guess),
                "rows": lesson.rows,
                "missed": lesson.missed,
                "proposals": [_entry(one) for one in lesson.proposals],
                "why": lesson.why,
            }
            for lesson in lessons.lessons
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _entry(one: Proposal) -> dict[str, Any]:
    counts = {**asdict(one.support), "floor": round(one.support.floor, 4)}
    match one:
        case Raised():
            return {"kind": "severity", "rule": one.rule.code, "support": counts}
        case Switched():
            return {
                "kind": "select",
                "rule": one.rule.code,
                "extend_select": one.selects,
                "support": counts,
            }
        case Demanded():
            return {"kind": "any_of", "field": one.of.column.field, "support": counts}
        case Ruled():
            hidden = one.text is None
            return {
                "kind": "rule",
                "rule": one.code,
                "name": None if hidden else one.of.slug,
                "column": one.of.column.shown,
                "words": None if hidden else one.of.words,
                "support": counts,
            }


def piece(lessons: Lessons) -> str:
    """The proposed entries as a piece of preflight.toml, "" where there is none."""
    proposals = lessons.proposals
    lines = [f"# {_line(one)[10:]}" for one in proposals if isinstance(one, Demanded)]
    fields = [one.of.column.field for one in proposals if isinstance(one, Demanded)]
    if fields:
        lines.append(f"any_of = {json.dumps([[field] for field in fields])}")
    switched = [one for one in proposals if isinstance(one, Switched)]
    lines += [f"# {_line(one)[10:]}" for one in switched]
    if codes := [one.rule.code for one in switched if one.selects]:
        lines.append(f"extend_select = {json.dumps(codes)}")
    ruled = [one for one in proposals if isinstance(one, Ruled) and one.text is not None]
    lines += [f"# {_line(one)[10:]}" for one in ruled]
    if ruled:
        lines.append(f'rules = ["{RULES}"]')
    lines += _reasons(lessons)
    raised = [one for one in proposals if isinstance(one, Raised)]
    if raised:
        lines += ["", "[severity]"]
        for one in raised:
            lines += [f"# {_line(one)[10:]}", f'{one.rule.code} = "error"']
    if not lines:
        return ""
    head = [
        f"# Proposed by `preflight learn {lessons.runs[0].id}`. Nothing of it is in force:",
        "# put what you want of it into your preflight.toml.",
        "",
    ]
    return "".join(f"{line}\n" for line in [*head, *lines])


def _reasons(lessons: Lessons) -> Iterator[str]:
    """The classes of codes that nobody knows yet; those that only a person can say as comments."""
    unknown = [lesson for lesson in lessons.lessons if not lesson.known]
    if unknown:
        yield ""
        yield f"[reasons.{lessons.provider}]"
    for lesson in unknown:
        code, rows = json.dumps(lesson.code), plural(lesson.rows, "row")
        if lesson.guess is not None:
            yield f'{code} = "{lesson.guess}"  # {rows}, by its wording'
        else:
            yield f'# {code} = "{Reason.FIX}"  # {rows}, for you to say: {_CHOICE} or config'
