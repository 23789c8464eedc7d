"""The findings of a file as reports show them, so many at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from preflight.baseline.comparison import Standing
from preflight.config.plan import Plan
from preflight.core.findings import Findings, Numbers
from preflight.core.types import Bools, Ints, Problem, Safety, Severity
from preflight.linting.analysis import Analysis
from preflight.linting.row_states import CLEAN
from preflight.rule import Rule

SAFETIES: tuple[Safety | None, ...] = (None, Safety.SAFE, Safety.UNSAFE)
"""The safety of the fix for a finding, by its number."""
Safeties = npt.NDArray[np.int8]


@dataclass(frozen=True)
class ListedFinding:
    """A finding, ready to be shown.

    Attributes:
        rule: of the finding, with its severity in this check.
        message: a fact in lower case.
        row, line, column: from 1, or None.
        column_name: the header as written. Personal data if `Listing.names_are_values`.
        safety: of the fix for it, if there is one.
        cell: the cell that it is about; None if it is not about a single cell. Personal data.
        replacement: the fixed cell, if requested. Personal data.
        standing: how it stands to the baseline; None without one.
    """

    rule: Rule
    message: str
    row: int | None
    line: int | None
    column: int | None
    column_name: str | None
    safety: Safety | None
    cell: str | None
    replacement: str | None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """What many findings have in common.

    Attributes:
        rule: of them, with its severity in this check.
        message: a fact in lower case.
        column: from 1, or None.
        column_name: the header as written. Personal data if `Listing.names_are_values`.
        standing: how they stand to the baseline; None without one.
    """

    rule: Rule
    message: str
    column: int | None
    column_name: str | None
    standing: Standing | None

    @property
    def severity(self) -> str:
        """The severity, and how they stand to the baseline: `error, new`."""
        severity = str(self.rule.severity)
        return severity if self.standing is None else f"{severity}, {self.standing.word}"


@dataclass(frozen=True)
class Block:
    """Some findings of a file and the problems of it that stand between them, in order.

    Attributes:
        analysis: of the file.
        start: the position of the first one in the listing.
        findings: of both.
        problems: the problems of the file or its header, by their positions in `findings`.
        cells: for each finding the cell that it is about, or None; all None if not fetched.
        replacements: for each finding the fixed cell, or None.
        standings: for each finding how it stands to the baseline; None without one.
    """

    analysis: Analysis
    start: int
    findings: Findings
    problems: Mapping[int, tuple[Rule, Problem]]
    cells: np.ndarray
    replacements: np.ndarray
    standings: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.findings)

    def taken(self, positions: Ints) -> Block:
        """Those at some positions of the block, in that order; its start means nothing then."""
        return dataclasses.replace(
            self,
            findings=self.findings.taken(positions),
            problems={
                here: self.problems[at]
                for here, at in enumerate(positions.tolist())
                if at in self.problems
            },
            cells=self.cells[positions],
            replacements=self.replacements[positions],
            standings=None if self.standings is None else self.standings[positions],
        )

    def alike(self) -> tuple[list[int], list[Alike]]:
        """For each finding the number of what it has in common with others, and all of that.

        The findings about rows that have a rule, a column, a message and a standing in common have
        one number; each problem has its own.
        """
        found = self.findings
        columns, column = np.unique(found.columns, return_inverse=True)
        standings = np.zeros(len(self), np.int64) if self.standings is None else self.standings
        key = (found.numbers.astype(np.int64) * 2 + found.errors) * len(columns) + column
        key = (key * (len(found.texts) + 1) + found.messages + 1) * len(Standing) + standings
        if self.problems:
            key[list(self.problems)] = -1 - np.arange(len(self.problems))
        _, firsts, which = np.unique(key, return_index=True, return_inverse=True)
        return which.tolist(), list(self._common(firsts.tolist()))

    def _common(self, positions: Sequence[int]) -> Iterator[Alike]:
        """What the findings at some positions have in common with others."""
        found, plan = self.findings, self.analysis.plan
        names = column_names(plan)
        for at in positions:
            if at in self.problems:
                rule = self.problems[at][0]
            else:
                error = bool(found.errors[at])
                rule = rule_of(plan, found.codes[found.numbers[at]], error=error)
            column = int(found.columns[at])
            yield Alike(
                rule=rule,
                message=found.text(found.messages[at]) or rule.message,
                column=column or None,
                column_name=names.get(column),
                standing=None if self.standings is None else Standing(self.standings[at]),
            )

    def rows(self) -> Iterator[ListedFinding]:
        """The findings one by one."""
        which, alike = self.alike()
        for number, row, line, safety, cell, replacement in zip(
            which,
            self.findings.rows.tolist(),
            self.findings.lines.tolist(),
            self.safeties().tolist(),
            self.cells,
            self.replacements,
            strict=True,
        ):
            common = alike[number]
            yield ListedFinding(
                rule=common.rule,
                message=common.message,
                row=row or None,
                line=line or None,
                column=common.column,
                column_name=common.column_name,
                safety=SAFETIES[safety],
                cell=cell,
                replacement=replacement,
                standing=common.standing,
            )

    def errors(self) -> Bools:
        """A mask of the findings that are errors."""
        rules = self.analysis.plan.rules.values()
        error = [rule.code for rule in rules if rule.severity is Severity.ERROR]
        errors = self.findings.of(error) | self.findings.errors
        for at, (rule, _) in self.problems.items():
            errors[at] = rule.severity is Severity.ERROR
        return errors

    def safeties(self) -> Safeties:
        """The number of the safety of the fix that changes the cell of each finding.

        A row that is rejected keeps its cells, and so do all rows of a file that is refused. Unsafe
        fixes count if they would change the cell. If cells were not fetched, it is whether the
        rule's fix changes anything in this file.
        """
        found = self.findings
        safeties = np.zeros(len(self), dtype=np.int8)
        of_rows = np.ones(len(self), dtype=bool)
        of_rows[list(self.problems)] = False
        for number in np.unique(found.numbers[of_rows]).tolist():
            at = np.flatnonzero((found.numbers == number) & of_rows)
            safeties[at] = self._safeties(self.analysis.plan.rules[found.codes[number]], at)
        for here, (_, problem) in self.problems.items():
            safeties[here] = SAFETIES.index(problem.safety)
        return safeties

    def _safeties(self, rule: Rule, at: Ints) -> Safeties | int:
        """The numbers for the findings of a rule about rows, those at `at`."""
        analysis = self.analysis
        rows, safety = self.findings.rows[at], SAFETIES.index(rule.safety)
        if rule.drops:
            return safety
        if _is_refused(analysis):
            return 0
        if rule.repairs:
            return _safeties_of_repairs(analysis, rows)
        if rule.fix is None:
            return 0
        if not analysis.plan.applies(rule.safety):
            return guessed(analysis, rows, self.findings.columns[at]) * np.int8(safety)
        if rule.code not in analysis.fixed:
            return 0
        changes = np.ones(len(at), dtype=bool)
        known = np.array([cell is not None for cell in self.cells[at]], dtype=bool)
        changed = [cell is not None for cell in self.replacements[at[known]]]
        changes[known] = (analysis.after[rows[known] - 1] == CLEAN) & np.array(changed, dtype=bool)
        return changes * np.int8(safety)


def _is_refused(analysis: Analysis) -> bool:
    """Whether nothing of the file is written until an error of the file itself is fixed."""
    return bool(analysis.refused)


def _safeties_of_repairs(analysis: Analysis, rows: Ints) -> Safeties:
    """The numbers of the safety of the repairs that make some records clean rows."""
    safeties = np.zeros(len(rows), dtype=np.int8)
    for safety in Safety:
        at = np.flatnonzero(among(rows, analysis.repairs.all_of(safety)))
        if analysis.plan.applies(safety):
            repaired = analysis.after[rows[at] - 1] == CLEAN
        else:
            possible = analysis.preview.records
            repaired = np.array([row in possible for row in rows[at].tolist()], dtype=bool)
        safeties[at[repaired]] = SAFETIES.index(safety)
    return safeties


def guessed(analysis: Analysis, rows: Ints, columns: Numbers) -> Bools:
    """A mask of the cells that unsafe fixes would change.

    Args:
        analysis: of the file.
        rows: of the cells.
        columns: the number of each, from 1.
    """
    mask = np.zeros(len(rows), dtype=bool)
    for position, changed in analysis.preview.columns.items():
        here = np.flatnonzero(columns == position + 1)
        mask[here] = among(rows[here], changed)
    return mask


def among(rows: Ints, some: npt.NDArray[np.signedinteger]) -> Bools:
    """A mask of the rows that are among some ascending ones."""
    if not len(some):
        return np.zeros(len(rows), dtype=bool)
    # Of one type: else all of `some` is copied first.
    at = np.minimum(np.searchsorted(some, rows.astype(some.dtype)), len(some) - 1)
    found: Bools = some[at] == rows
    return found


def column_names(plan: Plan) -> dict[int, str]:
    """The names of the columns, by their numbers from 1."""
    return {column.position + 1: column.name for column in plan.columns}


def rule_of(plan: Plan, code: str, *, error: bool) -> Rule:
    """The rule of a finding about a row, with its severity."""
    rule = plan.rules[code]
    return dataclasses.replace(rule, severity=Severity.ERROR) if error else rule
