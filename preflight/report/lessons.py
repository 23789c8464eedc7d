"""The lessons from a run, as text, as JSON and as a piece of config."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from preflight.core import json_text
from preflight.core.exchange import Reason
from preflight.core.redact import visible
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
from preflight.report.wording import number, plural
from preflight.runs.ledger.run import RunState

RULES = "rules"
"""The folder of the proposed rule files, beside the piece of config."""

_CHOICE = ", ".join(map(str, (Reason.FIX, Reason.RETRY, Reason.SUPPRESSED)))


def text(lessons: Lessons) -> str:
    """The lessons for people: a paragraph for each reason, a line for each proposal."""
    more = f" and {len(lessons.runs) - 1} more of its family" if len(lessons.runs) > 1 else ""
    rows = f"{plural(lessons.accepted, 'row')} accepted, {number(lessons.refused)} refused"
    lines = [f"learned from run {lessons.runs[0].id}{more} to {lessons.provider}: {rows}"]
    if lessons.whole:
        lines.append(
            f"  {plural(lessons.whole, 'row')} refused with all of their part: "
            "the cause is not in the rows"
        )
    if lessons.unnamed:
        lines.append(
            f"  {plural(lessons.unnamed, 'row')} left out: the provider does not say which of them "
            "it refused"
        )
    lines += [
        f"  run {run.id} is {run.state}: its rows without an outcome are left out"
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
            f"{number(lessons.tried)} rules and properties were tried. A proposal means: at least "
            f"{100 * PRECISION:.0f} % of the rows that it matches are refused (95 % sure), and "
            f"chance alone would show this in at most {100 * CHANCE:.0f} % of cases"
        )
    return "".join(f"{line}\n" for line in lines)


def _paragraph(lesson: Lesson) -> Iterator[str]:
    if not lesson.known and lesson.guess is not None:
        yield f"class     {lesson.guess}, by its wording"
    elif not lesson.known:
        yield f"class     not known; choose {_CHOICE} or config"
    for proposal in lesson.proposals:
        yield _line(proposal)
    if lesson.why:
        yield f"-         {lesson.why}"


def _line(proposal: Proposal) -> str:
    """A proposal with its evidence."""
    counts = _counts(proposal.support)
    match proposal:
        case Raised():
            rule = f"severity  {proposal.rule.code} {proposal.rule.name} warned of {counts}"
            return f"{rule}: as an error, it rejects such rows before sending"
        case Switched():
            how = (
                "turn it on with extend_select"
                if proposal.selects
                else "turn it on by changing `ignore` or [severity]"
            )
            rule = f"select    {proposal.rule.code} {proposal.rule.name} would have found {counts}"
            return f"{rule}: {how}"
        case Demanded():
            return (
                f"any_of    {proposal.of.column.shown} is blank in {counts}: if required, such "
                "rows are rejected before sending"
            )
        case Ruled():
            if proposal.text is None:
                return (
                    f"rule      {proposal.code} {proposal.of.column.shown}: {counts} share a "
                    "property that may belong to one person; show it with --show-values"
                )
            shown = f"{visible(proposal.of.column.shown)} {visible(proposal.of.words)}"
            return f"rule      {proposal.code} {proposal.of.slug}: {shown}: {counts}"


def _counts(support: Support) -> str:
    return (
        f"{number(support.refused)} of the {plural(support.all_refused, 'row')} and "
        f"{number(support.accepted)} of the {number(support.all_accepted)} accepted"
    )


def document(lessons: Lessons) -> str:
    """The lessons for programs, as JSON text."""
    report = {
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
                "proposals": [_entry(proposal) for proposal in lesson.proposals],
                "why": lesson.why,
            }
            for lesson in lessons.lessons
        ],
    }
    return json_text.dumps(report, indent=1) + "\n"


def _entry(proposal: Proposal) -> dict[str, Any]:
    counts = {**asdict(proposal.support), "floor": round(proposal.support.floor, 4)}
    match proposal:
        case Raised():
            return {"kind": "severity", "rule": proposal.rule.code, "support": counts}
        case Switched():
            return {
                "kind": "select",
                "rule": proposal.rule.code,
                "extend_select": proposal.selects,
                "support": counts,
            }
        case Demanded():
            return {"kind": "any_of", "field": proposal.of.column.field, "support": counts}
        case Ruled():
            hidden = proposal.text is None
            return {
                "kind": "rule",
                "rule": proposal.code,
                "name": None if hidden else proposal.of.slug,
                "column": proposal.of.column.shown,
                "words": None if hidden else proposal.of.words,
                "support": counts,
            }


def piece(lessons: Lessons) -> str:
    """The proposed entries as a piece of preflight.toml; "" if there are none."""
    proposals = lessons.proposals
    lines = [
        f"# {_line(proposal)[10:]}" for proposal in proposals if isinstance(proposal, Demanded)
    ]
    fields = [proposal.of.column.field for proposal in proposals if isinstance(proposal, Demanded)]
    if fields:
        lines.append(f"any_of = {json.dumps([[field] for field in fields])}")
    switched = [proposal for proposal in proposals if isinstance(proposal, Switched)]
    lines += [f"# {_line(proposal)[10:]}" for proposal in switched]
    if codes := [proposal.rule.code for proposal in switched if proposal.selects]:
        lines.append(f"extend_select = {json.dumps(codes)}")
    ruled = [
        proposal
        for proposal in proposals
        if isinstance(proposal, Ruled) and proposal.text is not None
    ]
    lines += [f"# {_line(proposal)[10:]}" for proposal in ruled]
    if ruled:
        lines.append(f'rules = ["{RULES}"]  # code: obeyed if --config names the file')
    lines += _reasons(lessons)
    raised = [proposal for proposal in proposals if isinstance(proposal, Raised)]
    if raised:
        lines += ["", "[severity]"]
        for proposal in raised:
            lines += [f"# {_line(proposal)[10:]}", f'{proposal.rule.code} = "error"']
    if not lines:
        return ""
    head = [
        f"# Proposed by `preflight learn {lessons.runs[0].id}`. Not in force:",
        "# copy what you want into your preflight.toml.",
        "",
    ]
    return "".join(f"{line}\n" for line in [*head, *lines])


def _reasons(lessons: Lessons) -> Iterator[str]:
    """The classes of codes that are not known yet; as comments if nothing suggests one."""
    unknown = [lesson for lesson in lessons.lessons if not lesson.known]
    if unknown:
        yield ""
        yield f"[reasons.{lessons.provider}]"
    for lesson in unknown:
        code, rows = json.dumps(lesson.code), plural(lesson.rows, "row")
        if lesson.guess is not None:
            yield f'{code} = "{lesson.guess}"  # {rows}, by its wording'
        else:
            yield f'# {code} = "{Reason.FIX}"  # {rows}; choose {_CHOICE} or config'
