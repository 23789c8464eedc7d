"""The suspects of a chunk after fixing: what both passes over a file need of one chunk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from preflight.fixes import Mended as MendedCells
from preflight.fixes import mend
from preflight.lint import Blame, Judged, Linted, Linter


@dataclass(frozen=True)
class Mended:
    """A column's suspects after fixing.

    Attributes:
        judged: before.
        mended: the distinct cells after, with the changes.
        blames: what the rules say of the cells after.
    """

    judged: Judged
    mended: MendedCells
    blames: tuple[Blame, ...]


def mend_columns(linter: Linter, linted: Linted) -> list[Mended]:
    """Fixes the suspects of a chunk and judges those again that a fix changed."""
    mended = []
    for judged in linted.columns:
        blamed = np.zeros(len(judged.cells), dtype=bool)
        for blame in judged.blames:
            blamed |= blame.cells
        after = mend(judged.checks, judged.cells, blamed, linter.plan)
        mended.append(Mended(judged, after, _judge_again(linter, judged, after)))
    return mended


def _judge_again(linter: Linter, judged: Judged, after: MendedCells) -> tuple[Blame, ...]:
    changed = after.changed
    if not changed.any():
        return judged.blames
    blames = []
    for blame in judged.blames:
        kept = blame.cells & ~changed
        if kept.any():
            reasons = None if blame.reasons is None else blame.reasons[~changed[blame.cells]]
            blames.append(Blame(blame.code, kept, reasons))
    at = np.flatnonzero(changed)
    for blame in linter.judge(judged.checks, after.cells.iloc[at]):
        spread = np.zeros(len(changed), dtype=bool)
        spread[at] = blame.cells
        blames.append(Blame(blame.code, spread, blame.reasons))
    return tuple(blames)
