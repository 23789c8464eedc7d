"""How many findings of a rule are accepted: the `max` of a rule in the config.

They are findings all the same, and their rows stay rejected; only the exit code and the gate before
sending do not count them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from preflight.config.setting_values import MaxBad
from preflight.core import findings as tables
from preflight.core.findings import Findings
from preflight.core.types import Severity

if TYPE_CHECKING:
    from preflight.linting.analysis import Analysis


@dataclass(frozen=True, slots=True)
class RuleLimit:
    """The findings of a rule in a file, and how many are accepted.

    Attributes:
        code: of the rule.
        findings: about rows, their number.
        rows: of the file.
        most: how many findings are accepted.
    """

    code: str
    findings: int
    rows: int
    most: MaxBad

    @property
    def is_kept(self) -> bool:
        """Whether there are no more than that."""
        return self.most.allows(self.findings, self.rows)


def rule_limits(analysis: Analysis) -> tuple[RuleLimit, ...]:
    """The rules with a `max` that have findings about rows, in the order of their codes."""
    limits = analysis.plan.max_findings
    if not limits:
        return ()
    counts = analysis.findings.counts()
    return tuple(
        RuleLimit(code, counts[code], analysis.rows, most)
        for code, most in sorted(limits.items())
        if counts.get(code)
    )


def accepted(analysis: Analysis) -> frozenset[str]:
    """The codes of the rules whose findings about rows are accepted."""
    return frozenset(limit.code for limit in rule_limits(analysis) if limit.is_kept)


@dataclass(frozen=True, slots=True)
class Excused:
    """What is not counted, because the findings are accepted.

    Attributes:
        rows: that are rejected for accepted findings alone.
        errors, warnings: the accepted findings.
    """

    rows: int = 0
    errors: int = 0
    warnings: int = 0

    def __add__(self, more: Excused) -> Excused:
        return Excused(
            self.rows + more.rows, self.errors + more.errors, self.warnings + more.warnings
        )


NOTHING_EXCUSED = Excused()


def excused(findings: Findings, errors: Findings, codes: frozenset[str]) -> Excused:
    """What is not counted of some rows.

    Args:
        findings: all about the rows.
        errors: those that reject a row.
        codes: of the rules whose findings are accepted.
    """
    if not codes:
        return NOTHING_EXCUSED
    taken, rows = errors.of(codes), errors.rows
    count = int(taken.sum())
    return Excused(
        rows=len(np.setdiff1d(rows, rows[~taken])),
        errors=count,
        warnings=len(tables.of_codes(findings, list(codes))) - count,
    )


def excused_as_given(analysis: Analysis) -> Excused:
    """What is not counted of a file as it is, before fixing."""
    codes = accepted(analysis)
    if not codes:
        return NOTHING_EXCUSED
    error = [code for code, rule in analysis.plan.rules.items() if rule.severity is Severity.ERROR]
    # The findings about a row are in one batch.
    batches = analysis.findings.batches()
    each = (excused(found, tables.errors(found, error), codes) for found in batches)
    return sum(each, NOTHING_EXCUSED)
