"""The findings of one file in order, with their cells, for reports."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from preflight.baseline.comparison import Comparison
from preflight.core import findings as tables
from preflight.core.books import Books
from preflight.core.findings import Findings
from preflight.core.secret_key import secret_key
from preflight.core.types import Ints, Problem, Severity
from preflight.linting.analysis import Analysis
from preflight.report.blocks import Block, ListedFinding
from preflight.rule import FileView, Rule

Token = Callable[[str], str]
Cells = Callable[[Findings], tuple[np.ndarray, np.ndarray]]
"""Fetches the cell of each finding and its replacement, None for no such cell."""
_Ordered = tuple[Findings, dict[int, tuple[Rule, Problem]], np.ndarray | None]

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
    keyed = hashlib.blake2b(key=key, digest_size=8)

    def token(value: str) -> str:
        hashed = keyed.copy()  # takes half the time of a new one
        hashed.update(value.encode())
        return hashed.hexdigest()

    return token


@dataclass(frozen=True)
class Listing:
    """The report of one file.

    Attributes:
        path: of the file, as the user gave it.
        analysis: the result of the first pass.
        held_back: number of row findings that are hidden because the header is wrong.
        books: of the file.
        cells: fetches the cells of findings; None if they are not shown.
        compared: the file beside the baseline; None without one.
    """

    path: str
    analysis: Analysis
    held_back: int
    books: Books
    cells: Cells | None = None
    compared: Comparison | None = None

    def __len__(self) -> int:
        """The number of findings to show: of those about rows, and of problems of the file."""
        return len(self.analysis.findings) - self.held_back + len(self.analysis.problems)

    def blocks(self, *, cells: bool = True, most_dropped: int | None = None) -> Iterator[Block]:
        """The findings to show, in order; those of a line are in one block.

        Args:
            cells: whether their cells are wanted, if the listing fetches them.
            most_dropped: how many findings of a rule that drops rows are wanted, the first ones.
        """
        fetch = self.cells if cells and self.cells is not None else _no_cells
        start = 0
        left = {} if most_dropped is None else dict.fromkeys(self._dropping(), most_dropped)
        for found, problems, standings in self._ordered():
            block = Block(self.analysis, start, found, problems, *_no_cells(found), standings)
            start += len(found)
            block = _at_most(block, left)
            old, new = fetch(block.findings)
            yield dataclasses.replace(block, cells=old, replacements=new)

    def beyond(self, most_dropped: int) -> int:
        """How many findings `blocks` leaves out with that argument."""
        counts = {} if self.held_back else self.analysis.findings.counts()
        return sum(max(counts.get(code, 0) - most_dropped, 0) for code in self._dropping())

    def _dropping(self) -> list[str]:
        """The codes of the rules that drop rows."""
        plan = self.analysis.plan
        return [
            code for code, rule in plan.rules.items() if rule.drops and plan.applies(rule.safety)
        ]

    def _ordered(self) -> Iterator[_Ordered]:
        """The findings to show, with problems and standings."""
        problems = _problems(self.analysis)
        order = problems.order()
        problems, passed = problems.taken(order), 0
        of_problems, of_rows = self._standings()
        seen = 0
        for found in self.analysis.findings.batches() if not self.held_back else ():
            end = int(np.searchsorted(problems.lines, found.lines[-1], side="right"))
            standings = np.concatenate(
                [of_problems[order[passed:end]], of_rows[seen:][: len(found)]]
            )
            yield self._merged(problems, order, slice(passed, end), found, standings)
            seen, passed = seen + len(found), end
        if passed < len(problems):
            rest = slice(passed, len(problems))
            yield self._merged(problems, order, rest, tables.NOTHING, of_problems[order[passed:]])

    def _merged(
        self, problems: Findings, order: Ints, some: slice, found: Findings, standings: np.ndarray
    ) -> _Ordered:
        """Some of the problems among findings about rows, with the standings of both."""
        count = some.stop - some.start
        known = standings if self.compared is not None else None
        if not count:
            return found, {}, known
        both = tables.concat([problems.taken(some), found])
        again = both.order()
        at = {
            int(here): self.analysis.problems[int(order[some.start + again[here]])]
            for here in np.flatnonzero(again < count)
        }
        return both.taken(again), at, None if known is None else known[again]

    def _standings(self) -> tuple[np.ndarray, np.ndarray]:
        """The standings of the problems and of the findings about rows; none without a baseline."""
        if self.compared is None:
            return np.zeros(len(self.analysis.problems), dtype=np.int8), np.empty(0, dtype=np.int8)
        return self.compared.of_problems, self.compared.of_rows

    def rows(self) -> Iterator[ListedFinding]:
        """The findings one by one."""
        for block in self.blocks():
            yield from block.rows()

    def some(self, positions: Sequence[int], cells: Cells) -> list[ListedFinding]:
        """The findings at some positions, in that order.

        Args:
            positions: in the findings.
            cells: fetches the cells of findings.
        """
        wanted = np.array(sorted(set(positions)), dtype=np.int64)
        found: list[ListedFinding] = []
        for block in self.blocks(cells=False):
            first, last = np.searchsorted(wanted, (block.start, block.start + len(block)))
            if first < last:
                part = block.taken(wanted[first:last] - block.start)
                old, new = cells(part.findings)
                found += dataclasses.replace(part, cells=old, replacements=new).rows()
            if last == len(wanted):
                break
        known = dict(zip(wanted.tolist(), found, strict=True))
        return [known[at] for at in positions]

    def counts(self) -> dict[str, int]:
        """The number of findings of each code, with the hidden ones."""
        counted = Counter(self.analysis.findings.counts())
        counted.update(rule.code for rule, _ in self.analysis.problems)
        return dict(sorted(counted.items()))

    def severity_counts(self) -> dict[Severity, int]:
        """The number of findings of each severity, with the hidden ones."""
        counted = dict.fromkeys(Severity, 0)
        findings, rules = self.analysis.findings, self.analysis.plan.rules
        error = {code for code, rule in rules.items() if rule.severity is Severity.ERROR}
        counted[Severity.ERROR] = findings.errors(error)
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
    cells: Cells | None = None,
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
    return Listing(
        path=path,
        analysis=analysis,
        held_back=len(analysis.findings) if hold else 0,
        books=books,
        cells=cells,
        compared=compared,
    )


def _at_most(block: Block, left: dict[str, int]) -> Block:
    """The block with only so many findings of each of some rules, which are taken from `left`."""
    found = block.findings
    kept = np.ones(len(block), dtype=bool)
    for number, code in enumerate(found.codes):
        if code in left:
            at = np.flatnonzero(found.numbers == number)
            kept[at[left[code] :]] = False
            left[code] -= min(left[code], len(at))
    return block if kept.all() else block.taken(np.flatnonzero(kept))


def _no_cells(findings: Findings) -> tuple[np.ndarray, np.ndarray]:
    """What is said of the cells of findings where they are not fetched."""
    unknown = np.full(len(findings), None, dtype=object)
    return unknown, unknown


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
