"""The findings of one file in order, with their cells, for reports."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from preflight.baseline.comparison import Comparison, Standing
from preflight.core import findings as tables
from preflight.core.books import Books
from preflight.core.findings import Findings
from preflight.core.secret_key import secret_key
from preflight.core.types import Problem, Safety, Severity
from preflight.linting.analysis import Analysis
from preflight.linting.row_states import CLEAN
from preflight.rule import FileView, Rule

Token = Callable[[str], str]
_RUNS = re.compile(r"([a-z]+)|([A-Z]+)|([0-9]+)|( +)|([^\x00-\x7f]+)|([\x00-\x1f\x7f]+)")
_LONGEST = 200
_MARKS = ("a", "A", "d", "s", "u", "c")


@functools.lru_cache(maxsize=1 << 12)
def shape(value: str) -> str:
    """The shape of a value, which hides the value: "Ann 42" → "A(1)a(2)s(1)d(2)".

    `a` lower-case and `A` upper-case ASCII letters, `d` digits, `s` blanks, `c` control characters,
    `u` anything beyond ASCII; punctuation stands for itself. A long shape is cut off with "…".
    """
    runs = _RUNS.sub(lambda run: f"{_MARKS[(run.lastindex or 1) - 1]}({len(run[0])})", value)
    return runs if len(runs) <= _LONGEST else runs[:_LONGEST] + "…"


TOKEN_KEY = "PREFLIGHT_TOKEN_KEY"  # noqa: S105 - the name of a variable
"""The variable with a secret key of tokens, which makes them the same from call to call."""


def own_tokens() -> Token:
    """The token function of this process.

    Without a key in the environment it is a random one, which is forgotten when the process ends.

    Raises:
        ConfigError: the key in the environment is too short to keep a secret.
    """
    given = secret_key(os.environ, TOKEN_KEY)
    return tokens(hashlib.blake2b(given.encode(), digest_size=16).digest() if given else _random())


@functools.cache
def _random() -> bytes:
    return secrets.token_bytes(16)


def tokens(key: bytes) -> Token:
    """A keyed hash function: equal values have equal hashes, which do not show the value."""
    return lambda value: hashlib.blake2b(value.encode(), key=key, digest_size=8).hexdigest()


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


@dataclass(frozen=True)
class Listing:
    """The report of one file.

    Attributes:
        path: of the file, as the user gave it.
        analysis: the result of the first pass.
        findings: those to show, in order, with the problems of the file and its header.
        held_back: number of row findings that are hidden because the header is wrong.
        books: of the file.
        problems: the problems of the file or its header, by their positions in `findings`.
        cells: for each finding the cell that it is about, or None; all None if not fetched.
        replacements: for each finding the fixed cell, or None.
        compared: the file beside the baseline; None without one.
        standings: for each finding how it stands to the baseline; None without one.
    """

    path: str
    analysis: Analysis
    findings: Findings
    held_back: int
    books: Books
    problems: Mapping[int, tuple[Rule, Problem]]
    cells: np.ndarray
    replacements: np.ndarray
    compared: Comparison | None = None
    standings: np.ndarray | None = None

    def rows(self) -> Iterator[ListedFinding]:
        """The findings one by one."""
        rules, columns = self.analysis.plan.rules, self.analysis.plan.columns
        names = {column.position + 1: column.name for column in columns}
        frame, standings = self.findings.frame, self.standings
        for at, (code, row, line, column, message, error) in enumerate(
            zip(*(frame[name].tolist() for name in frame), strict=True)
        ):
            rule, problem = self.problems.get(at, (rules[code], None))
            if error:
                rule = dataclasses.replace(rule, severity=Severity.ERROR)
            safety = self._safety(rule, row, column, at) if problem is None else problem.safety
            yield ListedFinding(
                rule=rule,
                message=message or rule.message,
                row=row or None,
                line=line or None,
                column=column or None,
                column_name=names.get(column),
                safety=safety,
                cell=self.cells[at],
                replacement=self.replacements[at],
                standing=None if standings is None else Standing(standings[at]),
            )

    def some(
        self, positions: Sequence[int], cells: Callable[[Findings], tuple[np.ndarray, np.ndarray]]
    ) -> list[ListedFinding]:
        """The findings at some positions, in that order.

        Args:
            positions: in the findings.
            cells: fetches the cell of each finding and its replacement.
        """
        taken = self.findings.taken(np.array(positions, dtype=np.int64))
        old, new = cells(taken)
        problems = {
            here: self.problems[at] for here, at in enumerate(positions) if at in self.problems
        }
        standings = None if self.standings is None else self.standings[list(positions)]
        part = dataclasses.replace(
            self,
            findings=taken,
            problems=problems,
            cells=old,
            replacements=new,
            standings=standings,
        )
        return list(part.rows()) if positions else []

    def _safety(self, rule: Rule, row: int, column: int, at: int) -> Safety | None:
        """The safety of the fix that changes the cell of a finding in clean.csv; None without one.

        A row that is rejected keeps its cells, and so do all rows of a file that is refused. Unsafe
        fixes count if they would change the cell. If cells were not fetched, it is whether the
        rule's fix changes anything in this file.

        Args:
            rule: of the finding.
            row: of the finding.
            column: of the finding, from 1.
            at: the position of the finding.
        """
        if rule.drops:
            return rule.safety
        analysis = self.analysis
        if self._refused:
            return None
        if rule.repairs:
            return self._safety_of_repair(row)
        if rule.fix is None:
            return None
        if not analysis.plan.applies(rule.safety):
            return rule.safety if analysis.preview.changes(row, column) else None
        changes = rule.code in analysis.fixed
        if changes and self.cells[at] is not None:
            clean = analysis.after[row - 1] == CLEAN
            changes = bool(clean) and self.replacements[at] is not None
        return rule.safety if changes else None

    @functools.cached_property
    def _refused(self) -> bool:
        """Whether nothing of the file is written until an error of the file itself is fixed."""
        return bool(self.analysis.refused)

    def _safety_of_repair(self, row: int) -> Safety | None:
        """The safety of the repair that makes a record a clean row; None without one."""
        safety = self.analysis.repairs.get(row)
        if self.analysis.plan.applies(safety):
            repairs = bool(self.analysis.after[row - 1] == CLEAN)
        else:
            repairs = row in self.analysis.preview.records
        return safety if repairs else None

    def counts(self) -> dict[str, int]:
        """The number of findings of each code, with the hidden ones."""
        counted = Counter(self.analysis.findings.counts())
        counted.update(rule.code for rule, _ in self.analysis.problems)
        return dict(sorted(counted.items()))

    def severity_counts(self) -> dict[Severity, int]:
        """The number of findings of each severity, with the hidden ones."""
        counted = dict.fromkeys(Severity, 0)
        findings, rules = self.analysis.findings, self.analysis.plan.rules
        error = [code for code, rule in rules.items() if rule.severity is Severity.ERROR]
        counted[Severity.ERROR] = len(tables.errors(findings, error))
        counted[Severity.WARNING] = len(findings) - counted[Severity.ERROR]
        for rule, _ in self.analysis.problems:
            counted[rule.severity] += 1
        return counted

    def fresh_counts(self) -> dict[Severity, int]:
        """The number of findings of each severity that no baseline accepts, with the hidden ones.

        Without a baseline all findings are such.
        """
        if self.compared is None:
            return self.severity_counts()
        return {severity: self.compared.fresh(severity) for severity in Severity}

    def fresh_counts_by_code(self) -> dict[str, int]:
        """The number of findings of each rule that no baseline accepts, with the hidden ones."""
        if self.compared is None:
            return self.counts()
        counted: Counter[str] = Counter()
        for found in self.compared.kinds:
            counted[found.rule.code] += found.fresh
        return dict(+counted)

    @property
    def names_are_values(self) -> bool:
        """Whether the header may be data of a contact, because the first row looks like it."""
        plan = self.analysis.plan
        nothing = frozenset[int]()
        view = FileView(
            self.analysis.layout,
            plan.columns,
            plan.profile,
            self.analysis.rows,
            (),
            nothing,
            nothing,
        )
        return view.header_is_data


def _problems(analysis: Analysis) -> Findings:
    numbers = np.array(
        [
            (problem.row or 0, problem.line or 0, problem.column or 0)
            for _, problem in analysis.problems
        ],
        dtype=np.int64,
    ).reshape(-1, 3)
    return tables.table_of(
        [rule.code for rule, _ in analysis.problems],
        numbers[:, 0],
        numbers[:, 1],
        numbers[:, 2],
        [problem.message for _, problem in analysis.problems],
    )


def listing(
    path: str,
    analysis: Analysis,
    books: Books,
    *,
    show_all: bool = False,
    cells: Callable[[Findings], tuple[np.ndarray, np.ndarray]] | None = None,
    compared: Comparison | None = None,
) -> Listing:
    """Makes the report of a file.

    Args:
        path: of the file, as the user gave it.
        analysis: the result of the first pass.
        books: of the file.
        show_all: whether to show row findings even if the header is wrong, and no baseline accepts
            that.
        cells: a function that fetches the cell of each finding and its replacement; None to skip
            that.
        compared: the file beside the baseline, if there is one.
    """
    accepted = compared is not None and not compared.refuses
    hold = analysis.header_wrong and not show_all and not accepted
    problems = _problems(analysis)
    kept = tables.concat([]) if hold else analysis.findings
    both = tables.concat([problems, kept])
    order = both.order()
    of_file = {
        int(position): analysis.problems[int(order[position])]
        for position in np.flatnonzero(order < len(problems))
    }
    shown = both.taken(order)
    unknown = np.full(len(shown), None, object)
    old, new = (unknown, unknown) if cells is None else cells(shown)
    return Listing(
        path=path,
        analysis=analysis,
        findings=shown,
        held_back=len(analysis.findings) if hold else 0,
        books=books,
        problems=of_file,
        cells=old,
        replacements=new,
        compared=compared,
        standings=None if compared is None else _standings(compared, hold=hold)[order],
    )


def _standings(compared: Comparison, *, hold: bool) -> np.ndarray:
    """The standings of the problems of a file and of its findings about rows, if they are shown."""
    of_rows = compared.of_rows[:0] if hold else compared.of_rows
    return np.concatenate([compared.of_problems, of_rows])


def fixable(analysis: Analysis) -> tuple[int, int]:
    """The numbers of rows that fixing makes sendable, and of cells that it changes."""
    saved = int(((analysis.before == 1) & (analysis.after != 1)).sum())
    return saved, analysis.fixed_cells


def header_names(analysis: Analysis) -> dict[str, str]:
    """The fields of the header, by column name."""
    return {
        column.name: column.field
        for column in analysis.plan.columns
        if column.field and not column.pieces
    }
