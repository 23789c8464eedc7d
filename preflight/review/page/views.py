"""What the page is told of a review, as JSON values. Cells are texts, and never more than that."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from preflight.config.profile import Profile
from preflight.review.judge import Fault
from preflight.review.opening import Opened
from preflight.review.review import Preview, Review
from preflight.review.rows import Kind
from preflight.review.sending import Delivery
from preflight.review.session import Session
from preflight.rule import Alike, Scope

LONGEST = 1_000
"""Characters of a cell that the grid is told; the page asks for the rest when it is edited."""
_FEW = 400
"""Changed rows that are told at once; the page asks for more when it shows them."""


def row(session: Session, index: int) -> dict[str, Any]:
    """A row of the grid."""
    held = session.rows[index]
    verdict = session.verdict(index)
    view: dict[str, Any] = {
        "i": index,
        "n": held.number,
        "line": held.line,
        "cells": [_cut(cell) for cell in held.cells],
        "state": str(session.state(index)),
        "faults": [_fault(fault) for fault in session.faults(index)],
        "guesses": {str(at): _cut(text) for at, text in verdict.guesses.items()},
        "fixed": {str(at): _cut(text) for at, text in verdict.fixed.items()},
        "edited": [
            at for at, (now, was) in enumerate(zip(held.cells, held.first, strict=True))
            if now != was
        ],
    }  # fmt: skip
    long = {str(at): len(cell) for at, cell in enumerate(held.cells) if len(cell) > LONGEST}
    if long:
        view["long"] = long
    if held.said.by_provider:
        view["said"] = _cut(held.said.message)
        view["class"] = held.said.reason
    if held.said.raw:
        view["raw"] = _cut(held.said.raw)
        view["joins"] = [_cut(cells[at]) for at, cells in enumerate(session.joins(index))]
    return view


def _fault(fault: Fault) -> list[Any]:
    return [fault.code, fault.message, fault.error, fault.column]


def _cut(text: str) -> str:
    return text[:LONGEST]


def changed(review: Review, rows: Sequence[int]) -> dict[str, Any]:
    """What a step did: the rows that changed, and the sums."""
    session = review.session
    told = [row(session, index) for index in rows[:_FEW]]
    return {**sums(review), "rows": told, "stale": len(rows) > _FEW, "changed": len(rows)}


def sums(review: Review) -> dict[str, Any]:
    """What stands above and beside the grid."""
    session = review.session
    return {
        "page": review.page,
        "revision": session.revision,
        "counts": session.counts(),
        "kinds": kinds(session.kinds()),
        "undo": session.undoes,
        "redo": session.redoes,
    }


def kinds(listed: Iterable[Kind]) -> list[dict[str, Any]]:
    """The open faults by rule and column."""
    return [dataclasses.asdict(kind) for kind in listed]


def file(review: Review) -> dict[str, Any]:
    """What does not change while a file is edited."""
    opened = review.opened
    profile = opened.checked.analysis.plan.profile
    columns = opened.checked.analysis.plan.columns
    rules = opened.checked.analysis.plan.rules
    return {
        **sums(review),
        "name": opened.path.name,
        "folder": str(opened.path.parent),
        "names": list(opened.names),
        "fields": [
            {"field": column.field or "", "kind": column.kind, "required": column.required}
            for column in columns[: len(opened.names)]
        ],
        "rules": {code: rule.name for code, rule in rules.items()},
        "profile": profile.title or profile.name,
        "provider": opened.provider,
        "run": opened.run,
        "refused": list(opened.refused),
        "notes": list(opened.notes),
        "unjudged": _unjudged(opened),
        "given": dataclasses.asdict(review.given),
        "region": opened.settings.region or "",
        "timezone": opened.settings.timezone or "",
    }


def _unjudged(opened: Opened) -> list[str]:
    """What is checked only when the rows are fixed or sent, in words; it needs the whole file."""
    plan = opened.checked.analysis.plan
    shared = [rule for rule in plan.scoped(Scope.TABLE) if rule.alike is Alike.PHONE]
    return [
        *(["the checks of your own schema"] if opened.settings.schema else []),
        *(["whether several people share a phone number"] if shared and plan.shared else []),
    ]


def columns(review: Review) -> dict[str, Any]:
    """The columns, what each may hold, and what the settings say."""
    profile = review.opened.checked.analysis.plan.profile
    return {
        "columns": [
            {
                "position": view.column.position,
                "header": review.header_of(view.column.position),
                "name": view.column.name,
                "field": view.column.field or "",
                "matched": view.column.matched,
                "samples": [_cut(sample) for sample in view.samples],
                "suggested": view.suggested,
                "evidence": view.evidence,
                "sent": view.sent,
            }
            for view in review.columns()
        ],
        "fields": _fields(profile),
        "given": dataclasses.asdict(review.given),
        "region": review.opened.settings.region or "",
        "timezone": review.opened.settings.timezone or "",
    }


def _fields(profile: Profile) -> list[dict[str, Any]]:
    return [
        {"name": field.name, "header": field.header or "", "required": field.required}
        for field in profile.fields.values()
        if field.header is not None or profile.is_general
    ]


def preview(made: Preview) -> dict[str, Any]:
    """What other settings would change."""
    return {
        "counts": dict(made.counts),
        "before": dict(made.before),
        "kinds": kinds(made.kinds),
        "refused": list(made.refused),
        "samples": [[name, _cut(cell), _cut(new), why] for name, cell, new, why in made.samples],
    }


def delivery(made: Delivery | None) -> dict[str, Any] | None:
    """How far sending is."""
    if made is None:
        return None
    return {
        "dry_run": made.dry_run,
        "state": made.state,
        "message": made.message,
        "lines": made.lines[-20:],
        "parts": [made.parts[number] for number in sorted(made.parts)],
        "result": made.result,
    }
