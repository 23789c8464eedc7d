"""The kinds of findings of a file: what a baseline counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from preflight.core.findings import Findings
from preflight.core.types import Ints, Severity
from preflight.linting.analysis import Analysis
from preflight.rule import Rule, Scope

# Where the message of a file or header rule begins to say what else is in the file.
_REST = re.compile(r"[;:(].*", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w-])\d[\d,.]*(?![\w-])")


# Of these there may be as many as findings.
Positions = npt.NDArray[np.int32]


class Kind(NamedTuple):
    """What findings have in common.

    Attributes:
        code: of the rule.
        severity: that it had in the check.
        column: the header as written; `#3` for a column without a name of its own; "" for none.
        what: for findings about the file, its header or the user's schema, what is wrong; numbers
            are left out. "" for all others.
    """

    code: str
    severity: Severity
    column: str
    what: str


@dataclass(frozen=True)
class KindFindings:
    """The findings of one kind in a file.

    Attributes:
        kind: of all of them.
        positions: in the findings about rows, ascending; empty if they are about the file or
            its header.
        problems: positions in the problems of the file.
    """

    kind: Kind
    positions: Positions
    problems: tuple[int, ...]

    @property
    def of_file(self) -> bool:
        """Whether they are about the file or its header, and so no matter of a rate."""
        return bool(self.problems)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.positions) + len(self.problems)


def kinds(analysis: Analysis) -> list[KindFindings]:
    """The findings of a file by kind, in a fixed order."""
    found = [*_of_file(analysis), *_of_rows(analysis)]
    return sorted(found, key=lambda entry: entry.kind)


def _of_file(analysis: Analysis) -> Iterator[KindFindings]:
    names = column_names(analysis)
    by_kind: dict[Kind, list[int]] = {}
    for at, (rule, problem) in enumerate(analysis.problems):
        column = names.get(problem.column or 0, "")
        kind = Kind(rule.code, rule.severity, column, _what(problem.message or rule.message))
        by_kind.setdefault(kind, []).append(at)
    for kind, positions in by_kind.items():
        yield KindFindings(kind, np.empty(0, dtype=np.int32), tuple(positions))


def _of_rows(analysis: Analysis) -> Iterator[KindFindings]:
    """By rule, severity and column; by message too, where it names a check of the user."""
    names = column_names(analysis)
    found: dict[Kind, list[Positions]] = {}
    start = 0
    for batch in analysis.findings.batches():
        for kind, positions in _in_batch(analysis, names, batch):
            found.setdefault(kind, []).append((positions + start).astype(np.int32))
        start += len(batch)
    for kind, pieces in found.items():
        yield KindFindings(kind, np.sort(np.concatenate(pieces)), ())


def _in_batch(
    analysis: Analysis, names: Mapping[int, str], batch: Findings
) -> Iterator[tuple[Kind, Ints]]:
    """The kinds of some findings about rows, each with the positions of its findings."""
    numbers, columns = batch.numbers.astype(np.int64), batch.columns.astype(np.int64)
    key = (numbers * (int(columns.max()) + 1) + columns) * 2 + batch.errors
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    messages = batch.message_texts()
    for positions in np.split(order, starts[1:]):
        first = positions[0]
        rule = analysis.plan.rules[batch.codes[numbers[first]]]
        severity = Severity.ERROR if batch.errors[first] else rule.severity
        column = names.get(int(columns[first]), "")
        for what, some in _by_check(rule, positions, messages):
            yield Kind(rule.code, severity, column, what), some


def _by_check(rule: Rule, positions: Ints, messages: np.ndarray) -> Iterator[tuple[str, Ints]]:
    if rule.scope is not Scope.SCHEMA:
        yield "", positions
        return
    texts = np.array([messages[at] or rule.message for at in positions], dtype=object)
    for text in sorted(set(texts)):
        yield text, positions[texts == text]


def column_names(analysis: Analysis) -> Mapping[int, str]:
    """What the columns are called, by their numbers from 1: names, or `#3`.

    A column is called by its number if its name is blank or repeated, or if the header may be data
    of a contact.
    """
    columns = analysis.plan.columns
    names = {column.position + 1: _text(column.name.strip()) for column in columns}
    counted = Counter(names.values())
    hidden = analysis.view.header_is_data
    return {
        number: name if name and counted[name] == 1 and not hidden else f"#{number}"
        for number, name in names.items()
    }


def _what(message: str) -> str:
    """What a message says in any file of this kind: without numbers and further details."""
    return _NUMBER.sub("#", _REST.sub("", message)).strip()


def _text(text: str) -> str:
    """The text as valid Unicode: a header may have other bytes."""
    return text.encode("utf-8", "replace").decode()
