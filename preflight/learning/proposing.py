"""Derives lessons from evidence: what distinguishes refused rows from accepted ones."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from preflight.core.exchange import Reason
from preflight.core.types import Bools
from preflight.learning.counting import LEAST, Support
from preflight.learning.evidence import Evidence
from preflight.learning.lessons import (
    Demanded,
    Lesson,
    Lessons,
    Proposal,
    Raised,
    Ruled,
    Switched,
)
from preflight.learning.properties import BLANK, Property, candidates
from preflight.learning.rulefile import rule_file
from preflight.linting import rule_skeleton
from preflight.rule import Rule
from preflight.runs.prediction import ACCEPTED, REFUSED, SEPARATOR, Predicted, predicted

OWN = "OWN"
"""The family of proposed rules; no rule of preflight has a code of this family."""

_WORDING = {
    Reason.SUPPRESSED: r"unsubscri|suppress|bounce|complain|opted.out|opt.out|do.not.contact"
    r"|black.?list|block.?list|blocked",
    Reason.FIX: r"invalid|malformed|missing|required|too.long|too.short|not.valid|bad.format",
    Reason.RETRY: r"time.?out|timed.out|temporar|try.again|rate.limit|throttl|unavailable",
    Reason.CONFIG: r"permission|forbidden|not.authori[sz]ed|quota",
}
# The cause of these is not in the rows.
_NOT_OF_ROWS = (Reason.RETRY, Reason.CONFIG)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A possible proposal: a mask of the rows that it matches, and how to make it."""

    rank: int
    mask: Bools
    propose: Callable[[Support], Proposal]


def guess(code: str, message: str) -> Reason | None:
    """The class that the words of a reason suggest; None if they suggest none or several."""
    text = re.sub(r"[_\-]", " ", f"{code} {message}").casefold()
    matching = [reason for reason, words in _WORDING.items() if re.search(words, text)]
    return matching[0] if len(matching) == 1 else None


def learn(evidence: Evidence, rules: Mapping[str, Rule], *, show_values: bool = False) -> Lessons:
    """Derives lessons from the evidence.

    A rule or a property is proposed if, with 95 % confidence, at least `counting.PRECISION` of the
    rows that it matches were refused for the reason, and if chance alone would produce such a
    difference in at most `counting.CHANCE` of cases, over everything that was tried. Among those
    that match the same rows the best is proposed, then the best for the remaining rows.

    Args:
        evidence: of a family of runs.
        rules: all existing rules, so that new codes are free.
        show_values: whether to name what may belong to one person, such as a private domain.
    """
    rows = evidence.rows
    reasons = rows.loc[~rows["accepted"], "code"].str.split(SEPARATOR).explode()
    codes = reasons.value_counts()
    pool, looked_at = _pool(evidence, rules, show_values=show_values)
    tried = looked_at * max(1, len(codes))
    accepted = rows["accepted"].to_numpy(dtype=bool)
    predictions = predicted(
        pd.DataFrame(
            {
                "place": rows["accepted"].map({True: ACCEPTED, False: REFUSED}),
                "provider_code": rows["code"],
                "warnings": rows["warnings"],
            }
        )
    )
    lessons = []
    for code, _ in sorted(codes.items(), key=lambda entry: (-entry[1], str(entry[0]))):
        refused = np.isin(np.arange(len(rows)), reasons.index[reasons == code].to_numpy())
        lessons.append(
            _lesson(predictions[str(code)], str(code), refused, accepted, evidence, pool, tried)
        )
    return Lessons(
        runs=evidence.runs,
        provider=evidence.profile.name,
        accepted=int(accepted.sum()),
        refused=int((~accepted).sum()),
        whole=evidence.whole,
        unnamed=evidence.unnamed,
        tried=looked_at,
        lessons=tuple(lessons),
    )


