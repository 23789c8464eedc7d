"""Findings as a table: which rule found something where; never the value itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from preflight.core.types import Bools, Ints

CODE, ROW, LINE, COLUMN, MESSAGE = "code", "row", "line", "column", "message"
ERROR = "error"
NONE = 0
_NO_ROWS: Ints = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Findings:
    """A table of findings.

    Attributes:
        frame: `code` str, `row` int64, `line` int64 and `column` int64 (all from 1; 0 for none),
            `message` object (None: the rule's own message), `error` bool (whether it is an error
            though its rule is a warning).
    """

    frame: pd.DataFrame

    def __len__(self) -> int:
        return len(self.frame)

    def order(self) -> Ints:
        """The positions of the findings in the order of every report; see `ordered`."""
        if not len(self):
            return _NO_ROWS
        code = self.frame[CODE].cat.codes.to_numpy().astype(np.int64)
        line, column, row = (self.frame[name].to_numpy() for name in (LINE, COLUMN, ROW))
        return _order(line, column, code, row)

    def ordered(self) -> Findings:
        """The findings in the order of every report: by line, column, code, then row."""
        return self.taken(self.order())

    def taken(self, positions: Ints) -> Findings:
        """The findings at some positions, in that order."""
        return Findings(self.frame.take(positions).reset_index(drop=True)) if len(self) else self

    def counts(self) -> dict[str, int]:
        """The number of findings of each code, in the order of the codes."""
        # A categorical also counts codes that were filtered out, as 0.
        counted = self.frame[CODE].value_counts()
        return {str(code): int(counted[code]) for code in sorted(counted.index) if counted[code]}

    def only(self, mask: Any) -> Findings:
        """The findings at a boolean mask."""
        return Findings(self.frame[mask].reset_index(drop=True))


def _order(line: Ints, column: Ints, code: Ints, row: Ints) -> Ints:
    """The stable order by all four; by one number that combines them, if they fit into one."""
    columns, codes = int(column.max()) + 1, int(code.max()) + 1
    if int(line.max()) >= (1 << 62) // (columns * codes):
        return np.lexsort((row, code, column, line))
    key = (line * columns + column) * codes + code
    order = np.argsort(key, kind="stable")
    if (np.diff(key[order]) == 0).any():
        return np.lexsort((row, code, column, line))
    return order


class RuleFindings(NamedTuple):
    """The findings of one rule in one column.

    Attributes:
        code: the rule's.
        rows, lines: int64, one entry a finding.
        column: the column of all of them, from 1; 0 for none.
        messages: object, one entry a finding; None if all have the rule's own message.
        error: whether they are errors though the rule is a warning.
    """

    code: str
    rows: Ints
    lines: Ints
    column: int = NONE
    messages: np.ndarray | None = None
    error: bool = False


def collect(pieces: Iterable[RuleFindings]) -> Findings:
    """One table of the findings of several rules, in their order."""
    pieces = [piece for piece in pieces if len(piece.rows)]
    codes = sorted({piece.code for piece in pieces})
    lengths = [len(piece.rows) for piece in pieces]
    total = sum(lengths)
    numbers = np.repeat([codes.index(piece.code) for piece in pieces], lengths).astype(np.int64)
    messages = np.full(total, None, dtype=object)
    ends = np.cumsum(lengths)
    for piece, end in zip(pieces, ends, strict=True):
        if piece.messages is not None:
            messages[end - len(piece.rows) : end] = piece.messages
    return _findings(
        codes,
        numbers,
        np.concatenate([_NO_ROWS, *(piece.rows for piece in pieces)]),
        np.concatenate([_NO_ROWS, *(piece.lines for piece in pieces)]),
        np.repeat([piece.column for piece in pieces], lengths).astype(np.int64),
        messages,
        np.repeat([piece.error for piece in pieces], lengths).astype(np.bool_),
    )


def _findings(
    codes: list[str],
    numbers: Ints,
    rows: Ints,
    lines: Ints,
    columns: Ints,
    messages: np.ndarray,
    errors: Bools,
) -> Findings:
    """A table out of its columns; `numbers` says which of the sorted `codes` each finding has."""
    code = pd.Categorical.from_codes(numbers, pd.Index(codes, dtype="str"), ordered=True)
    frame = {CODE: code, ROW: rows, LINE: lines, COLUMN: columns}
    texts = pd.Series(messages, dtype=object)
    return Findings(pd.DataFrame({**frame, MESSAGE: texts, ERROR: errors}))


def table(
    code: str,
    rows: Ints | int = NONE,
    lines: Ints | int = NONE,
    column: int = NONE,
    messages: np.ndarray | str | None = None,
    *,
    error: bool = False,
) -> Findings:
    """The findings of one rule: one for each row, or a single one for the whole file."""
    rows, lines = np.atleast_1d(rows).astype(np.int64), np.atleast_1d(lines).astype(np.int64)
    texts = None if messages is None else np.full(len(rows), None, dtype=object)
    if texts is not None:
        texts[:] = messages
    return collect([RuleFindings(code, rows, lines, column, texts, error)])


def table_of(
    codes: Sequence[str], rows: Ints, lines: Ints, columns: Ints, messages: Sequence[str | None]
) -> Findings:
    """Findings of several rules, one entry of each argument for each of them."""
    if not len(codes):
        return concat([])
    known = sorted(set(codes))
    number = {code: at for at, code in enumerate(known)}
    texts = np.full(len(codes), None, dtype=object)
    texts[:] = messages
    numbers = np.array([number[code] for code in codes], dtype=np.int64)
    errors = np.zeros(len(codes), dtype=np.bool_)
    return _findings(known, numbers, rows, lines, columns, texts, errors)


def concat(pieces: Iterable[Findings]) -> Findings:
    """Several tables as one, in their order."""
    frames = [piece.frame for piece in pieces if len(piece)]
    if not frames:
        return Findings(_NOTHING.copy())
    if len(frames) == 1:
        return Findings(frames[0])
    # By hand: `pd.concat` of as many small tables as a small file has costs more than its rules.
    codes = sorted({str(code) for frame in frames for code in frame[CODE].cat.categories})
    number = {code: at for at, code in enumerate(codes)}
    numbers = [
        np.array([number[code] for code in frame[CODE].cat.categories])[frame[CODE].cat.codes]
        for frame in frames
    ]
    row, line, column, message, error = (
        np.concatenate([frame[name].to_numpy() for frame in frames])
        for name in (ROW, LINE, COLUMN, MESSAGE, ERROR)
    )
    return _findings(codes, np.concatenate(numbers), row, line, column, message, error)


_NOTHING = table("", _NO_ROWS, _NO_ROWS).frame.astype({CODE: "str"})


def errors(findings: Findings, codes: Sequence[str]) -> Findings:
    """The findings that are errors: those of some codes, and those that are so by themselves."""
    return findings.only(findings.frame[CODE].isin(codes) | findings.frame[ERROR])


def of_codes(findings: Findings, codes: Sequence[str]) -> Findings:
    """The findings of these codes."""
    return findings.only(findings.frame[CODE].isin(codes))