def _lesson(
    prediction: Predicted,
    code: str,
    refused: Bools,
    accepted: Bools,
    evidence: Evidence,
    pool: Sequence[_Candidate],
    tried: int,
) -> Lesson:
    """The lesson from one reason."""
    profile = evidence.profile
    reason = profile.reason(code)
    known = reason is not Reason.UNKNOWN
    messages = " ".join(evidence.rows.loc[refused, "message"].unique()[:20])
    guessed = None if known else guess(code, messages)
    rows, proposals, why = int(refused.sum()), tuple[Proposal, ...](), ""
    if (guessed or reason) in _NOT_OF_ROWS:
        why = "its cause is not in the rows"
    elif rows < LEAST:
        why = f"too few rows to learn from: at least {LEAST} are needed"
    elif not accepted.any():
        why = "no row was accepted to compare with"
    else:
        proposals = tuple(_distinguishing(refused, accepted, pool, tried))
        if not proposals:
            why = "nothing that was tried distinguishes its rows from accepted ones"
    return Lesson(
        code=code,
        reason=reason,
        rows=rows,
        missed=prediction.missed,
        known=known,
        guess=guessed,
        proposals=proposals,
        why=why,
    )


def _distinguishing(
    refused: Bools, accepted: Bools, pool: Sequence[_Candidate], tried: int
) -> list[Proposal]:
    """The proposals for refused rows: the best, then the best for the remaining rows."""
    proposals: list[Proposal] = []
    left = np.ones(len(refused), dtype=bool)
    while True:
        bad, good = refused & left, accepted & left
        holding = [
            (support, candidate)
            for candidate in pool
            for support in [_support(candidate.mask, bad, good)]
            if support.refused >= LEAST and support.holds(tried)
        ]
        if not holding:
            return proposals
        # At a precision of 75 %, one accepted row outweighs three refused ones.
        _, best = max(
            holding, key=lambda entry: (entry[0].refused - 3 * entry[0].accepted, -entry[1].rank)
        )
        proposals.append(best.propose(_support(best.mask, refused, accepted)))
        left &= ~best.mask


def _support(mask: Bools, refused: Bools, accepted: Bools) -> Support:
    return Support(
        int((mask & refused).sum()),
        int((mask & accepted).sum()),
        int(refused.sum()),
        int(accepted.sum()),
    )


def _pool(
    evidence: Evidence, rules: Mapping[str, Rule], *, show_values: bool
) -> tuple[list[_Candidate], int]:
    """All candidates, and the number of properties and rules that were tried."""
    pool = [
        _Candidate(-2, mask, functools.partial(Raised, evidence.rules[code]))
        for code, mask in evidence.warned.items()
    ]
    pool += [
        _Candidate(
            -1, mask, functools.partial(_switched, evidence.rules[code], code in evidence.asked_for)
        )
        for code, mask in evidence.unheard.items()
    ]
    tried = len(pool)
    free = _Codes(rules)
    for at, column in enumerate(evidence.columns):
        properties = candidates(column, evidence.cells[at])
        tried += properties.tried
        pool += [
            _Candidate(
                found_property.rank,
                mask,
                _proposes(found_property, evidence, free, show_values=show_values),
            )
            for found_property, mask in properties.frequent
        ]
    return pool, tried


def _switched(rule: Rule, selects: bool, support: Support) -> Proposal:
    return Switched(rule, support, selects)


class _Codes:
    """Free codes, one for each property."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._next = int(rule_skeleton.next_code(rule_skeleton.family_of(OWN), rules)[len(OWN) :])
        self._given: dict[Property, str] = {}

    def of(self, prop: Property) -> str:
        """The code of a property, the same each time."""
        if prop not in self._given:
            self._given[prop] = f"{OWN}{self._next + len(self._given):03d}"
        return self._given[prop]


def _proposes(
    prop: Property, evidence: Evidence, free: _Codes, *, show_values: bool
) -> Callable[[Support], Proposal]:
    """A function that makes the proposal for a property."""

    def propose(support: Support) -> Proposal:
        if prop.pattern == BLANK:
            return Demanded(prop, support)
        code = free.of(prop)
        if prop.personal and not show_values:
            return Ruled(code, prop, support, None)
        return Ruled(code, prop, support, rule_file(prop, code, support, evidence.profile))

    return propose
